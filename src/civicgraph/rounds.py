"""What the leading process does at each tick beside deadlines: the rooms' own rounds, then the outbox."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog

from civicgraph.bookings import enclosures as enclosures  # messages of bookings have files that go with them
from civicgraph.bookings import reminders as reminders  # what is due of quotas has somebody who does it
from civicgraph.bookings.rounds import check_some_quotas
from civicgraph.checklists import reminders as checklist_reminders
from civicgraph.enterprises.figures.keeping import fill_when_empty
from civicgraph.enterprises.importing.runs import go_on
from civicgraph.enterprises.rounds import close_when_settled
from civicgraph.events import quotas as event_quotas
from civicgraph.events.rescue.keeping import fill_when_empty as fill_drills
from civicgraph.events.rounds import carry_on_series, mark_over
from civicgraph.grievances.figures.checking import check_some
from civicgraph.grievances.figures.lateness import count_late
from civicgraph.grievances.following import forget_unconfirmed
from civicgraph.grievances.rounds import put_promises_right
from civicgraph.jobs import reminders as job_reminders
from civicgraph.notifications.delivery import Fence, deliver_due, unfenced
from civicgraph.policies.rounds import match_some, tell_some
from civicgraph.privacy.retention import erase_some
from civicgraph.services import quotas as service_quotas
from civicgraph.services.slots import carry_on_slots
from civicgraph.uploads.operations import sweep

__all__ = [
    "checklist_reminders",
    "each_tick",
    "enclosures",
    "event_quotas",
    "job_reminders",
    "reminders",
    "service_quotas",
]


log = structlog.get_logger()

_ROUNDS: tuple[Callable[[], Awaitable[object]], ...] = (
    mark_over,
    carry_on_series,
    carry_on_slots,
    fill_drills,
    forget_unconfirmed,
    put_promises_right,
    count_late,
    check_some,
    check_some_quotas,
    erase_some,
    sweep,
    fill_when_empty,
    go_on,
    close_when_settled,
    match_some,
    tell_some,
)


async def each_tick(fence: Fence = unfenced) -> int:
    """One round; the number of messages that were delivered. Messages go first, and no room's trouble stops another."""
    try:
        return await deliver_due(fence)
    finally:
        for work in _ROUNDS:
            await _quietly(work)


async def _quietly(work: Callable[[], Awaitable[object]]) -> None:
    try:
        await work()
    except Exception:
        log.exception("round.failed", round=work.__name__)
