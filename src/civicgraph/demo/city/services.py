"""Services of the communities, with hours and offers. Prices are facts and are not made up."""

from __future__ import annotations

from collections.abc import Iterator

from civicgraph.demo.city.ground import Ground
from civicgraph.demo.city.tables import Batch, Row, table
from civicgraph.demo.city.words import words
from civicgraph.services.models import Offer, OfferKind, OpeningHours, Service, ServiceKind, ServiceStatus
from civicgraph.text import search_terms

SERVICE = table(
    Service,
    *("id", "created_at", "updated_at", "version", "is_generated", "slug", "kind", "name", "summary", "description"),
    *("division_id", "compound_id", "address", "phone", "capacity", "staff_count", "is_round_the_clock", "hours_note"),
    "holiday_hours",
    *("status", "status_reason", "search_terms", "publish_at", "submitted_at", "review_note", "import_key"),
    *("slots_until", "submitted_by_id"),
)
HOURS = table(OpeningHours, "created_at", "updated_at", "service_id", "weekday", "opens_minute", "closes_minute")
OFFER = table(
    Offer,
    "created_at",
    "updated_at",
    "service_id",
    "position",
    "kind",
    "name",
    "note",
    "amount_fen",
    "unit",
    "weekday",
    "starts_minute",
    "ends_minute",
)

_SUSPENDED, _CLOSED = 0.02, 0.03


def count(ground: Ground) -> int:
    """Rows to come."""
    return max(0, ground.scale.services - ground.counts["service"])


def rows(ground: Ground) -> Iterator[Batch]:
    """The services, then their hours and offers."""
    random = ground.random("service").random
    plans = [(ServiceKind(kind), plan) for kind, plan in words()["services"].items()]  # type: ignore[call-arg]
    number, now = ground.last["service"], ground.now
    found: list[Row] = []
    hours: list[Row] = []
    offers: list[Row] = []
    for index in range(count(ground)):
        number += 1
        kind, plan = plans[int(random() * len(plans))]
        community = ground.slots[int(random() * len(ground.slots))]
        chance = random()
        status, reason = ServiceStatus.PUBLISHED, ""
        if chance < _SUSPENDED:
            status, reason = ServiceStatus.SUSPENDED, "设备检修，暂停服务。"
        elif chance < _SUSPENDED + _CLOSED:
            status, reason = ServiceStatus.CLOSED, "场地另作他用，服务已停办。"
        name = plan["name"].format(place=community.name)
        words_of_offers = [offered for _, offered in plan["offers"]]
        found.append(
            (
                *(number, now, now, 1, True, f"g{index:05d}-{kind.value.replace('_', '-')}", kind.value, name, "", ""),
                *(community.code, None, "", "", None, None, False, "", "as_usual", status.value, reason),
                *(search_terms(name, "", *words_of_offers), None, None, "", None, None, None),
            )
        )
        for first, last, opens, closes in plan["hours"]:
            hours += [(now, now, number, day, _minute(opens), _minute(closes)) for day in range(first, last + 1)]
        offers += [
            (now, now, number, position, OfferKind(one).value, offered, "", None, "", None, None, None)  # type: ignore[call-arg]
            for position, (one, offered) in enumerate(plan["offers"], 1)
        ]
    yield SERVICE, found
    yield HOURS, hours
    yield OFFER, offers


def _minute(clock: str) -> int:
    hours, _, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes)
