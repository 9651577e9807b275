"""What the clock does with findings and opinions: the staff who keep the event are reminded before their day and after it.

The handler runs in the transaction that claims the deadlines, so its messages are written once or not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from civicgraph import clock
from civicgraph.accounts.keepers import keepers_of
from civicgraph.events.kinds import DUE
from civicgraph.events.models import Event, EventEntry, EventStatus
from civicgraph.notifications.operations import notify_person
from civicgraph.permissions import EDIT_EVENTS
from civicgraph.scheduler.deadlines import on_all_missed, set_deadlines, settle
from civicgraph.scheduler.models import Deadline

OFFICE_OPENS = time(9)
"""Reminders come when offices open, city time."""
REMINDERS = {"finding_soon": -3, "finding_late": 1}
"""So many days after the day that was said; the kinds of the deadlines are the templates of the messages."""


def moment(kind: str, due_on: date) -> datetime:
    """When a reminder comes."""
    return datetime.combine(due_on + timedelta(days=REMINDERS[kind]), OFFICE_OPENS, clock.CITY_ZONE)


async def arm(row: EventEntry) -> None:
    """Let the reminders of an entry be those of its day now; none when it is done, and none for what lies behind us."""
    due_on = row.due_on if row.done_on is None and row.kind in DUE else None
    wanted = {kind: moment(kind, due_on) for kind in REMINDERS} if due_on else {}
    coming = {kind: at for kind, at in wanted.items() if at > clock.now()}
    if over := [kind for kind in REMINDERS if kind not in coming]:
        await settle(row, *over)
    await set_deadlines([(row, kind, at) for kind, at in coming.items()])


async def disarm(row: EventEntry) -> None:
    """Nobody is reminded of it any more."""
    await settle(row, *REMINDERS)


@on_all_missed("EventEntry", *REMINDERS)
async def remind(passed: Sequence[Deadline]) -> None:
    """Tell the staff who keep the event, once of each reminder and day."""
    for deadline in passed:
        row = await EventEntry.get_or_none(id=deadline.subject_id)
        if row is None or row.done_on is not None or row.due_on is None:
            continue
        if deadline.due_at != moment(deadline.kind, row.due_on):
            continue
        event = await Event.get(id=row.event_id)
        if event.status is not EventStatus.CANCELLED:
            await _tell(event, row, deadline.kind, row.due_on)


async def _tell(event: Event, row: EventEntry, kind: str, due_on: date) -> None:
    place = str(event.division_id)  # type: ignore[attr-defined]
    for person in await keepers_of(place, EDIT_EVENTS):
        await notify_person(
            person,
            kind,
            {"name": event.title, "words": row.text, "office": row.owner, "due_on": due_on.isoformat()},
            dedupe=f"event entry {row.id} {kind} {due_on:%Y%m%d}",
            division_code=place,
            link=f"/staff/events/{event.slug}/record",
        )
