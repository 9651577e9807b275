"""Places: who may take them, who sees who comes, and where one stands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any

from civicgraph.bookings.models import (
    AnswerKind,
    CallReason,
    Quota,
    QuotaKind,
    QuotaQuestion,
    QuotaStatus,
    Registration,
    RegistrationState,
)
from civicgraph.crypto import keyed_hash
from civicgraph.text import search_terms
from tests.graph.reference.rules import manages_bookings
from tests.graph.reference.values import plain
from tests.graph.reference.words import NOW, ODD, mark
from tests.graph.reference.world import Thing, World

QUOTAS = 24
PER_QUOTA = 5


def secret(number: str) -> str:
    """The signature of a registration's link."""
    return keyed_hash("registration", number)[:22].upper()


def of_quota(world: World, row: Any) -> list[Any]:
    return world.rows.having("Registration", "quota_id", row.id)


def closes_at(world: World, row: Any) -> datetime | None:
    """As set; else a session ends it with its start, a course with its end."""
    if row.closes_at is not None:
        return row.closes_at  # type: ignore[no-any-return]
    return row.ends_at if row.weekdays else row.starts_at  # type: ignore[no-any-return]


def is_taking(world: World, row: Any) -> bool:
    ends = closes_at(world, row)
    is_time = (row.opens_at is None or row.opens_at <= world.now) and (ends is None or world.now < ends)
    is_room = row.capacity is None or row.has_waiting_list or (row.taken < row.capacity and not row.waiting)
    return row.status.name == "OPEN" and not row.is_on_hold and is_time and is_room


def position(world: World, row: Any) -> int | None:
    """How many of those who wait come no later."""
    if row.state.name != "WAITING":
        return None
    others = world.rows.having("Registration", "quota_id", row.quota_id)
    return sum(one.state.name == "WAITING" and one.rank <= row.rank for one in others)


def is_ahead(world: World, quota: Any) -> bool:
    """The times of a service that rests stand, those of an event that is postponed do not."""
    ends = quota.ends_at if quota.weekdays else quota.starts_at
    return bool(ends is None or ends > world.now or (quota.is_on_hold and quota.service_id is None))


def may_cancel(world: World, row: Any) -> bool:
    quota = world.rows.one("Quota", row.quota_id)
    is_there = row.checked_in_at is not None
    return row.state.name in ("CONFIRMED", "OFFERED", "WAITING") and not is_there and is_ahead(world, quota)


def places_for_fewer(world: World, row: Any) -> int | None:
    """For the first in turn, who waits for more than are free."""
    quota = world.rows.one("Quota", row.quota_id)
    free = 0 if quota.capacity is None else quota.capacity - quota.taken
    if position(world, row) != 1 or quota.status.name == "CALLED_OFF" or not is_ahead(world, quota):
        return None
    return free if 0 < free < row.people else None


def quotas(column: str) -> Callable[[World, Any], list[Thing]]:
    """Those of an event or a service."""
    return lambda world, row: world.things(
        "Quota", sorted(world.rows.having("Quota", column, row.id), key=lambda one: one.id)
    )


def coming_slots(world: World, row: Any) -> list[Any]:
    """Those laid out from a service's hours that have not begun."""
    found = world.rows.having("Quota", "service_id", row.id)
    return [one for one in found if one.is_planned and one.starts_at > world.now]


def held_slots(world: World, row: Any) -> list[Any]:
    """Those laid out from a service's hours that have begun."""
    found = world.rows.having("Quota", "service_id", row.id)
    return [one for one in found if one.is_planned and one.starts_at <= world.now]


def no_shows(world: World, row: Any) -> int:
    return sum(one.people for one in of_quota(world, row) if one.state.name == "NO_SHOW")


def questions(world: World, row: Any) -> list[Thing]:
    found = world.rows.having("QuotaQuestion", "quota_id", row.id)
    return world.things("QuotaQuestion", sorted(found, key=lambda one: (one.position, one.id)))


