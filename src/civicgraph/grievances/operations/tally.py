"""The figures, kept in the transaction that changes a grievance: the one place through which steps report it."""

from __future__ import annotations

from civicgraph import clock
from civicgraph.grievances.figures.counting import ENDING, Facts, contribution, difference, earlier_of
from civicgraph.grievances.figures.keeping import add
from civicgraph.grievances.figures.lateness import mark
from civicgraph.grievances.models import Grievance, GrievanceUpdate


async def count_in(row: Grievance) -> None:
    """Count a grievance that was just reported."""
    await add(contribution(Facts.of(row)))


async def recount(row: Grievance, *entry: GrievanceUpdate) -> None:
    """Count what is different of a locked grievance by a step that is just taken, before both are saved.

    It comes after the grievance's own lock and before the audit trail's, whoever writes.
    """
    mark(row, clock.now())
    kept = await Grievance.get(id=row.id)
    history = await GrievanceUpdate.filter(grievance_id=row.id, verb__in=ENDING)
    before, after = Facts.of(kept, earlier_of(history)), Facts.of(row, earlier_of([*history, *entry]))
    await add(difference(contribution(before), contribution(after)))
