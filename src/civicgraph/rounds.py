"""What the leading process does at each tick beside deadlines: the rooms' own rounds, then the outbox."""

from __future__ import annotations

from civicgraph.bookings import reminders as reminders  # what is due of quotas has somebody who does it
from civicgraph.bookings.rounds import check_some_quotas
from civicgraph.enterprises.figures.keeping import fill_when_empty
from civicgraph.enterprises.importing.runs import go_on
from civicgraph.events import quotas as event_quotas
from civicgraph.events.rounds import carry_on_series, mark_over
from civicgraph.grievances.figures.checking import check_some
from civicgraph.grievances.following import forget_unconfirmed
from civicgraph.notifications.delivery import deliver_due
from civicgraph.privacy.retention import erase_some
from civicgraph.services import quotas as service_quotas
from civicgraph.uploads.operations import sweep

__all__ = ["each_tick", "event_quotas", "reminders", "service_quotas"]


async def each_tick() -> int:
    """One round; the number of messages that were delivered."""
    await mark_over()
    await carry_on_series()
    delivered = await deliver_due()
    await forget_unconfirmed()
    await check_some()
    await check_some_quotas()
    await erase_some()
    await sweep()
    await fill_when_empty()
    await go_on()
    return delivered
