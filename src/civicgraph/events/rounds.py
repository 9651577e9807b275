"""What the clock does in the events room."""

from __future__ import annotations

from datetime import timedelta

from tortoise.transactions import in_transaction

from civicgraph import clock
from civicgraph.events import rules
from civicgraph.events.models import Event, EventSeries
from civicgraph.events.operations import extend


async def mark_over() -> None:
    """Mark the events that have ended. Lists are right before it as well, they only look at more."""
    ended = Event.filter(is_over=False, ends_at__lt=clock.now())
    if await ended.exists():
        await ended.update(is_over=True)


async def carry_on_series() -> None:
    """Make the next events of the series that reach less far than lists do: each of them once a day, a few at a time."""
    until = clock.now() + rules.HORIZON
    for number in await EventSeries.filter(made_until__lt=until - timedelta(days=1)).limit(20).values_list("id"):
        async with in_transaction():
            await extend(await EventSeries.select_for_update().get(id=number[0]), until)
