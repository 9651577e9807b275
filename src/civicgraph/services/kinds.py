"""What each kind of service has of its own: the one place that says it. Pure.

Operations, the staff's pages and the public page go by this table; a kind that needs something new gets a line here,
and no code of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

from civicgraph.i18n import N_
from civicgraph.services.models import ServiceKind

OFFERS = N_("What it offers")


@dataclass(frozen=True)
class Own:
    """What a kind of service has that others have not."""

    offers: str = OFFERS
    """How the list of what it offers is headed."""
    has_menu: bool = False
    """Whether it serves dishes that staff enter day by day."""


KINDS: dict[ServiceKind, Own] = {
    ServiceKind.CANTEEN: Own(N_("What it is known for"), has_menu=True),
    ServiceKind.AFTER_SCHOOL_CARE: Own(N_("Courses")),
    ServiceKind.ELDERLY_STATION: Own(N_("Activities")),
    ServiceKind.CONVENIENCE_STORE: Own(N_("Goods and prices")),
    ServiceKind.REPAIR: Own(),
    ServiceKind.STEWARD: Own(),
    ServiceKind.PARKING: Own(),
    ServiceKind.ERRAND: Own(),
    ServiceKind.JOB_REFERRAL: Own(),
}
