"""What the clock does with a grievance: reminders and the two levels above, the end of a rest, questions, closing.

Each handler runs in the transaction that claims the deadline, so its messages are written once or not at all.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from civicgraph import settings
from civicgraph.divisions.rules import parent_code
from civicgraph.grievances import notices
from civicgraph.grievances.models import Grievance, GrievanceCategory, GrievanceStatus
from civicgraph.grievances.operations.history import take_by_clock
from civicgraph.grievances.operations.hold_grievance import resume
from civicgraph.grievances.operations.rate_grievance import close_by_clock
from civicgraph.grievances.workflow import CLOSE_AFTER, DONE, OPEN
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
        await _escalate(row, "response", row.response_due_at)


@on_missed("Grievance", "response_command")
async def response_commanded(deadline: Deadline) -> None:
    """Nobody has accepted it, though the station knows."""
    if (row := await _unanswered(deadline)) is not None:
        await notices.escalate(row, "response", row.response_due_at, _centre(row))


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
        await _escalate(row, "resolution", row.resolution_due_at)


@on_missed("Grievance", "resolution_command")
async def resolution_commanded(deadline: Deadline) -> None:
    """It is not resolved, though the station knows."""
    if (row := await _unresolved(deadline)) is not None:
        await notices.escalate(row, "resolution", row.resolution_due_at, _centre(row))


@on_missed("Grievance", "hold")
async def hold_over(deadline: Deadline) -> None:
    """The rest is over: work goes on."""
    if (taken := await take_by_clock("resume", deadline.subject_id)) is not None:
        row = await resume(taken)
        await notices.tell_workers(row, "grievance_resumed", f"resumed:{row.version}", row.resolution_due_at)


@on_missed("Grievance", "review")
async def review_due(deadline: Deadline) -> None:
    """A shortfall is to be looked at again: told now, and every week until it is."""
    row = await Grievance.get_or_none(id=deadline.subject_id)
    if row is not None and row.status is GrievanceStatus.SHORTFALL:
        await notices.tell_workers(row, "grievance_review", f"review:{deadline.due_at:%Y%m%d}", deadline.due_at)
        await set_deadline(row, "review", deadline.due_at + timedelta(days=7))


@on_missed("Grievance", "rating")
async def rating_wanted(deadline: Deadline) -> None:
    """A day has passed and its reporter has not rated it."""
    row = await _done(deadline)
    if row is not None and row.rated_at is None:
        await notices.ask_reporter(row, "grievance_rating")


@on_missed("Grievance", "aftercare")
async def aftercare_due(deadline: Deadline) -> None:
    """Four weeks have passed: is it lastingly solved?"""
    if (row := await _done(deadline)) is not None:
        await notices.ask_reporter(row, "grievance_aftercare")


@on_missed("Grievance", "closing")
async def closing_due(deadline: Deadline) -> None:
    """A week has passed without a word of its reporter. Where somebody else has to look first, they are reminded."""
    row = await _done(deadline)
    if row is None:
        return
    category = await GrievanceCategory.get(code=row.category_id)
    if category.is_verified and row.status is GrievanceStatus.RESOLVED:
        await notices.tell_workers(row, "grievance_check", f"check:{deadline.due_at:%Y%m%d}", deadline.due_at)
        await set_deadline(row, "closing", deadline.due_at + CLOSE_AFTER)
    elif (taken := await take_by_clock("close", row.id)) is not None:
        await close_by_clock(taken)


async def _done(deadline: Deadline) -> Grievance | None:
    row = await Grievance.get_or_none(id=deadline.subject_id)
    return row if row is not None and row.status in DONE else None


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


async def _escalate(row: Grievance, promise: str, due_at: datetime) -> None:
    """Tell the station 联络站, and the centre 指挥中心 as long after it, unless it had to be told at once."""
    station = parent_code(row.division_id)
    reached = await notices.escalate(row, promise, due_at, station)
    if len(reached) >= len(station):
        await set_deadline(row, f"{promise}_command", due_at + 2 * _patience())


def _centre(row: Grievance) -> str:
    return parent_code(parent_code(row.division_id))


def _patience() -> timedelta:
    return timedelta(minutes=settings.current().escalate_after_minutes)
