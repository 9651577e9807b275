"""What is planned at an event beside what its form holds: the agenda, what there is to read, its image.

A copy of it has the same, and so have the others of its series.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tortoise.expressions import F

from civicgraph import clock
from civicgraph.events.kinds import PLANNED
from civicgraph.events.models import EntryKind, Event, EventEntry, EventStatus
from civicgraph.events.operations.inputs import EventVersion
from civicgraph.events.operations.rows import editable, following
from civicgraph.i18n import N_
from civicgraph.operations import Unavailable, audit, check_version, operation
from civicgraph.permissions import Actor
from civicgraph.uploads import operations as uploads

_COPIED = ("kind", "text", "said_by", "link")
_PICTURE = ("content_hash", "alt", "focal_point")


async def copy_plan(event: Event, copies: Sequence[int], division_code: str) -> None:
    """Agenda, materials with their files, and image of an event for events (by their numbers) that have none yet."""
    rows = await EventEntry.filter(event_id=event.id, kind__in=PLANNED).order_by("kind", "position", "id")
    await _copy_entries(dict.fromkeys(rows, copies), division_code)
    await uploads.copy(Event, {event.id: copies}, division_code)


async def _copy_entries(given: Mapping[EventEntry, Sequence[int]], division_code: str) -> None:
    """Entries with their files for events, by their numbers, after what each of those has of the kind."""
    events = {key for keys in given.values() for key in keys}
    there = EventEntry.filter(event_id__in=events, kind__in=PLANNED)
    last: dict[tuple[int, EntryKind], int] = {}
    for one in await there:
        last[one.event_id, one.kind] = max(one.position, last.get((one.event_id, one.kind), 0))
    made: dict[tuple[int, EntryKind, int], EventEntry] = {}
    for row, keys in given.items():
        for key in keys:
            last[key, row.kind] = last.get((key, row.kind), 0) + 1
            made[key, row.kind, last[key, row.kind]] = row
    copies = [
        EventEntry(event_id=key, position=position, **{name: getattr(row, name) for name in _COPIED})
        for (key, _, position), row in made.items()
    ]
    await EventEntry.bulk_create(copies, batch_size=100)
    files: dict[int, list[int]] = {}
    for one in await there.order_by("id"):
        if source := made.get((one.event_id, one.kind, one.position)):
            files.setdefault(source.id, []).append(one.id)
    await uploads.copy(EventEntry, files, division_code)


@operation()
async def repeat_plan(actor: Actor, data: EventVersion) -> Event:
    """Give those of its series that follow an event what they lack of its agenda, its materials and its image.

    What they have stays as it is, be it said otherwise there.
    """
    row = await editable(actor, data.slug)
    check_version(row, data.version, dict)
    others = await following(row).select_for_update()
    lacking = await _lacking(row, others)
    bare = {one.id for one in others} - {one.subject_id for one in await uploads.of(Event, [one.id for one in others])}
    given = {one for keys in lacking.values() for one in keys}
    if await uploads.of(Event, [row.id]).exists():
        given |= bare
    if not given:
        raise Unavailable(N_("Those that follow have all of it, or this one has none itself."))
    await _copy_entries(lacking, row.division_id)  # type: ignore[attr-defined]
    await uploads.copy(Event, {row.id: sorted(bare)}, row.division_id)  # type: ignore[attr-defined]
    # Who saw one of these drafts without it does not publish it unseen.
    drafts = Event.filter(id__in=given, status=EventStatus.DRAFT)
    await drafts.update(version=F("version") + 1, updated_at=clock.now())
    await audit(actor, row, {"events_given_plan": [None, len(given)]})
    return row


async def _lacking(event: Event, others: Sequence[Event]) -> dict[EventEntry, list[int]]:
    """By entry of an event's plan which of the others have none of this kind that says the same."""
    rows = EventEntry.filter(event_id=event.id, kind__in=PLANNED).order_by("kind", "position", "id")
    there = EventEntry.filter(event_id__in=[one.id for one in others], kind__in=PLANNED)
    said = {(one.event_id, one.kind, one.text) for one in await there}
    return {row: [one.id for one in others if (one.id, row.kind, row.text) not in said] for row in await rows}


async def with_own(event: Event, others: Sequence[int]) -> set[int]:
    """Which of other events have something in their record, or an image, that the event has not in the same way."""
    kept = await _kept([event.id, *others])
    return {key for key in others if kept[key] - kept[event.id]}


async def _kept(events: Sequence[int]) -> dict[int, set[tuple[object, ...]]]:
    found: dict[int, set[tuple[object, ...]]] = {key: set() for key in events}
    entries = await EventEntry.filter(event_id__in=list(events))
    files = {one.subject_id: one.content_hash for one in await uploads.of(EventEntry, [entry.id for entry in entries])}
    for one in entries:
        own = None if one.kind in PLANNED else one.id  # what came of an event is nobody else's
        found[one.event_id].add((*(getattr(one, name) for name in _COPIED), files.get(one.id), own))
    for picture in await uploads.of(Event, events):
        found[picture.subject_id or 0].add(tuple(getattr(picture, name) for name in _PICTURE))
    return found


async def give_up_files(events: Sequence[int]) -> None:
    """The files of events that go: those of their records, and their images."""
    entries = await EventEntry.filter(event_id__in=list(events)).values_list("id", flat=True)
    await uploads.give_up(uploads.of(EventEntry, [int(str(one)) for one in entries]))
    await uploads.give_up(uploads.of(Event, events))
