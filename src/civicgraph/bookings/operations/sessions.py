"""Sessions of an event: the places of a part of it, at times of their own."""

from __future__ import annotations

from datetime import datetime

from civicgraph.bookings.models import Quota


async def sessions_of(event_id: int) -> list[Quota]:
    """The sessions of an event that have a time, called off or not."""
    rows = await Quota.filter(event_id=event_id, starts_at__isnull=False).exclude(title="").order_by("id")
    return list(rows)


async def reckon_from(event_id: int, starts_at: datetime) -> None:
    """Let the sessions of an event move with it as if it had begun then, whenever it really did.

    For a change of its start after which they are not to move by as much as it does.
    """
    await (
        Quota.filter(event_id=event_id, subject_starts_at__isnull=False)
        .exclude(title="")
        .update(subject_starts_at=starts_at)
    )
