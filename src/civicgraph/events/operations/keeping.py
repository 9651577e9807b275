"""Entering events and changing them: one, or those of a series."""

from __future__ import annotations

from typing import Any

from civicgraph.bookings.operations import check_places_fit, sessions_of
from civicgraph.divisions.operations import place_of
from civicgraph.events import rules
from civicgraph.events.models import EditScope, Event, EventStatus, MovedKind
from civicgraph.events.operations.along import note_sessions, take_along, with_end
from civicgraph.events.operations.inputs import CreateEvent, EventFields, UpdateEvent, check_programme, check_times
from civicgraph.events.operations.materials import move_files
from civicgraph.events.operations.past import check_published_before, check_to_come
from civicgraph.events.operations.rows import (
    changed_columns,
    columns,
    event_values,
    look_over_again,
    replace_parts,
    writable,
)
from civicgraph.events.operations.series import change_series
from civicgraph.operations import Forbidden, audit, changed, check_version, operation
from civicgraph.permissions import DRAFT_EVENTS, EDIT_EVENTS, Actor
from civicgraph.uploads import operations as uploads


async def enter(actor: Actor, data: EventFields) -> Event:
    """A new draft."""
    await place_of(data.division_code)
    if not actor.may(DRAFT_EVENTS, data.division_code):
        raise Forbidden
    row = await Event.create(slug=rules.new_slug(data.starts_at), **columns(data))
    await replace_parts([(row.id, data)])
    await audit(actor, row, changed({}, await event_values(row)))
    return row


@operation()
async def create_event(actor: Actor, data: CreateEvent) -> Event:
    """List an event as a draft."""
    return await enter(actor, data)


@operation()
async def update_event(actor: Actor, data: UpdateEvent) -> Event:
    """Change an event and its programme, or those of its series as well. Moving it needs the grant over both places.

    Its end and what lies within it move with its start, and whoever registered for a session is told.
    """
    row = await writable(actor, data.slug)
    await place_of(data.division_code)
    is_own = row.status is EventStatus.DRAFT and data.scope is EditScope.THIS  # others of a series may be public
    if not actor.may(DRAFT_EVENTS if is_own else EDIT_EVENTS, data.division_code):
        raise Forbidden
    before = await event_values(row)
    check_version(row, data.version, lambda: before)
    data = with_end(row, data)
    check_times(data)
    await check_to_come(row, data.starts_at, is_all_day=data.is_all_day)
    if data.capacity != row.capacity:
        await check_places_fit(row.id, data.capacity)
    sessions = await sessions_of(row.id)
    data, shift = await take_along(row, data, before, sessions)
    check_programme(data)
    reached: dict[str, Any] = {}
    if row.series_id is not None and data.scope is not EditScope.THIS:  # type: ignore[attr-defined]
        row.also_changed = await change_series(row, data, shift)
        reached = {"scope": [None, data.scope], "also_changed": [0, row.also_changed]}
    if actor.may(EDIT_EVENTS, data.division_code):  # whoever may not publish it has it looked over again
        check_published_before(row, data.starts_at)
    if row.status is not EventStatus.DRAFT and data.starts_at != row.starts_at:
        # Who has it in a calendar or in mind is told of the move.
        row.previous_starts_at = None if data.starts_at == row.previous_starts_at else row.starts_at
    row.update_from_dict({**changed_columns(data), "version": row.version + 1})
    await shift.ready(row.id, row.starts_at)
    await row.save()
    await look_over_again(actor, row)
    await note_sessions(row, sessions)
    if moved := row.moved_along.of(MovedKind.SESSION):
        reached["sessions_moved"] = [0, len(moved)]
    await replace_parts([(row.id, data)])
    await uploads.move(Event, [row.id], data.division_code)
    await move_files([row.id], data.division_code)
    differing = changed(before, await event_values(row))
    if row.series_id is not None and data.scope is EditScope.THIS and differing:  # type: ignore[attr-defined]
        row.is_exception = True  # saved as it was, it goes on following its series
        await row.save(update_fields=["is_exception"])
    await audit(actor, row, {**differing, **reached})
    return row