def by_code(world: World, row: Any, code: str) -> Thing | None:
    found = world.rows.having("Quota", "code", code)
    return world.thing("Quota", found[0]) if found else None


def by_number(world: World, row: Any, number: str) -> Thing | None:
    """For those who look after it."""
    found = world.rows.having("Registration", "number", number.upper())
    return Thing("Registration", found[0]) if found and manages_bookings(world, found[0]) else None


def tracked(world: World, row: Any, number: str, secret: str) -> Thing | None:
    """Whoever has number and secret, typed in any case."""
    found = world.rows.having("TrackedRegistration", "number", number.upper())
    fits = found and keyed_hash("registration", number.upper())[:22].upper() == secret.strip().upper()
    return Thing("TrackedRegistration", found[0]) if fits else None


def called(world: World, row: Any, text: str) -> bool:
    """The name holds it; whoever looks after it finds it by its number as well."""
    is_number = row.number == "".join(one for one in text.upper() if one.isascii() and one.isalnum())[:12]
    return text.lower() in row.contact_name.lower() or (is_number and manages_bookings(world, row))


def has_number(world: World, row: Any, values: list[str]) -> bool:
    return row.number in values and manages_bookings(world, row)


def has_come(world: World, row: Any, value: bool) -> bool:
    return (row.checked_in_at is not None) is value and manages_bookings(world, row)


def looked_after(world: World, row: Any) -> list[Any]:
    """All of the places that one looks after."""
    return [one for one in world.rows.tables["Registration"] if manages_bookings(world, one)]


def is_for(world: World, row: Any, kind: str) -> bool:
    quota = world.rows.one("Quota", row.quota_id)
    return getattr(quota, f"{kind.lower()}_id") is not None


def starts_at(world: World, row: Any) -> datetime | None:
    """When what it is for starts."""
    return world.rows.one("Quota", row.quota_id).starts_at  # type: ignore[no-any-return]


def calls_due(column: str) -> Callable[[World, Any], int]:
    """Those who are still to be called, of the quotas that one looks after."""

    def counted(world: World, row: Any) -> int:
        found = [one for one in world.rows.having("Quota", column, row.id) if manages_bookings(world, one)]
        return sum(one.call_about is not None for quota in found for one in of_quota(world, quota))

    return counted


def is_to_be_called(world: World, row: Any, value: bool) -> bool:
    return (row.call_about is not None) is value and manages_bookings(world, row)


def is_of(world: World, row: Any, page: str) -> bool:
    return world.rows.one("Quota", row.quota_id).link == page  # type: ignore[no-any-return]


FIELDS: dict[str, Callable[..., Any]] = {
    "Event.callsDue": calls_due("event_id"),
    "Event.quotas": quotas("event_id"),
    "Query.quota": by_code,
    "Query.registration": by_number,
    "Query.trackedRegistration": tracked,
    "Quota.callsDue": calls_due("id"),
    "Quota.registrationEndsAt": lambda world, row: plain(closes_at(world, row)),
    "Quota.isTaking": is_taking,
    "Quota.isSuspended": lambda world, row: row.is_on_hold and row.service_id is not None,
    "Quota.left": lambda world, row: None if row.capacity is None else row.capacity - row.taken,
    "Quota.noShows": no_shows,
    "Quota.questions": questions,
    "Registration.position": position,
    "Service.callsDue": calls_due("service_id"),
    "Service.quotas": lambda world, row: [one for one in quotas("service_id")(world, row) if not one.row.is_planned],
    "TrackedRegistration.mayCancel": may_cancel,
    "TrackedRegistration.placesForFewer": places_for_fewer,
    "TrackedRegistration.position": position,
}


