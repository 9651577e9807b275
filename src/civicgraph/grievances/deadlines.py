"""What of a grievance is due by the clock: wanted by its state, and kept in step with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from civicgraph.grievances.models import Grievance, GrievanceStatus
from civicgraph.grievances.workflow import ASK_AFTER, ASK_AGAIN_AFTER, CLOSE_AFTER, DONE, OPEN
from civicgraph.scheduler.deadlines import set_deadline, settle


def wanted(row: Grievance) -> dict[str, datetime]:
    """The deadlines of a grievance by their kind, as its state asks for. Pure."""
    found: dict[str, datetime | None] = {}
    if row.status in OPEN:
        found["resolution"] = row.resolution_due_at
        found["response"] = row.response_due_at if row.accepted_at is None else None
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


async def keep(row: Grievance, before: Mapping[str, datetime]) -> None:
    """Set what is wanted now and was not before, and settle what no longer is.

    A deadline that stays as it was is left alone: what was told once is not told again.
    """
    now = wanted(row)
    gone = [kind for kind in before if kind not in now]
    moved = [kind for kind, due_at in now.items() if before.get(kind) != due_at]
    promises = [kind for kind in (*gone, *moved) if kind in ("response", "resolution")]
    over = [*gone, *(f"{kind}_{step}" for kind in promises for step in ("escalation", "command"))]
    if over:
        await settle(row, *over)
    for kind in moved:
        await set_deadline(row, kind, now[kind])
