"""Promised times put right when more of the calendar is known than when they were reckoned."""

from __future__ import annotations

from datetime import datetime

from civicgraph.grievances import deadlines
from civicgraph.grievances.models import Grievance, GrievanceUpdate
from civicgraph.grievances.operations.inputs import Number
from civicgraph.grievances.operations.tally import recount
from civicgraph.grievances.operations.timing import keep_time
from civicgraph.grievances.workflow import OPEN
from civicgraph.operations import Forbidden, Input, NotFound, audit, changed, operation
from civicgraph.permissions import Actor

_TIMES = ("response_due_at", "resolution_due_at", "response_soon_at", "resolution_soon_at")


class PutPromiseRight(Input):
    """A grievance whose promised times may have been reckoned with less of the calendar."""

    number: Number


@operation(is_audited=False)  # what stays as it was writes nothing, so it audits nothing
async def put_promise_right(actor: Actor, data: PutPromiseRight) -> dict[str, bool]:
    """Reckon both promised times again from the whole history; whether one of them moved.

    Nothing of the promise itself changes: its minutes and office hours are those of the day of the report.
    """
    if actor.kind != "system":
        raise Forbidden
    row = await Grievance.select_for_update().get_or_none(number=data.number)
    if row is None:
        raise NotFound
    told = GrievanceUpdate.filter(grievance_id=row.id, verb="submit")
    if row.status not in OPEN or not await told.exists():  # what was made up for a demo has no such history
        return {"is_moved": False}
    wanted, before = deadlines.wanted(row), _times(row)
    await keep_time(row)
    moved = changed(before, _times(row))
    if moved:
        row.version += 1
        await recount(row)
        await row.save()
        await deadlines.keep(row, wanted)
        await audit(actor, row, moved)
    return {"is_moved": bool(moved)}


def _times(row: Grievance) -> dict[str, str | None]:
    found: dict[str, datetime | None] = {name: getattr(row, name) for name in _TIMES}
    return {name: one.isoformat() if one else None for name, one in found.items()}