async def build_bookings(dice: Random, events: list[Any], services: list[Any]) -> None:
    """Places of events and services, open and shut, full and empty, with people in every state."""
    states = list(RegistrationState)
    for number in range(1, QUOTAS + 1):
        is_event = number % 3 != 0
        subject = dice.choice(events if is_event else services)
        is_public = subject.status.name != "DRAFT"
        starts = dice.choice([None, NOW, NOW + timedelta(days=dice.randint(-3, 9))])
        capacity = dice.choice([None, 4, 12, 40])
        hidden = "" if is_public else mark("quota", "subject", number)
        await Quota.create(
            code=f"quota{number}",
            kind=dice.choice(list(QuotaKind)),
            **{"event_id" if is_event else "service_id": subject.id},
            division_id=subject.division_id,
            subject=f"场次{number}{hidden}",
            title=dice.choice(["", "剪纸"]),
            note=dice.choice(ODD)[:300],
            starts_at=starts,
            ends_at=starts and starts + timedelta(hours=2),
            weekdays=dice.choice([[], [], [1, 3]]),
            capacity=capacity,
            taken=dice.choice([0, 4]) if capacity else 1,
            waiting=dice.choice([0, 2]),
            attended=dice.choice([0, 3]),
            opens_at=dice.choice([None, None, NOW - timedelta(days=1), NOW + timedelta(days=1)]),
            closes_at=dice.choice([None, None, NOW, NOW + timedelta(days=1)]),
            has_waiting_list=dice.random() < 0.7,
            hold_minutes=dice.choice([None, 60]),
            min_age=dice.choice([None, 6]),
            max_age=dice.choice([None, 12]),
            status=dice.choice([*QuotaStatus, QuotaStatus.OPEN]),
            status_before=QuotaStatus.OPEN if number % 2 else None,
            is_public=is_public,
            is_on_hold=dice.random() < 0.2,
            off_reason=dice.choice(["", "暴雨"]),
            is_planned=not is_event and starts is not None and dice.random() < 0.7,
        )
        for position in range(1, number % 3 + 1):
            kind = dice.choice(list(AnswerKind))
            choices = ["甲", "乙"] if kind is AnswerKind.CHOICE else []
            await QuotaQuestion.create(quota_id=number, position=position, label="过敏？", kind=kind, choices=choices)
        for turn in range(1, PER_QUOTA + 1):
            state = states[turn * number // 10 % len(states)] if turn == PER_QUOTA else dice.choice(states)
            await _registration(dice, number, turn, subject.division_id, state)
    await _first_in_turn(16)


async def _first_in_turn(quota: int) -> None:
    """Somebody who waits for three places where one is free: the last of an event's places, as whom the test asks."""
    await Quota.filter(id=quota).update(capacity=4, taken=3, status=QuotaStatus.OPEN, starts_at=None, ends_at=None)
    last = Registration.filter(quota_id=quota, id=quota * PER_QUOTA)
    await last.update(state=RegistrationState.WAITING, people=3, rank=0, confirmed_at=None)


async def _registration(dice: Random, quota: int, turn: int, place: str, state: RegistrationState) -> None:
    number = (quota - 1) * PER_QUOTA + turn
    is_listed = dice.random() < 0.4
    is_open = is_listed and state is RegistrationState.CONFIRMED
    name = f"来客{number}" if is_open else mark("registration", "contact_name", number)
    await Registration.create(
        number=f"R{number:05}",
        quota_id=quota,
        division_id=place,
        state=state,
        people=dice.randint(1, 3),
        rank=dice.choice([turn, 10 - turn]) * 10 + turn,
        contact_name=name,
        search_terms=search_terms(name),
        contact_phone=mark("registration", "contact_phone", number),
        contact_phone_masked=f"138****{number:04}",
        contact_email=mark("registration", "contact_email", number),
        contact_email_masked=mark("registration", "contact_email_masked", number),
        answers=mark("registration", "answers", number),
        reason=mark("registration", "reason", number),
        is_listed=is_listed,
        confirmed_at=NOW if state is RegistrationState.CONFIRMED else None,
        offered_until=dice.choice([None, NOW]),
        moved_up_at=dice.choice([None, NOW]),
        call_about=dice.choice([None, None, *CallReason]),
        called_at=dice.choice([None, NOW]),
        ended_at=dice.choice([None, NOW]),
        checked_in_at=dice.choice([None, NOW]),
        attended=dice.choice([0, 1]),
    )
