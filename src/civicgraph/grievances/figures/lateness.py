"""What is late and still awaited, counted when its promised time passes: no step of a grievance tells of that moment.

A step marks what is late when it is taken (`mark`). Between steps the leading process finds at each tick what has
become late since, by partial indexes that hold only what is not marked yet: with nothing newly late it costs two
looks into an index.
"""

from __future__ import annotations

from datetime import UTC, datetime

from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from civicgraph import clock
from civicgraph.grievances.figures.counting import Facts, Key, Vector, add_to, contribution, difference
from civicgraph.grievances.figures.keeping import add
from civicgraph.grievances.models import Grievance
from civicgraph.grievances.rules import OPEN_SQL
from civicgraph.grievances.workflow import OPEN

A_TICK = 500
"""Of each kind: what falls due in one minute is counted in a few ticks."""
_UNMARKED = {
    "response_due_at": f"status IN {OPEN_SQL} AND first_response_at IS NULL AND NOT is_response_late",
    "resolution_due_at": f"status IN {OPEN_SQL} AND NOT is_resolution_late",
}
"""The conditions of the partial indexes, letter for letter."""


def mark(row: Grievance, now: datetime) -> None:
    """Say what of an open grievance is late now and still awaited."""
    is_open = row.status in OPEN
    row.is_response_late = is_open and row.first_response_at is None and row.response_due_at < now
    row.is_resolution_late = is_open and row.resolution_due_at < now


async def count_late() -> int:
    """Count what has become late; how many."""
    now = clock.now()
    keys = sorted({key for column, condition in _UNMARKED.items() for key in await _newly(column, condition, now)})
    return await _count(keys, now) if keys else 0


async def _newly(column: str, condition: str, now: datetime) -> list[int]:
    connection = get_connection("default")
    is_postgres = connection.capabilities.dialect == "postgres"
    statement = (
        f"SELECT id FROM grievance WHERE {condition} AND {column} < {'$1' if is_postgres else '?'}"
        f" ORDER BY {column} LIMIT {A_TICK}"
    )
    value = now if is_postgres else now.astimezone(UTC).isoformat(" ")
    return [dict(row)["id"] for row in await connection.execute_query_dict(statement, [value])]


async def _count(keys: list[int], now: datetime) -> int:
    """In one transaction. Who works on one of them right now marks it by that step, or it comes at the next tick."""
    changes: dict[Key, Vector] = {}
    async with in_transaction():
        rows = await Grievance.filter(id__in=keys).select_for_update(skip_locked=True)
        for row in rows:
            before = contribution(Facts.of(row))
            mark(row, now)
            add_to(changes, difference(before, contribution(Facts.of(row))).items())
        for name in ("is_response_late", "is_resolution_late"):
            late = [row.id for row in rows if getattr(row, name)]
            if late:
                await Grievance.filter(id__in=late).update(**{name: True})
        await add(changes)
    return len(rows)
