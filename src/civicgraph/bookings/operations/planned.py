"""Time slots that a service's hours ask for: laid out ahead, and kept in step with the hours."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from civicgraph import clock
from civicgraph.bookings import notices, rules
from civicgraph.bookings.models import CallReason, Quota, QuotaKind, QuotaStatus, Registration
from civicgraph.bookings.operations.places import move_up
from civicgraph.bookings.operations.quotas import keep_deadlines, shared_columns
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


async def lay_slots(subject: Subject, wanted: Iterable[Slot]) -> int:
    """Let the slots to come be these; how many are new. The caller holds the subject's lock.

    A slot that is no longer wanted goes; where somebody has booked it, it is called off and they are told. More
    places go to those who wait; fewer never take away what is booked. Whoever lets staff change what is wanted looks
    at `booked_slots` first, and refuses what would do either.
    """
    asked = {one.key: one for one in wanted}
    for row in await _coming(subject):
        slot = asked.pop(_slot_of(row).key, None)
        if slot is None:
            await _take_away(row)
        elif row.capacity != max(slot.places, row.taken):
            row.capacity = max(slot.places, row.taken)
            row.version += 1
            await row.save(update_fields=["capacity", "version", "updated_at"])
            await move_up(row)
    for slot in asked.values():
        row = await Quota.create(code=rules.new_code(), **subject.key, **shared_columns(subject), **_columns(slot))
        await keep_deadlines(row)
    return len(asked)


async def booked_slots(subject: Subject) -> list[Slot]:
    """The slots to come in which places are taken, each with how many; locked, so that none is taken meanwhile."""
    return [_slot_of(row) for row in await _coming(subject) if row.taken]


async def _coming(subject: Subject) -> list[Quota]:
    coming = Quota.filter(**subject.key, is_planned=True, starts_at__gt=clock.now())
    return await coming.exclude(status=QuotaStatus.CALLED_OFF).select_for_update().order_by("id")


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


async def _take_away(row: Quota) -> None:
    await settle(row, *rules.REMINDERS)
    if not await Registration.filter(quota_id=row.id).exists():
        await row.delete()
        return
    row.status = QuotaStatus.CALLED_OFF
    row.version += 1
    await row.save(update_fields=["status", "version", "updated_at"])
    await notices.tell_all(row, "booking_called_off", "called_off", rules.ALIVE, call_about=CallReason.CALLED_OFF)


async def sweep_slots(subject: Subject) -> None:
    """Forget the slots that have passed and that nobody ever booked."""
    await Quota.filter(**subject.key, is_planned=True, issued=0, ends_at__lt=clock.now()).delete()
