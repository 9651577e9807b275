"""Whether an event takes place: published, postponed, cancelled, over."""

from __future__ import annotations

from typing import Any

from civicgraph import clock
from civicgraph.bookings.operations import check_untaken
from civicgraph.events import rules
from civicgraph.events.models import EditScope, Event, EventStatus
from civicgraph.events.operations.entries import check_settled
from civicgraph.events.operations.inputs import CancelEvent, EventFields, EventVersion, PostponeEvent
from civicgraph.events.operations.past import check_to_come
from civicgraph.events.operations.rows import at_time, called_off, editable, event_values, replace_parts
from civicgraph.events.operations.series import end_series
from civicgraph.i18n import N_
from civicgraph.listings import review
from civicgraph.notifications.reviews import teller
from civicgraph.operations import InvalidInput, Unavailable, audit, check_version, operation
from civicgraph.operations.inputs import validate
from civicgraph.permissions import EDIT_EVENTS, Actor
from civicgraph.scheduler.deadlines import settle

_UNSAID = ("status_before", "reinstated_at", "is_over")
"""What follows from the other values of a change, and is not in its entry."""


async def _move(actor: Actor, data: EventVersion, verb: str, **values: Any) -> Event:
    row = await editable(actor, data.slug)
    if verb == "finish" and row.starts_at > clock.now():
        raise Unavailable(N_("It has not begun yet."))
    await _become(actor, row, verb, data.version, values)
    return row


async def _become(actor: Actor, row: Event, verb: str, version: int, values: dict[str, Any]) -> None:
    sources, target = rules.TRANSITIONS[verb]
    if row.status not in sources:
        raise Unavailable(N_("That is not possible any more: it is %(status)s."), status=row.status.words)
    check_version(row, version, dict)
    if row.status is EventStatus.DRAFT:
        values = {**values, **{name: one for name, one in review.PUBLISHED.items() if getattr(row, name) != one}}
        await settle(row, review.PUBLICATION)
    is_new, before = (
        row.status is EventStatus.DRAFT,
        {"status": row.status, **{key: getattr(row, key) for key in values if key not in _UNSAID}},
    )
    values = {"status": target, "reinstated_at": None, **values}
    row.update_from_dict({**values, "version": row.version + 1})
    await row.save()
    await audit(actor, row, {key: [before[key], value] for key, value in values.items() if key not in _UNSAID})
    if is_new and target is EventStatus.PUBLISHED:
        await review.published(actor, row)


async def publish(actor: Actor, row: Event) -> None:
    """Show a draft to everyone; of one that comes again, all of them."""
    await _become(actor, row, "publish", row.version, {"published_at": clock.now()})
    if row.series_id is None:  # type: ignore[attr-defined]
        return
    drafts = Event.filter(series_id=row.series_id, status=EventStatus.DRAFT)  # type: ignore[attr-defined]
    for one in await drafts.select_for_update():
        shown = {"status": row.status, "published_at": row.published_at, **review.PUBLISHED}
        one.update_from_dict({**shown, "version": one.version + 1})
        await settle(one, review.PUBLICATION)
        await one.save(update_fields=[*shown, "version", "updated_at"])
        await review.published(actor, one)


review.publishes(Event, "publish_event", publish)
review.tells(Event, teller("title", "/staff/events", EDIT_EVENTS))


@operation()
async def publish_event(actor: Actor, data: EventVersion) -> Event:
    """Show a draft to everyone; of one that comes again, all of them."""
    row = await editable(actor, data.slug)
    check_version(row, data.version, dict)
    await publish(actor, row)
    return row


@operation()
async def withdraw_event(actor: Actor, data: EventVersion) -> Event:
    """Make an event a draft again, while nobody is registered or waits. Where people come, it is cancelled instead."""
    row = await editable(actor, data.slug)
    await check_untaken(event_id=row.id)
    return await _move(actor, data, "withdraw", published_at=None, previous_starts_at=None)


@operation()
async def cancel_event(actor: Actor, data: CancelEvent) -> Event:
    """Say that an event does not take place, and why; it stays listed so that nobody comes in vain."""
    row = await editable(actor, data.slug)
    values = {name: one for name, one in called_off(row, data.reason).items() if name != "status"}
    await _become(actor, row, "cancel", data.version, values)
    if row.series_id is not None and data.scope is not EditScope.THIS:  # type: ignore[attr-defined]
        await end_series(row, data.scope, data.reason)
    return row


@operation()
async def postpone_event(actor: Actor, data: PostponeEvent) -> Event:
    """Say that an event takes place later: at a new time, or at one that is not known yet."""
    if data.starts_at is None:
        if data.ends_at is not None:
            raise InvalidInput.at("starts_at", "missing", N_("Please fill this in."))
        return await _move(actor, data, "postpone", status_reason=data.reason)
    row = await editable(actor, data.slug)
    values = at_time(validate(EventFields, await event_values(row)), data.starts_at)
    if data.ends_at is not None:
        values = values.model_copy(update={"ends_at": data.ends_at})
    values = validate(EventFields, values.model_dump())
    await check_to_come(row, values.starts_at, is_all_day=values.is_all_day, is_told=True)
    row = await _move(
        actor,
        data,
        "move",
        status_reason=data.reason,
        # Moved back to what was announced, it was never moved: nobody is to read of the day that was a mistake.
        previous_starts_at=None if values.starts_at == row.previous_starts_at else row.starts_at,
        starts_at=values.starts_at,
        ends_at=values.ends_at,
        is_over=values.ends_at < clock.now(),
        is_exception=row.series_id is not None,  # type: ignore[attr-defined]
    )
    await replace_parts([(row.id, values)])
    return row


@operation()
async def finish_event(actor: Actor, data: EventVersion) -> Event:
    """Say that an event has taken place; each question that was asked there is answered by then, or a grievance."""
    await check_settled(await editable(actor, data.slug))
    return await _move(actor, data, "finish")
