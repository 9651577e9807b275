"""How big the generated city is."""

from __future__ import annotations

from dataclasses import dataclass

from civicgraph.enterprises.models import EnterpriseList


@dataclass(frozen=True)
class Scale:
    """Numbers of rows when all is loaded, the demo's own among them. Small in tests."""

    grids_per_community: int = 35
    workers_per_community: int = 2
    compounds_per_community: int = 3
    enterprises: int = 830_000
    grievances: int = 1_000_000
    days: int = 730
    events: int = 20_000
    items_per_event: int = 3
    registrations: int = 200_000
    services: int = 5_000
    communities: int | None = None
    """Only the first so many communities; None: all."""
    lists: tuple[tuple[EnterpriseList, int], ...] = (
        (EnterpriseList.FOUR_ABOVE, 3563),
        (EnterpriseList.SIZE_WATCHLIST, 588),
        (EnterpriseList.INNOVATIVE_SME, 251),
        (EnterpriseList.SPECIALISED_SME, 181),
        (EnterpriseList.PROVINCIAL_PLATFORM, 20),
        (EnterpriseList.SOFTWARE_OVER_5M, 34),
    )
    """Enterprises on each list today: the city's published figures of the first quarter of 2026."""
    four_above_joined: int = 230
    four_above_left: int = 59
    """Joined and left the list of the four above in the year to the first quarter: the published net growth of 171."""


CITY = Scale()
