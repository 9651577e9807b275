"""What the leading process does at each tick beside deadlines: the rooms' own rounds, then the outbox."""

from __future__ import annotations

from civicgraph.events.rounds import mark_over
from civicgraph.grievances.figures.checking import check_some
from civicgraph.grievances.following import forget_unconfirmed
from civicgraph.notifications.delivery import deliver_due
from civicgraph.privacy.retention import erase_some
from civicgraph.uploads.operations import sweep


async def each_tick() -> int:
    """One round; the number of messages that were delivered."""
    await mark_over()
    delivered = await deliver_due()
    await forget_unconfirmed()
    await check_some()
    await erase_some()
    await sweep()
    return delivered
