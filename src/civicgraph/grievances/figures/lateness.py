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
UNMARKED = {
    "response_due_at": (
        "grievance_unanswered",
        f"status IN {OPEN_SQL} AND first_response_at IS NULL AND NOT is_response_late",
    ),
    "resolution_due_at": ("grievance_unresolved", f"status IN {OPEN_SQL} AND NOT is_resolution_late"),
}
"""By the promise: the partial index of what is not marked yet, and its condition, letter for letter."""


def mark(row: Grievance, now: datetime) -> None:
    """Say what of an open grievance is late now and still awaited."""
    is_open = row.status in OPEN
    row.is_response_late = is_open and row.first_response_at is None and row.response_due_at < now
    row.is_resolution_late = is_open and row.resolution_due_at < now


async def count_late() -> int:
    """Count what has become late; how many."""
    now = clock.now()
    keys = sorted({key for column in UNMARKED for key in await _newly(column, now)})
    return await _count(keys, now) if keys else 0


async def _newly(column: str, now: datetime) -> list[int]:
    connection = get_connection("default")
    is_postgres = connection.capabilities.dialect == "postgres"
    value = now if is_postgres else now.astimezone(UTC).isoformat(" ")
    found = await connection.execute_query_dict(newly(column, is_postgres=is_postgres), [value])
    return [dict(row)["id"] for row in found]


def newly(column: str, *, is_postgres: bool) -> str:
    """The statement that finds what became late. SQLite is told its index: by its averages that of states looked as good."""
    index, condition = UNMARKED[column]
    source, mark = ("grievance", "$1") if is_postgres else (f"grievance INDEXED BY {index}", "?")
    return f"SELECT id FROM {source} WHERE {condition} AND {column} < {mark} ORDER BY {column} LIMIT {A_TICK}"


async def _count(keys: list[int], now: datetime) -> int:
    """In one transaction. Who works on one of them right now marks it by that step, or it comes at the next tick."""
    changes: dict[Key, Vector] = {}
    async with in_transaction():
        rows = await Grievance.filter(id__in=keys).select_for_update(skip_locked=True)
        for row in rows:
            before = contribution(Facts.of(row))  # the history stays as it is: it counts the same on both sides
            mark(row, now)
            add_to(changes, difference(before, contribution(Facts.of(row))).items())
        for name in ("is_response_late", "is_resolution_late"):
            late = [row.id for row in rows if getattr(row, name)]
            if late:
                await Grievance.filter(id__in=late).update(**{name: True})
        await add(changes)
    return len(rows)
