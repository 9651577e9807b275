"""What a change of a service's times may not break: times that people have booked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from civicgraph import clock
from civicgraph.bookings.operations import Slot, booked_slots
from civicgraph.i18n import N_
from civicgraph.operations import FieldError, InvalidInput
from civicgraph.services.models import Service
from civicgraph.services.operations.inputs import ServiceFields
from civicgraph.services.quotas import subject_of
from civicgraph.services.slots import slots_of
from civicgraph.web.formats import day, time

_FEWER = N_("%(taken)s places are taken on %(when)s: take bookings off first, or leave at least %(taken)s.")
_GONE = N_(
    "%(taken)s places are booked at times that would be gone: %(when)s. Leave these times, or enter their days under “Days with other hours”: whoever has booked then is told that it is called off."
)
_NAMED = 3
"""So many times are named, the soonest; the others are counted."""


@dataclass
class _Whole:
    """A day with other hours, as if it were open all day: closing it is said by its hours, and may call times off."""

    first_day: date
    last_day: date
    opens_minute: int | None = 0
    closes_minute: int | None = 1440


_TIMES = {"slot_plans", "special_days", "holiday_hours"}


async def check_booked(row: Service, before: Mapping[str, Any], data: ServiceFields) -> None:
    """Refuse times that would take booked places away. The caller holds the service's lock.

    A day that is closed by itself is another matter: its times are called off, and whoever booked them is told.
    """
    if data.model_dump(include=_TIMES) == {name: before[name] for name in _TIMES}:
        return
    booked = await booked_slots(subject_of(row))
    days = sorted({one.starts_at.astimezone(clock.CITY_ZONE).date() for one in booked})
    closing = [_Whole(one.first_day, one.last_day or one.first_day) for one in data.special_days]
    kept: dict[object, tuple[int, Slot]] = {}
    for index, plan in enumerate(data.slot_plans):
        kept |= {one.key: (index, one) for one in slots_of([plan], closing, data.holiday_hours, days)}
    errors: list[FieldError] = []
    if gone := [one for one in booked if one.key not in kept]:
        usual = slots_of(data.slot_plans, closing, row.holiday_hours, days)
        name = "holiday_hours" if {one.key for one in gone} <= {one.key for one in usual} else "slot_plans"
        taken = sum(one.places for one in gone)
        errors += InvalidInput.at(name, "below_taken", _GONE, taken=taken, when=_when(gone)).errors
    for index in range(len(data.slot_plans)):
        short = [one for one in booked if one.key in kept and _is_short(one, index, kept[one.key])]
        if short:
            most = max(short, key=lambda one: one.places)
            path = f"slot_plans.{index}.places"
            errors += InvalidInput.at(path, "below_taken", _FEWER, taken=most.places, when=_when([most])).errors
    if errors:
        raise InvalidInput(errors)


def _is_short(booked: Slot, index: int, kept: tuple[int, Slot]) -> bool:
    return kept[0] == index and kept[1].places < booked.places


def _when(slots: list[Slot]) -> str:
    ordered = sorted(slots, key=lambda one: one.starts_at)
    named = "; ".join(f"{day(one.starts_at)} {time(one.starts_at)}" for one in ordered[:_NAMED])
    return named if len(ordered) <= _NAMED else f"{named} (+{len(ordered) - _NAMED})"
