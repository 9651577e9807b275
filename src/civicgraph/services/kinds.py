"""What each kind of service has of its own: the one place that says it. Pure.

Operations, the staff's pages and the public page go by this table; a kind that needs something new gets a line here,
and no code of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from civicgraph.i18n import N_
from civicgraph.services.models import HolidayHours, OfferKind, ServiceKind

OFFERS = N_("What it offers")


@dataclass(frozen=True)
class Own:
    """What a kind of service has that others have not."""

    about: str
    """What such a service is, for staff who choose the kind of a new one."""
    fields: tuple[str, ...] = ()
    """What staff are asked of it beside what every service has; other fields are asked where they are filled already."""
    starts_with: Mapping[str, Any] = field(default_factory=dict)
    """What the form of a new one is filled in with: the hours of most, prices without their amounts. Texts are translated."""
    offers: str = OFFERS
    """How the list of what it offers is headed."""
    offered: OfferKind = OfferKind.TASK
    """What an item of that list is, unless staff say otherwise."""
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


def _open(first: int, last: int, opens: int, closes: int) -> list[dict[str, int]]:
    """The same hours on a stretch of weekdays, in minutes after midnight."""
    return [{"weekday": day, "opens_minute": opens, "closes_minute": closes} for day in range(first, last + 1)]


_LIKE_OFFICES = {"hours": _open(1, 5, 540, 1020), "holiday_hours": HolidayHours.LIKE_OFFICES}

KINDS: dict[ServiceKind, Own] = {
    ServiceKind.CANTEEN: Own(
        N_("Meals at prices that go by age, with a menu of the day; meal times can be booked."),
        ("capacity", "staff_count", "slot_plans", "price_rules", "offers"),
        {
            "hours": _open(1, 5, 690, 780),
            "price_rules": [
                {"label": N_("80 and over"), "min_age": 80, "unit": N_("meal")},
                {"label": N_("Everybody else"), "unit": N_("meal")},
            ],
        },
        N_("What it is known for"),
        OfferKind.DISH,
        has_menu=True,
    ),
    ServiceKind.AFTER_SCHOOL_CARE: Own(
        N_("Courses on weekdays after school; families enrol for a term, and wait when all is taken."),
        ("capacity", "staff_count", "price_rules", "offers"),
        {"hours": _open(1, 5, 990, 1110), "holiday_hours": HolidayHours.LIKE_OFFICES},
        N_("Courses"),
        OfferKind.COURSE,
    ),
    ServiceKind.ELDERLY_STATION: Own(
        N_("A place for old people: activities of the week, and a doctor or other help by appointment."),
        ("capacity", "staff_count", "is_round_the_clock", "slot_plans", "price_rules", "offers"),
        {"hours": _open(1, 7, 510, 1050)},
        N_("Activities"),
        OfferKind.ACTIVITY,
    ),
    ServiceKind.CONVENIENCE_STORE: Own(
        N_("A shop of the neighbourhood: goods with their prices."),
        ("compound_number", "is_round_the_clock", "offers"),
        {"hours": _open(1, 7, 450, 1170)},
        N_("Goods and prices"),
        OfferKind.GOODS,
    ),
    ServiceKind.REPAIR: Own(
        N_("What is broken is reported as a grievance, and followed like one."),
        ("compound_number", "staff_count", "is_round_the_clock", "slot_plans", "price_rules", "offers"),
        {"is_round_the_clock": True},
        asks=N_("Report what is broken"),
    ),
    ServiceKind.STEWARD: Own(
        N_("Who looks after which buildings of a compound."),
        ("compound_number", "staff_count", "is_round_the_clock", "slot_plans", "stewards"),
        {"is_round_the_clock": True},
        has_stewards=True,
    ),
    ServiceKind.PARKING: Own(
        N_("Spaces that are rented: how many are free, and a waiting list."),
        ("compound_number", "capacity", "is_round_the_clock", "price_rules"),
        {"is_round_the_clock": True, "price_rules": [{"label": N_("A space"), "unit": N_("month")}]},
    ),
    ServiceKind.ERRAND: Own(
        N_("Somebody comes or calls for a person who cannot come: asked for as a grievance, not for everyone."),
        ("staff_count", "slot_plans", "offers"),
        _LIKE_OFFICES,
        N_("What can be done for you"),
        asks=N_("Ask somebody to come or to call"),
        category="errand",
        is_asked_privately=True,
    ),
    ServiceKind.JOB_REFERRAL: Own(
        N_("Work near home: who is looked for stands under the vacancies; here are the office and its hours."),
        ("staff_count", "slot_plans", "offers"),
        _LIKE_OFFICES,
        N_("Where one can work"),
        OfferKind.JOB,
        asks=N_("See the work that is offered"),
        leads_to="jobs",
    ),
}
OWN_FIELDS = tuple(dict.fromkeys(name for one in KINDS.values() for name in one.fields))


def left_out(kind: ServiceKind, values: Mapping[str, Any]) -> list[str]:
    """The fields that services of this kind are not asked; what is filled in is always shown, so that nothing is lost."""
    return [name for name in OWN_FIELDS if name not in KINDS[kind].fields and not values.get(name)]
