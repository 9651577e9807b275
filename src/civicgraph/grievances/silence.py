"""What its reporter said of their own accord after a grievance was resolved, and since when they are silent.

Silence alone closes: whoever wrote is answered first, and has the whole time from the answer.
"""

from __future__ import annotations

from datetime import datetime

from civicgraph import clock
from civicgraph.grievances.models import Grievance, GrievanceUpdate
from civicgraph.grievances.rules import REPORTER_LINE, SYSTEM_LINE
from civicgraph.grievances.workflow import DONE, REOPEN_WITHIN


def may_reopen(row: Grievance, at: datetime | None = None) -> bool:
    """Whether its reporter may say at a moment that it is not solved: `rules.may_reopen_row` in Python."""
    return row.status in DONE and row.resolved_at is not None and (at or clock.now()) <= row.resolved_at + REOPEN_WITHIN


async def said_since(row: Grievance) -> list[GrievanceUpdate]:
    """Its reporter's words since it was resolved, the first first."""
    if row.resolved_at is None:
        return []
    said = GrievanceUpdate.filter(grievance_id=row.id, verb="comment", by_line=REPORTER_LINE)
    return await said.filter(at__gte=row.resolved_at).order_by("id")


async def silent_since(row: Grievance) -> tuple[datetime, bool]:
    """When its reporter, or staff to them, said the last of a resolved grievance, and whether staff owe an answer.

    A note among staff is an answer too: they may have called.
    """
    assert row.resolved_at is not None
    said = await said_since(row)
    if not said:
        return row.resolved_at, False
    last = said[-1]
    after = GrievanceUpdate.filter(grievance_id=row.id, id__gt=last.id)
    answer = await after.exclude(by_line__in=[REPORTER_LINE, SYSTEM_LINE]).order_by("id").first()
    return (answer.at, False) if answer is not None else (last.at, True)
