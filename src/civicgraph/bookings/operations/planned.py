"""Time slots that a service's hours ask for: laid out ahead, and kept in step with the hours."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from tortoise.queryset import QuerySet

from civicgraph import clock
from civicgraph.bookings import rules
from civicgraph.bookings.models import Quota, QuotaKind, QuotaStatus, Registration
from civicgraph.bookings.operations.calling_off import bring_back, call_off
from civicgraph.bookings.operations.following import keep_deadlines, shared_columns
from civicgraph.bookings.operations.places import most_waiting, move_up
from civicgraph.bookings.subjects import Subject
from civicgraph.scheduler.deadlines import settle


@dataclass(frozen=True)
class Slot:
    """A stretch of time that can be booked, with how many may book it."""

    starts_at: datetime
    ends_at: datetime
    places: int
    title: str = ""

    @property
    def key(self) -> tuple[datetime, datetime, str]:
        """What makes it another slot: a booking is for a time with somebody, not for a row."""
        return self.starts_at, self.ends_at, self.title


class Laid(NamedTuple):
    """What laying out has done: slots that are new, and bookings of those that were called off or are wanted again."""

    new: int = 0
    called_off: int = 0
    brought_back: int = 0


async def lay_slots(subject: Subject, wanted: Iterable[Slot], why: Callable[[datetime], str] = lambda _: "") -> Laid:
    """Let the slots to come be these. The caller holds the subject's lock.

    A slot that is no longer wanted goes; where somebody has booked it, it is called off and they are told, with `why`
    a time is not wanted. Wanted again, it is the same slot, and whoever had booked it has it again. More
    places go to those who wait; fewer never take away what is booked. Whoever lets staff change what is wanted looks
    at `booked_slots` first, and refuses what would do either.
    """
    asked = {one.key: one for one in wanted}
    called_off = brought_back = 0
    for row in await _coming(subject):
        slot = asked.pop(_slot_of(row).key, None)
        if slot is None:
            called_off += await _take_away(row, why)
        elif await _has_changed(row, slot):
            await move_up(row)
    for row in await _called_off(subject):
        slot = asked.pop(_slot_of(row).key, None)
        if slot is not None:
            await _has_changed(row, slot)
            brought_back += await bring_back(row, subject)
        elif (reason := why(_slot_of(row).starts_at)) and reason != row.off_reason:
            row.update_from_dict({"off_reason": reason, "version": row.version + 1})
            await row.save(update_fields=["off_reason", "version", "updated_at"])
    for slot in asked.values():
        row = await Quota.create(code=rules.new_code(), **subject.key, **shared_columns(subject), **_columns(slot))
        await keep_deadlines(row)
    return Laid(len(asked), called_off, brought_back)


async def _has_changed(row: Quota, slot: Slot) -> bool:
    """Give a slot its places, never fewer than are taken or waited for by one party; whether they are others."""
    places = max(slot.places, row.taken, await most_waiting(row) if row.waiting else 0)
    if row.capacity == places:
        return False
    row.update_from_dict({"capacity": places, "version": row.version + 1})
    await row.save(update_fields=["capacity", "version", "updated_at"])
    return True


async def booked_slots(subject: Subject) -> list[Slot]:
    """The slots to come in which places are taken, each with how many; locked, so that none is taken meanwhile."""
    return [_slot_of(row) for row in await _coming(subject) if row.taken]


async def _coming(subject: Subject) -> list[Quota]:
    return await _laid_out(subject).exclude(status=QuotaStatus.CALLED_OFF).select_for_update().order_by("id")


async def _called_off(subject: Subject) -> list[Quota]:
    """The slots to come that a closed day called off: not those that went with the service."""
    alone = _laid_out(subject).filter(status=QuotaStatus.CALLED_OFF, is_off_alone=True)
    return await alone.select_for_update().order_by("id")


def _laid_out(subject: Subject) -> QuerySet[Quota]:
    return Quota.filter(**subject.key, is_planned=True, starts_at__gt=clock.now())


def _slot_of(row: Quota) -> Slot:
    assert row.starts_at is not None
    assert row.ends_at is not None
    return Slot(row.starts_at, row.ends_at, row.taken, row.title)


def _columns(slot: Slot) -> dict[str, Any]:
    return {
        "kind": QuotaKind.SLOT,
        "is_planned": True,
        "title": slot.title,
        "starts_at": slot.starts_at,
        "ends_at": slot.ends_at,
        "capacity": slot.places,
    }


async def _take_away(row: Quota, why: Callable[[datetime], str]) -> int:
    """The slot goes, or is called off for those who had booked it; how many bookings that is."""
    if await Registration.filter(quota_id=row.id).exists():
        return await call_off(row, why(_slot_of(row).starts_at))
    await settle(row, *rules.REMINDERS)
    await row.delete()
    return 0


async def sweep_slots(subject: Subject) -> None:
    """Forget the slots that have passed and that nobody ever booked."""
    await Quota.filter(**subject.key, is_planned=True, issued=0, ends_at__lt=clock.now()).delete()
