"""The figures, kept in the transaction that changes a grievance: the one place through which steps report it."""

from __future__ import annotations

from civicgraph import clock
from civicgraph.grievances.figures.counting import Facts, contribution, difference
from civicgraph.grievances.figures.keeping import add
from civicgraph.grievances.figures.lateness import mark
from civicgraph.grievances.models import Grievance


async def count_in(row: Grievance) -> None:
    """Count a grievance that was just reported."""
    await add(contribution(Facts.of(row)))


async def recount(row: Grievance) -> None:
    """Count what is different of a locked grievance, before it is saved.

    It comes after the grievance's own lock and before the audit trail's, whoever writes.
    """
    mark(row, clock.now())
    kept = await Grievance.get(id=row.id)
    await add(difference(contribution(Facts.of(kept)), contribution(Facts.of(row))))
