"""Files of an event's materials: one with each entry that has it, public with its event."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from civicgraph.events.models import Event, EventEntry, EventStatus
from civicgraph.permissions import DRAFT_EVENTS
from civicgraph.uploads import operations as uploads
from civicgraph.uploads.models import Purpose, Upload
from civicgraph.uploads.owners import owner


@owner("EventEntry")
async def _is_public(key: int) -> bool:
    return await EventEntry.filter(id=key).exclude(event__status=EventStatus.DRAFT).exists()


async def keep_file(event: Event, row: EventEntry, name: str, *, is_taken_away: bool = False) -> dict[str, Any]:
    """Give an entry a file in place of the one that it has, or take that away; what changed, for the trail."""
    if not name and not is_taken_away:
        return {}
    before = await _called(row)
    await drop_file(row)
    if name:
        await uploads.claim(
            [name],
            row,
            purpose=Purpose.MATERIAL,
            division_code=event.division_id,  # type: ignore[attr-defined]
            capability=DRAFT_EVENTS,
            is_public=True,
            field="file",
            only_pictures=False,
        )
    after = await _called(row)
    return {"file": [before, after]} if before != after else {}


async def drop_file(row: EventEntry) -> None:
    """An entry goes, and its file with it."""
    await uploads.give_up(uploads.of(EventEntry, [row.id]))


async def _called(row: EventEntry) -> str:
    """Which file an entry has, for the trail: what it is called, and by the beginning of its hash which content."""
    kept: Upload | None = await uploads.of(EventEntry, [row.id]).get_or_none()
    return f"{kept.filename} ({kept.content_hash[:12]})" if kept else ""


async def move_files(events: Sequence[int], division_code: str) -> None:
    """Files follow their events to another place."""
    entries = await EventEntry.filter(event_id__in=list(events)).values_list("id", flat=True)
    await uploads.move(EventEntry, [int(str(one)) for one in entries], division_code)
