"""The cells compared with the grievances at night: what has drifted is put right, and logged.

A community's cells must be what its grievances count, those of a division above the sum of the cells of the
divisions below it. The leading process checks a few divisions at each tick of the night's hours, the
communities first, so that nothing waits long behind a check.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import structlog
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.transactions import in_transaction

from civicgraph import clock
from civicgraph.db import beside
from civicgraph.divisions.models import Division
from civicgraph.grievances.figures.counting import (
    ENDING,
    OF_ROW,
    Earlier,
    Facts,
    Key,
    Vector,
    add_to,
    contribution,
    difference,
    earlier_of,
    is_told,
)
from civicgraph.grievances.figures.keeping import add
from civicgraph.grievances.figures.models import COLUMNS
from civicgraph.grievances.models import Grievance, GrievanceCell, GrievanceUpdate

log = structlog.get_logger()

HOURS = range(2, 6)
"""Hours of the city's clock in which it is checked."""
A_TICK = 10
"""Divisions checked at a tick: of 2,400 all within twenty minutes, at a few hundred grievances each."""


@dataclass
class Round:
    """How far this process has come tonight."""

    night: date | None = None
    left: list[str] = field(default_factory=list)


_round = Round()


async def check_some() -> int:
    """Check the next divisions if it is night; how many cells had drifted."""
    now = clock.now().astimezone(clock.CITY_ZONE)
    if now.hour not in HOURS:
        return 0
    if _round.night != now.date():
        _round.night, _round.left = now.date(), await _every_division()
    drifted = 0
    for _ in range(min(A_TICK, len(_round.left))):
        drifted += await check(_round.left.pop())
    return drifted


async def check_all() -> int:
    """Check every division now; how many cells had drifted."""
    return sum([await check(code) for code in reversed(await _every_division())])


async def _every_division() -> list[str]:
    """The codes from the city down: the last are checked first."""
    codes = [str(code) for code in await Division.all().values_list("code", flat=True)]
    return sorted(codes, key=lambda code: (len(code), code))


async def check(division_code: str) -> int:
    """Compare the cells of a division with what they should hold, and put them right; how many had drifted."""
    if not await _drift(division_code, beside()):
        return 0
    async with in_transaction() as transaction:
        await _hold_still(transaction)
        drift = await _drift(division_code, transaction)
        await add(drift)
    for key, counts in drift.items():
        wrong = {name: count for name, count in zip(COLUMNS, counts, strict=True) if count}
        log.warning("figures.drifted", **key._asdict(), added=wrong)
    return len(drift)


async def _hold_still(transaction: BaseDBAsyncClient) -> None:
    """Let nobody change a cell until the transaction ends. SQLite has but one writer at a time."""
    if transaction.capabilities.dialect == "postgres":
        await transaction.execute_query("LOCK TABLE grievance_cell IN SHARE ROW EXCLUSIVE MODE")


async def _drift(division_code: str, connection: BaseDBAsyncClient) -> dict[Key, Vector]:
    """What has to be added to the division's cells. Another may write between these reads, unless held still."""
    rows = GrievanceCell.filter(division_id=division_code).using_db(connection)
    width = len(Key._fields)
    kept = {Key(*row[:width]): row[width:] for row in await rows.values_list(*Key._fields, *COLUMNS)}
    return difference(kept, await _counted(division_code, connection))


async def _counted(division_code: str, connection: BaseDBAsyncClient) -> dict[Key, Vector]:
    """What the division's cells should hold: of its own grievances, and of the divisions below."""
    found: dict[Key, Vector] = {}
    own = Grievance.filter(division_id=division_code).using_db(connection)
    earlier = await _earlier(division_code, connection)
    for number, *values in await own.values_list("id", *OF_ROW):
        counted = contribution(Facts._make((*values, earlier.get(number, ()))))
        add_to(found, ((key, counts) for key, counts in counted.items() if key.division_id == division_code))
    sums, split = ", ".join(f'sum("{name}")' for name in COLUMNS), ", ".join(Key._fields[1:])
    mark = "$1" if connection.capabilities.dialect == "postgres" else "?"
    _, below = await connection.execute_query(
        f"SELECT {split}, {sums} FROM grievance_cell"
        f" WHERE division_id IN (SELECT code FROM division WHERE parent_id = {mark}) GROUP BY {split}",
        [division_code],
    )
    for row in map(tuple, below):
        key = Key(division_code, *row[: len(Key._fields) - 1])
        if is_told(key):
            add_to(found, [(key, row[len(Key._fields) - 1 :])])
    return found


async def _earlier(division_code: str, connection: BaseDBAsyncClient) -> dict[int, list[Earlier]]:
    """What the histories of the division's grievances hold beside their rows."""
    steps = GrievanceUpdate.filter(grievance__division_id=division_code, verb__in=ENDING).using_db(connection)
    found: dict[int, list[GrievanceUpdate]] = {}
    for one in await steps:
        found.setdefault(one.grievance_id, []).append(one)  # type: ignore[attr-defined]
    return {number: earlier_of(history) for number, history in found.items()}
