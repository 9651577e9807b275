"""Changing the cells in the transaction that changes a project; what would change a closed quarter is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from civicgraph.cells import add_cells as add_to
from civicgraph.enterprises.figures import closing
from civicgraph.enterprises.figures.counting import last_day
from civicgraph.i18n import N_
from civicgraph.operations import Unavailable
from civicgraph.projects.counting import KEY, NUMBERS, Cells, between, of_project
from civicgraph.projects.models import InvestmentAmount, InvestmentProject, InvestmentStageChange

_CLOSED = N_("The figures of %(quarter)s are closed, and this would change them. Give a day after %(day)s.")


@asynccontextmanager
async def counting(row: InvestmentProject) -> AsyncIterator[None]:
    """Whatever is written of a project within is counted at the end; `row` is locked and holds what was saved."""
    before = await _cells(row)
    yield
    await row.refresh_from_db()
    changes = between(before, await _cells(row))
    closed = await closing.closed_quarter()
    if any(key[KEY.index("quarter")] <= closed for key, _ in changes):
        raise Unavailable(_CLOSED, quarter=closed, day=last_day(closed))
    await add_cells(changes)


async def _cells(row: InvestmentProject) -> Cells:
    changes = await InvestmentStageChange.filter(project_id=row.id).order_by("on", "id")
    amounts = await InvestmentAmount.filter(project_id=row.id).order_by("on", "id")
    return of_project(row, changes, amounts)


async def add_cells(cells: Cells) -> None:
    """Add to the cells of investment projects."""
    await add_to("investment_cell", KEY, NUMBERS, cells)
