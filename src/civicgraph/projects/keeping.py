"""Changing the cells in the transaction that changes a project; what would change a closed quarter is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from tortoise.connection import get_connection

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
    """Add to cells, which are made when they are not there.

    Always in one order, from communities up to the city: two transactions cannot wait for each other.
    """
    wanted: Iterable[tuple[str, ...]] = sorted({one for one, _ in cells}, key=lambda one: (-len(one[0]), one))
    rows = [[*one, *(cells[one, index] for index in range(len(NUMBERS)))] for one in wanted]
    if not rows:
        return
    connection = get_connection("default")
    is_postgres = connection.capabilities.dialect == "postgres"
    names = (*KEY, *NUMBERS)
    values = ", ".join(f"${n}" if is_postgres else "?" for n, _ in enumerate(names, 1))
    added = ", ".join(f"{name} = investment_cell.{name} + excluded.{name}" for name in NUMBERS)
    statement = (
        f"INSERT INTO investment_cell ({', '.join(names)}) VALUES ({values})"
        f" ON CONFLICT ({', '.join(KEY)}) DO UPDATE SET {added}"
    )
    await connection.execute_many(statement, rows)
