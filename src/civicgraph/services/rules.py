"""Rules of the services room: states, opening hours, prices, who sees what. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, TypeVar

from civicgraph import clock, crypto
from civicgraph.permissions import EDIT_SERVICES
from civicgraph.services.models import ServiceStatus

if TYPE_CHECKING:
    from civicgraph.graph.plan import Compiler, Row
    from civicgraph.graph.selection import Given

TRANSITIONS: dict[str, tuple[frozenset[ServiceStatus], ServiceStatus]] = {
    "publish": (frozenset({ServiceStatus.DRAFT}), ServiceStatus.PUBLISHED),
    "suspend": (frozenset({ServiceStatus.PUBLISHED}), ServiceStatus.SUSPENDED),
    "resume": (frozenset({ServiceStatus.SUSPENDED}), ServiceStatus.PUBLISHED),
    "close": (frozenset({ServiceStatus.DRAFT, ServiceStatus.PUBLISHED, ServiceStatus.SUSPENDED}), ServiceStatus.CLOSED),
}
"""What one may do with a service: from which states, to which."""

AGES = range(151)
"""Ages in full years that a price rule may name."""


class Priced(Protocol):
    """What a price rule says of whom it fits."""

    min_age: int | None
    max_age: int | None
    is_residents_only: bool


P = TypeVar("P", bound=Priced)


def price_for(rules: Iterable[P], age: int, *, is_resident: bool) -> P | None:
    """The first rule that fits: it gives the price. None when no rule says anything."""
    for rule in rules:
        is_old_enough = rule.min_age is None or age >= rule.min_age
        is_young_enough = rule.max_age is None or age <= rule.max_age
        if is_old_enough and is_young_enough and (is_resident or not rule.is_residents_only):
            return rule
    return None


def unreachable(rules: Sequence[P]) -> list[int]:
    """The positions of the rules that give nobody a price, since an earlier one always fits first."""
    reached = {id(price_for(rules, age, is_resident=resident)) for age in AGES for resident in (True, False)}
    return [index for index, rule in enumerate(rules) if id(rule) not in reached]


def new_slug() -> str:
    """A name for addresses."""
    return crypto.random_code(7).lower()


def minute_of_week(now: datetime) -> tuple[int, int]:
    """The weekday (1 is Monday) and the minute after midnight, in the city."""
    local = now.astimezone(clock.CITY_ZONE)
    return local.isoweekday(), local.hour * 60 + local.minute


def fitting_price(c: Compiler, row: Row, rule: Row, age: Given, is_resident: Given) -> str:
    """`price_for` in SQL: the rule of lowest position that fits."""
    first, source = c.find(
        "PriceRule",
        lambda one: (
            f"{one['service_id']} = {row['id']}"
            f" AND ({one['min_age']} IS NULL OR {one['min_age']} <= {age.sql(c, 'int')})"
            f" AND ({one['max_age']} IS NULL OR {one['max_age']} >= {age.sql(c, 'int')})"
            + ("" if is_resident.value else f" AND NOT {one['is_residents_only']}")
        ),
    )
    return f"{rule['id']} = (SELECT {first['id']} {source} ORDER BY {first['position']}, {first['id']} LIMIT 1)"


def is_offered(c: Compiler, row: Row) -> str:
    """Neither a draft nor closed. Few are, so this does not ask the index of states, which would sort the rest."""
    return f"{row['status']} NOT IN ('draft', 'closed')"


def is_not_offered(c: Compiler, row: Row) -> str:
    """A draft, or closed for good."""
    return f"{row['status']} IN ('draft', 'closed')"


def visible(c: Compiler, row: Row) -> str:
    """All but drafts; drafts for those who may edit there."""
    return f"{row['status']} <> 'draft' OR {c.covers(row['division_id'], EDIT_SERVICES)}"


def is_open_now(c: Compiler, row: Row) -> str:
    """In service, and round the clock or within one of today's opening hours."""
    weekday = c.value(lambda run: minute_of_week(run.now)[0], "int", share="weekday")
    minute = c.value(lambda run: minute_of_week(run.now)[1], "int", share="minute")
    hours, source = c.find(
        "OpeningHours", lambda one: f"{one['service_id']} = {row['id']} AND {one['weekday']} = {weekday}"
    )
    within = f"{hours['opens_minute']} <= {minute} AND {hours['closes_minute']} > {minute}"
    return (
        f"({row['status']} = 'published' AND ({row['is_round_the_clock']} OR EXISTS (SELECT 1 {source} AND {within})))"
    )
