"""Rules of the services room: states, opening hours, prices, who sees what. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import product
from typing import TYPE_CHECKING, Protocol, TypeVar

from civicgraph import calendars, clock, crypto
from civicgraph.permissions import DRAFT_SERVICES, EDIT_SERVICES
from civicgraph.services.models import HolidayHours, Household, ServiceStatus
from civicgraph.text import search_terms

if TYPE_CHECKING:
    from civicgraph.graph.plan import Compiler, Row
    from civicgraph.graph.selection import Given


def words_of(name: str, summary: str, offers: Iterable[str], slots: Iterable[str]) -> str:
    """By what words a service is found: its own, what it offers, and what one books there (said once for many days)."""
    return search_terms(name, summary, *offers, *dict.fromkeys(slots))


TRANSITIONS: dict[str, tuple[frozenset[ServiceStatus], ServiceStatus]] = {
    "publish": (frozenset({ServiceStatus.DRAFT}), ServiceStatus.PUBLISHED),
    "withdraw": (frozenset({ServiceStatus.PUBLISHED}), ServiceStatus.DRAFT),
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
    household: Household | None
    min_floor: int | None
    max_floor: int | None


@dataclass(frozen=True)
class Payer:
    """What somebody says of themselves to learn a price; nobody writes it down."""

    age: int | None = None
    is_resident: bool = False
    household: Household | None = None
    floor: int | None = None


P = TypeVar("P", bound=Priced)


def price_for(rules: Iterable[P], payer: Payer) -> P | None:
    """The first rule that fits: it gives the price. None when no rule says anything."""
    return next((rule for rule in rules if _fits(rule, payer)), None)


def _fits(rule: Priced, payer: Payer) -> bool:
    """Whether a rule is for this person. What names ages or floors fits nobody who does not say theirs."""
    return (
        _within(payer.age, rule.min_age, rule.max_age)
        and (payer.is_resident or not rule.is_residents_only)
        and rule.household in (None, payer.household)
        and _within(payer.floor, rule.min_floor, rule.max_floor)
    )


def _within(value: int | None, least: int | None, most: int | None) -> bool:
    if value is None:
        return (least, most) == (None, None)
    return (least is None or value >= least) and (most is None or value <= most)


def unreachable(rules: Sequence[P]) -> list[int]:
    """The positions of the rules that give nobody a price, since an earlier one always fits first.

    Ages and floors are tried where some rule begins or has just ended: between those nothing changes.
    """
    ages = {0} | {age for rule in rules for age in (rule.min_age, _after(rule.max_age)) if age in AGES}
    floors = {None} | {one for rule in rules for one in (rule.min_floor, rule.max_floor, _after(rule.max_floor))}
    payers = product(ages, (True, False), (None, *Household), floors)
    reached = {id(price_for(rules, Payer(*one))) for one in payers}  # type: ignore[arg-type]
    return [index for index, rule in enumerate(rules) if id(rule) not in reached]


def _after(value: int | None) -> int | None:
    return None if value is None else value + 1


def weekday_of(day: date, holiday_hours: HolidayHours) -> int:
    """The weekday (1 is Monday) whose hours count on this day; 0 when none do."""
    if holiday_hours is HolidayHours.AS_USUAL:
        return day.isoweekday()
    if calendars.is_makeup_day(day):
        return 1
    return 0 if calendars.holiday_name(day) else day.isoweekday()


def new_slug() -> str:
    """A name for addresses."""
    return crypto.random_code(7).lower()


def minute_of_day(now: datetime) -> tuple[date, int]:
    """The day and the minute after midnight, in the city."""
    local = now.astimezone(clock.CITY_ZONE)
    return local.date(), local.hour * 60 + local.minute


def costs(c: Compiler, row: Row) -> str:
    """One of its prices or goods costs something."""
    return f"NOT {is_free(c, row)}"


def is_free(c: Compiler, row: Row) -> str:
    """None of them does."""
    return f"({' AND '.join(f'coalesce({highest}, 0) = 0' for highest in _prices(c, row, 'max'))})"


def costs_at_most(c: Compiler, row: Row, most: Given) -> str:
    """One of them costs no more, or nothing costs anything."""
    return f"({' OR '.join(f'{lowest} <= {most.sql(c)}' for lowest in _prices(c, row, 'min'))} OR {is_free(c, row)})"


def _prices(c: Compiler, row: Row, which: str) -> list[str]:
    """The lowest or the highest price of its rules, and of its goods; null where there is none.

    A value of each, since PostgreSQL answers EXISTS within OR by reading all prices of the city.
    """
    found = [c.find(kind, lambda one: f"{one['service_id']} = {row['id']}") for kind in ("PriceRule", "Offer")]
    return [f"(SELECT {which}({one['amount_fen']}) {source})" for one, source in found]


def fitting_price(
    c: Compiler,
    row: Row,
    rule: Row,
    is_resident: Given,
    age: Given | None = None,
    household: Given | None = None,
    floor: Given | None = None,
) -> str:
    """`price_for` in SQL: the rule of lowest position that fits."""

    def lies(value: Given | None, one: Row, name: str) -> str:
        least, most = one[f"min_{name}"], one[f"max_{name}"]
        if value is None or value.value is None:
            return f"({least} IS NULL AND {most} IS NULL)"
        given = value.sql(c, "int")
        return f"({least} IS NULL OR {least} <= {given}) AND ({most} IS NULL OR {most} >= {given})"

    first, source = c.find(
        "PriceRule",
        lambda one: (
            f"{one['service_id']} = {row['id']} AND {lies(age, one, 'age')} AND {lies(floor, one, 'floor')}"
            + ("" if is_resident.value else f" AND NOT {one['is_residents_only']}")
            + f" AND ({one['household']} IS NULL"
            + (")" if household is None or household.value is None else f" OR {one['household']} = {household.sql(c)})")
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
    """All but drafts; drafts for those who write there."""
    return f"{row['status']} <> 'draft' OR {writes(c, row)}"


def writes(c: Compiler, row: Row) -> str:
    """Who writes drafts where the row belongs."""
    return c.covers(row["division_id"], DRAFT_SERVICES)


def publishes(c: Compiler, row: Row) -> str:
    """Who publishes there, and changes what is public."""
    return c.covers(row["division_id"], EDIT_SERVICES)


def submitter(c: Compiler, row: Row) -> str:
    """The name of who asked for it to be looked over."""
    person, source = c.find("Person", lambda one: f"{one['id']} = {row['submitted_by_id']}")
    return f"(SELECT {person['name']} {source})"


def is_submitted(c: Compiler, row: Row) -> str:
    """Waits to be looked over."""
    return f"{row['submitted_at']} IS NOT NULL"


def may_edit(c: Compiler, row: Row) -> str:
    """Drafts by those who write there, the rest by those who publish."""
    return f"({publishes(c, row)} OR ({row['status']} = 'draft' AND {writes(c, row)}))"


def visible_menus(c: Compiler, row: Row) -> str:
    """Those of services that one sees."""
    _, source = c.find("Service", lambda one: f"{one['id']} = {row['service_id']} AND ({visible(c, one)})")
    return f"EXISTS (SELECT 1 {source})"


def coming_slots(c: Compiler, row: Row, quota: Row) -> str:
    """The slots of a service that were laid out and have not begun."""
    now = c.value(lambda run: run.now, "moment", share="now")
    return f"{quota['service_id']} = {row['id']} AND {quota['is_planned']} AND {quota['starts_at']} > {now}"


def held_slots(c: Compiler, row: Row, quota: Row) -> str:
    """The slots of a service that were laid out and have begun."""
    now = c.value(lambda run: run.now, "moment", share="now")
    return f"{quota['service_id']} = {row['id']} AND {quota['is_planned']} AND {quota['starts_at']} <= {now}"


def knows_steward(c: Compiler, row: Row) -> str:
    """Name and telephone are for everyone where the steward has agreed; else for those who keep the service."""
    service, source = c.find("Service", lambda one: f"{one['id']} = {row['service_id']}")
    place = f"(SELECT {service['division_id']} {source})"
    return f"({row['is_public']} OR {c.covers(place, EDIT_SERVICES)})"


def is_open_now(c: Compiler, row: Row) -> str:
    """In service, and within today's hours: those of this very day, else round the clock or those of the weekday."""
    day = c.value(lambda run: minute_of_day(run.now)[0], "day", share="day")
    minute = c.value(lambda run: minute_of_day(run.now)[1], "int", share="minute")

    def weekday(how: HolidayHours) -> str:
        return c.value(lambda run: weekday_of(minute_of_day(run.now)[0], how), "int", share=f"weekday {how.value}")

    def stretch(one: Row) -> str:
        return f"{one['opens_minute']} <= {minute} AND {one['closes_minute']} > {minute}"

    as_usual = f"CASE WHEN {row['holiday_hours']} = 'as_usual' THEN {weekday(HolidayHours.AS_USUAL)}"
    hours, usual = c.find(
        "OpeningHours",
        lambda one: (
            f"{one['service_id']} = {row['id']}"
            f" AND {one['weekday']} = {as_usual} ELSE {weekday(HolidayHours.LIKE_OFFICES)} END"
        ),
    )
    today, special = c.find(
        "SpecialDay",
        lambda one: f"{one['service_id']} = {row['id']} AND {one['first_day']} <= {day} AND {one['last_day']} >= {day}",
    )
    # With an offset PostgreSQL looks at each row's own hours: else it would gather those of all services to look one up.
    one = "LIMIT 1 OFFSET 0"
    return (
        f"({row['status']} = 'published' AND CASE WHEN EXISTS (SELECT 1 {special} {one})"
        f" THEN EXISTS (SELECT 1 {special} AND {stretch(today)} {one})"
        f" ELSE ({row['is_round_the_clock']} OR EXISTS (SELECT 1 {usual} AND {stretch(hours)} {one})) END)"
    )
