"""What of a grievance is due by the clock: wanted by its state, and kept in step with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from civicgraph import clock
from civicgraph.grievances import escalation
from civicgraph.grievances.desk.models import GrievanceCall
from civicgraph.grievances.models import Grievance, GrievanceStatus
from civicgraph.grievances.workflow import ASK_AFTER, ASK_AGAIN_AFTER, CLOSE_AFTER, DONE, OPEN
from civicgraph.scheduler.deadlines import set_deadlines, settle

_AWAITING = frozenset({"resolution", "review"})
"""Kinds of deadlines of what is open or a shortfall: departments are awaited there, and nowhere else."""
CALL_KINDS = ("answer_soon", "answer")
"""What a called department is reminded of."""


def wanted(row: Grievance) -> dict[str, datetime]:
    """The deadlines of a grievance by their kind, as its state asks for. Pure."""
    found: dict[str, datetime | None] = {}
    if row.status in OPEN:
        found["resolution"], found["resolution_soon"] = row.resolution_due_at, row.resolution_soon_at
        if row.accepted_at is None:
            found["response"], found["response_soon"] = row.response_due_at, row.response_soon_at
    if row.status is GrievanceStatus.ON_HOLD:
        found["hold"] = row.hold_until
    if row.status is GrievanceStatus.SHORTFALL:
        found["review"] = row.review_at
    if row.status in DONE and row.resolved_at is not None:
        found["aftercare"] = row.resolved_at + ASK_AGAIN_AFTER
        if row.status is not GrievanceStatus.CLOSED:
            found["closing"] = row.resolved_at + CLOSE_AFTER
            found["rating"] = row.resolved_at + ASK_AFTER
    return {kind: due_at for kind, due_at in found.items() if due_at is not None}


async def keep(row: Grievance, before: Mapping[str, datetime]) -> list[GrievanceCall]:
    """Set what is wanted now and was not before, and settle what no longer is.

    A deadline that stays as it was is left alone: what was told once is not told again. Answers the departments
    that are called anew by it.
    """
    now = wanted(row)
    gone = [kind for kind in before if kind not in now]
    moved = {kind: due_at for kind, due_at in now.items() if before.get(kind) != due_at}
    ladders = [escalation.kinds(kind) for kind in (*gone, *moved) if kind in escalation.PROMISED]
    over = {*gone, *(kind for ladder in ladders for kind in ladder)} - now.keys()
    if over:
        await settle(row, *sorted(over))
    await set_deadlines((row, kind, due_at) for kind, due_at in moved.items())
    was_awaited, is_awaited = not _AWAITING.isdisjoint(before), not _AWAITING.isdisjoint(now)
    if was_awaited and not is_awaited:
        await _dismiss_called(row)
    return await _call_anew(row) if is_awaited and not was_awaited else []


async def keep_call(call: GrievanceCall) -> None:
    """Set what a called department is reminded of, or settle it once it has answered."""
    if call.answered_at is not None:
        await settle(call, *CALL_KINDS)
        return
    soon_at = escalation.call_soon_at(call.called_at, call.answer_due_at)
    await set_deadlines([(call, "answer_soon", soon_at), (call, "answer", call.answer_due_at)])


async def _dismiss_called(row: Grievance) -> None:
    """Nobody waits any longer for departments that have not answered."""
    for call in await GrievanceCall.filter(grievance_id=row.id, answered_at=None):
        await settle(call, *CALL_KINDS)


async def _call_anew(row: Grievance) -> list[GrievanceCall]:
    """It is to be done after all: who has not answered is awaited again. Whose time is over gets as much of it anew.

    Nobody waited for them in between, so they cannot be late by that time.
    """
    anew, now = [], clock.now()
    for call in await GrievanceCall.filter(grievance_id=row.id, answered_at=None).order_by("id"):
        if call.answer_due_at <= now:
            call.answer_due_at = now + (call.answer_due_at - call.called_at)
            call.called_at, call.reported_in_at = now, None
            await call.save()
            anew.append(call)
        await keep_call(call)
    return anew
