"""Sending: one module a way of travelling. Each writes what one recipient gets, and says by an error that it failed."""

from __future__ import annotations

from civicgraph.notifications.models import MessageChannel
from civicgraph.notifications.sending import mail, robots, webhooks
from civicgraph.notifications.sending.batch import Batch as Batch
from civicgraph.notifications.sending.batch import Refused as Refused
from civicgraph.notifications.sending.batch import Unwritable as Unwritable
from civicgraph.settings import Settings


async def send(settings: Settings, batch: Batch) -> None:
    """Send it, or raise; raising `Unwritable`, or a final `Refused`, says that another attempt would not help."""
    if batch.head.channel is MessageChannel.EMAIL:
        await mail.send(settings, batch)
    elif batch.head.channel is MessageChannel.WEBHOOK:
        await webhooks.send(batch)
    else:
        await robots.send(settings, batch)
