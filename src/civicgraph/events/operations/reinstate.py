"""Taking a cancellation or a postponement back that was a mistake."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tortoise.expressions import F

from civicgraph import clock
from civicgraph.events import rules
from civicgraph.events.models import EditScope, Event, EventSeries, EventStatus
from civicgraph.events.operations.inputs import ReinstateEvent
from civicgraph.events.operations.rows import editable
from civicgraph.events.operations.series import extend, reached
from civicgraph.i18n import N_
from civicgraph.operations import Unavailable, audit, check_version, operation
from civicgraph.permissions import Actor

OFF = (EventStatus.CANCELLED, EventStatus.POSTPONED)


@operation()
async def reinstate_event(actor: Actor, data: ReinstateEvent) -> Event:
    """Take a cancellation or a postponement back: the event takes place as it was announced, and everybody reads why.

    Who held a place at the cancellation and has not given it back holds it again, and is told; what was given back goes
    to those who wait. Of a series those that were cancelled with it come back as far as is said, and it is carried on.
    """
    row = await editable(actor, data.slug)
    if row.status not in OFF:
        raise Unavailable(N_("That is not possible any more: it is %(status)s."), status=row.status.words)
    check_version(row, data.version, dict)
    if row.ends_at <= clock.now():
        raise Unavailable(N_("The day that was announced has passed. Give it a new one first, or make a copy."))
    others = [] if data.scope is EditScope.THIS else await _cancelled_with(row, data.scope)
    changes = {"status": [row.status, _again(row)], "status_reason": [row.status_reason, data.reason]}
    for one in (row, *others):
        await _take_back(one, data.reason)
    if row.series_id is not None:  # type: ignore[attr-defined]
        await _carry_on(row)
    if others:
        changes |= {"scope": [None, data.scope], "also_changed": [0, len(others)]}
    await audit(actor, row, changes)
    return row


async def _cancelled_with(row: Event, scope: EditScope) -> list[Event]:
    """The others of its series that were cancelled by the same word: those that were cancelled by themselves stay so."""
    if row.series_id is None or row.status is not EventStatus.CANCELLED:  # type: ignore[attr-defined]
        return []
    return [
        one
        for one in await reached(row, scope)
        if (one.status, one.status_reason) == (row.status, row.status_reason) and one.ends_at > clock.now()
    ]


def _again(row: Event) -> EventStatus:
    """Where it stands again. What was cancelled before this was kept is known by whether it was ever published."""
    if row.status is EventStatus.POSTPONED:
        return EventStatus.PUBLISHED
    return row.status_before or (EventStatus.PUBLISHED if row.published_at else EventStatus.DRAFT)


async def _take_back(row: Event, reason: str) -> None:
    status = _again(row)
    is_on = status is EventStatus.PUBLISHED
    values: dict[str, Any] = {
        "status": status,
        "status_before": None,
        "status_reason": "" if status is EventStatus.DRAFT else reason,
        "reinstated_at": clock.now() if is_on else None,
        "version": row.version + 1,
    }
    row.update_from_dict(values)
    await row.save(update_fields=[*values, "updated_at"])


async def _carry_on(row: Event) -> None:
    """A series that was ended by the cancellation makes its next events again; calendars see that it has changed."""
    series = await EventSeries.select_for_update().get(id=row.series_id)  # type: ignore[attr-defined]
    series.version += 1
    last = await Event.filter(series_id=series.id, recurs_at__isnull=False).order_by("-recurs_at").first()
    if series.made_until is not None or last is None or last.recurs_at is None or last.status in OFF:
        await EventSeries.filter(id=series.id).update(version=F("version") + 1, updated_at=clock.now())
        return
    series.made_until = last.recurs_at + timedelta(seconds=1)
    await extend(series, max(clock.now() + rules.HORIZON, series.made_until))
