"""What the clock does in the events room."""

from __future__ import annotations

from civicgraph import clock
from civicgraph.events.models import Event


async def mark_over() -> None:
    """Mark the events that have ended. Lists are right before it as well, they only look at more."""
    ended = Event.filter(is_over=False, ends_at__lt=clock.now())
    if await ended.exists():
        await ended.update(is_over=True)
