"""Events as their quotas know them: found by slug, followed whenever an event is saved."""

from __future__ import annotations

from typing import Any

from tortoise.signals import post_save

from civicgraph.bookings.models import Quota
from civicgraph.bookings.operations import keep_in_step
from civicgraph.bookings.subjects import Subject, SubjectKind, finds
from civicgraph.events.models import Event, EventStatus


@finds(SubjectKind.EVENT)
async def find_event(slug: str) -> Subject | None:
    """The event of this name, locked."""
    row = await Event.select_for_update().get_or_none(slug=slug)
    return subject_of(row) if row else None


def subject_of(row: Event) -> Subject:
    """An event as its quotas know it."""
    is_off = row.status in (EventStatus.CANCELLED, EventStatus.POSTPONED)
    return Subject(
        kind=SubjectKind.EVENT,
        id=row.id,
        slug=row.slug,
        name=row.title,
        division_code=row.division_id,  # type: ignore[attr-defined]
        venue=" ".join(filter(None, (row.venue, row.address)))[:200],
        phone=row.contact_phone,
        link=f"/events/{row.slug}",
        is_public=row.status is not EventStatus.DRAFT,
        is_called_off=row.status is EventStatus.CANCELLED,
        is_on_hold=row.status is EventStatus.POSTPONED,
        reason=row.status_reason if is_off else "",
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        capacity=row.capacity,
    )


@post_save(Event)  # whichever operation moves, publishes or cancels an event: none can forget its quotas
async def follow(_model: type[Event], row: Event, is_new: bool, _connection: Any, _fields: Any) -> None:
    """The quotas of an event go with it, in the transaction that changes it."""
    if not is_new and await Quota.filter(event_id=row.id).exists():
        await keep_in_step(subject_of(row))
