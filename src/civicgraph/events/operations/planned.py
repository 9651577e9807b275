"""What is planned at an event beside what its form holds: the agenda, what there is to read, its image."""

from __future__ import annotations

from collections.abc import Sequence

from civicgraph.events.kinds import PLANNED
from civicgraph.events.models import Event, EventEntry
from civicgraph.uploads import operations as uploads

_COPIED = ("kind", "position", "text", "said_by", "link")
_SAME = ("kind", "text", "said_by", "link")
_PICTURE = ("content_hash", "alt", "focal_point")


async def copy_plan(event: Event, copies: Sequence[int], division_code: str) -> None:
    """Agenda, materials with their files, and image of an event for events (by their numbers) that have none yet."""
    rows = await EventEntry.filter(event_id=event.id, kind__in=PLANNED).order_by("kind", "position", "id")
    made = [
        EventEntry(event_id=key, **{name: getattr(row, name) for name in _COPIED}) for key in copies for row in rows
    ]
    await EventEntry.bulk_create(made, batch_size=100)
    keys: dict[tuple[str, int], list[int]] = {}
    for one in await EventEntry.filter(event_id__in=list(copies), kind__in=PLANNED).order_by("id"):
        keys.setdefault((one.kind, one.position), []).append(one.id)
    await uploads.copy(EventEntry, {row.id: keys.get((row.kind, row.position), []) for row in rows}, division_code)
    await uploads.copy(Event, {event.id: copies}, division_code)


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
        found[one.event_id].add((*(getattr(one, name) for name in _SAME), files.get(one.id), own))
    for picture in await uploads.of(Event, events):
        found[picture.subject_id or 0].add(tuple(getattr(picture, name) for name in _PICTURE))
    return found


async def give_up_files(events: Sequence[int]) -> None:
    """The files of events that go: those of their records, and their images."""
    entries = await EventEntry.filter(event_id__in=list(events)).values_list("id", flat=True)
    await uploads.give_up(uploads.of(EventEntry, [int(str(one)) for one in entries]))
    await uploads.give_up(uploads.of(Event, events))
