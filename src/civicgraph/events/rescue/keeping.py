"""Changing the cells in the transaction that changes a drill or a team, and counting them anew."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import structlog
from tortoise.models import Model
from tortoise.signals import post_save, pre_save
from tortoise.transactions import in_transaction

from civicgraph.cells import add_cells
from civicgraph.events.models import Event, EventKind
from civicgraph.events.rescue.counting import (
    DRILL_KEY,
    DRILL_NUMBERS,
    TEAM_KEY,
    TEAM_NUMBERS,
    Cells,
    between,
    of_drill,
    of_team,
)
from civicgraph.events.rescue.models import DrillCell, RescueCell, RescueTeam

log = structlog.get_logger()

_CHUNK = 2_000


@pre_save(Event)
async def _remember(_model: type[Event], row: Event, _connection: Any, _fields: Any) -> None:
    """What an event counts before it is saved: a drill that becomes something else has to be taken away again."""
    before = await Event.filter(id=row.id, kind=EventKind.SAFETY_DRILL).first() if row._saved_in_db else None
    row.__dict__["_counted"] = of_drill(before) if before else None


@post_save(Event)  # whichever operation changes a drill: none can forget its figures
async def _count(_model: type[Event], row: Event, _is_new: bool, _connection: Any, _fields: Any) -> None:
    before = row.__dict__.pop("_counted", None)
    if before or row.kind is EventKind.SAFETY_DRILL:
        await add_drills(between([before] if before else [], [of_drill(row)]))


async def count_new(rows: Iterable[Event]) -> None:
    """Count events that were made by the dozen, past the signals."""
    await add_drills(between([], map(of_drill, rows)))


async def count_team(before: RescueTeam | None, after: RescueTeam) -> None:
    """Count a team as it is now instead of as it was."""
    await add_teams(between([of_team(before)] if before else [], [of_team(after)]))


async def add_drills(cells: Cells) -> None:
    """Add to the cells of drills."""
    await add_cells("drill_cell", DRILL_KEY, DRILL_NUMBERS, cells)


async def add_teams(cells: Cells) -> None:
    """Add to the cells of teams."""
    await add_cells("rescue_cell", TEAM_KEY, TEAM_NUMBERS, cells)


async def recount() -> int:
    """Count every drill and every team anew and put the cells right; how many were wrong."""
    async with in_transaction() as transaction:
        if transaction.capabilities.dialect == "postgres":
            await transaction.execute_query("LOCK TABLE drill_cell, rescue_cell IN SHARE ROW EXCLUSIVE MODE")
        drills, teams, last = Cells(), Cells(), 0
        while rows := await Event.filter(kind=EventKind.SAFETY_DRILL, id__gt=last).order_by("id").limit(_CHUNK):
            drills.update(between([], map(of_drill, rows)))
            last = rows[-1].id
        for team in await RescueTeam.all():
            teams.update(of_team(team))
        drift = between([await _kept(DrillCell, DRILL_KEY, DRILL_NUMBERS)], [drills])
        await add_drills(drift)
        found = between([await _kept(RescueCell, TEAM_KEY, TEAM_NUMBERS)], [teams])
        await add_teams(found)
    return len({key for key, _ in drift} | {key for key, _ in found})


async def _kept(model: type[Model], key: Sequence[str], numbers: Sequence[str]) -> Cells:
    found = Cells()
    for row in await model.all().values_list(*key, *numbers):
        for index, number in enumerate(row[len(key) :]):
            found[tuple(map(str, row[: len(key)])), index] += number
    return found


async def fill_when_empty() -> None:
    """Count drills that were never counted: those of before there were figures, or that were loaded whole."""
    if not await DrillCell.exists() and await Event.filter(kind=EventKind.SAFETY_DRILL, status__not="draft").exists():
        log.info("drills.counted", cells=await recount())
