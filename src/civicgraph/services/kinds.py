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
    asks: str = ""
    """The words of the button by which one asks for it: it becomes a grievance, with a worker, deadlines and a link."""
    category: str = ""
    """The category of that grievance; empty where the person chooses."""
    is_asked_privately: bool = False
    """Whether what is asked starts out as not for everyone: whoever needs it is weak, old or alone at home."""
    has_stewards: bool = False
    """Whether people look after buildings in it, for residents to find theirs."""
    has_menu: bool = False
    """Whether it serves dishes that staff enter day by day."""
    leads_to: str = ""
    """The page of a room of its own on which one asks for it, by its name: what is there near the service's place."""


KINDS: dict[ServiceKind, Own] = {
    ServiceKind.CANTEEN: Own(N_("What it is known for"), has_menu=True),
    ServiceKind.AFTER_SCHOOL_CARE: Own(N_("Courses")),
    ServiceKind.ELDERLY_STATION: Own(N_("Activities")),
    ServiceKind.CONVENIENCE_STORE: Own(N_("Goods and prices")),
    ServiceKind.REPAIR: Own(asks=N_("Report what is broken")),
    ServiceKind.STEWARD: Own(has_stewards=True),
    ServiceKind.PARKING: Own(),
    ServiceKind.ERRAND: Own(
        N_("What can be done for you"), N_("Ask somebody to come or to call"), "errand", is_asked_privately=True
    ),
    ServiceKind.JOB_REFERRAL: Own(N_("Where one can work"), N_("See the work that is offered"), leads_to="jobs"),
}
