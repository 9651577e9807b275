"""Promised times follow the calendar: holidays and make-up days of a year are announced in the November before it.

A server that starts may know more of them than the one that reckoned what is promised in office hours. The leading
process goes once through what is open and due in the latest year that it knows, a few at each tick.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from tortoise.connection import get_connection

from civicgraph.calendars import last_known_year
from civicgraph.clock import CITY_ZONE
from civicgraph.grievances.operations import put_promise_right
from civicgraph.grievances.rules import OPEN_SQL
from civicgraph.permissions import SYSTEM

log = structlog.get_logger()

A_TICK = 50
"""Grievances looked at in a tick: a few milliseconds each."""


@dataclass
class Round:
    """How far this process has come."""

    last: int = 0
    is_over: bool = False


_round = Round()


async def put_promises_right() -> int:
    """Look at the next of them; how many had moved."""
    if _round.is_over:
        return 0
    found = await _next(_round.last)
    moved = 0
    for _round.last, number in found:
        moved += (await put_promise_right(SYSTEM, {"number": number}))["is_moved"]
    _round.is_over = not found
    if moved:
        log.info("promises.put_right", moved=moved, known_until=last_known_year())
    return moved


async def _next(after: int) -> list[tuple[int, str]]:
    """By the index of what is open, in the order of the reports."""
    connection = get_connection("default")
    first, second = ("?", "?") if connection.capabilities.dialect == "sqlite" else ("$1", "$2")
    statement = (
        f"SELECT id, number FROM grievance WHERE status IN {OPEN_SQL} AND id > {first} AND resolution_due_at >= {second}"
        f" AND calendar <> '' ORDER BY id LIMIT {A_TICK}"
    )
    since = datetime(last_known_year(), 1, 1, tzinfo=CITY_ZONE)
    value = since if second == "$2" else since.astimezone(UTC).isoformat(" ")
    return [
        (row["id"], row["number"]) for row in map(dict, await connection.execute_query_dict(statement, [after, value]))
    ]
