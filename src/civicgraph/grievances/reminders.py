"""What happens when a promised time passes: a reminder, and after a while the level above is told.

Each handler runs in the transaction that claims the deadline, so its messages are written once or not at all.
"""

from __future__ import annotations

from datetime import timedelta

from civicgraph import settings
from civicgraph.grievances import notices
from civicgraph.grievances.models import Grievance
from civicgraph.grievances.rules import OPEN
from civicgraph.scheduler.deadlines import on_missed, set_deadline
from civicgraph.scheduler.models import Deadline


@on_missed("Grievance", "response")
async def response_missed(deadline: Deadline) -> None:
    """Nobody has accepted it in time."""
    if (row := await _unanswered(deadline)) is not None:
        await notices.remind(row, "response", deadline.due_at)
        await set_deadline(row, "response_escalation", deadline.due_at + _patience())


@on_missed("Grievance", "response_escalation")
async def response_escalated(deadline: Deadline) -> None:
    """Nobody has accepted it, long after the promised time."""
    if (row := await _unanswered(deadline)) is not None:
        await notices.escalate(row, "response", row.response_due_at)


@on_missed("Grievance", "resolution")
async def resolution_missed(deadline: Deadline) -> None:
    """It is not resolved in time."""
    if (row := await _unresolved(deadline)) is not None:
        await notices.remind(row, "resolution", deadline.due_at)
        await set_deadline(row, "resolution_escalation", deadline.due_at + _patience())


@on_missed("Grievance", "resolution_escalation")
async def resolution_escalated(deadline: Deadline) -> None:
    """It is not resolved, long after the promised time."""
    if (row := await _unresolved(deadline)) is not None:
        await notices.escalate(row, "resolution", row.resolution_due_at)


async def _unresolved(deadline: Deadline) -> Grievance | None:
    """The grievance while it is still to be resolved.

    Read without its lock: a step locks the grievance before its deadlines, a tick the other way round.
    A step that commits a moment later is a step taken a moment after the reminder.
    """
    row = await Grievance.get_or_none(id=deadline.subject_id)
    return row if row is not None and row.status in OPEN else None


async def _unanswered(deadline: Deadline) -> Grievance | None:
    row = await _unresolved(deadline)
    return row if row is not None and row.accepted_at is None else None


def _patience() -> timedelta:
    return timedelta(minutes=settings.current().escalate_after_minutes)
