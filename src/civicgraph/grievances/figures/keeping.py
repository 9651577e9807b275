"""Changing the cells: one statement, always in one order of rows."""

from __future__ import annotations

from collections.abc import Mapping

from tortoise.connection import get_connection

from civicgraph.grievances.figures.counting import Key, Vector
from civicgraph.grievances.figures.models import COLUMNS


async def add(counts: Mapping[Key, Vector]) -> None:
    """Add to cells, which are made when they are not there.

    Two transactions that wait for each other's cells cannot meet: both go from communities up to the
    city, and at each level through all of it, its categories, channels and bodies in the same order.
    """
    keys = sorted(key for key, vector in counts.items() if any(vector))
    keys.sort(key=lambda key: len(key.division_id), reverse=True)
    if not keys:
        return
    changed = [place for place in range(len(COLUMNS)) if any(counts[key][place] for key in keys)]
    names = [f'"{name}"' for place, name in enumerate(COLUMNS) if place in set(changed)]
    values: list[str] = []
    rows = [
        f"({', '.join([*(_bound(value, values) for value in key), *(str(counts[key][place]) for place in changed)])})"
        for key in keys
    ]
    growth = ", ".join(f"{name} = grievance_cell.{name} + excluded.{name}" for name in names)
    await get_connection("default").execute_query(
        f"INSERT INTO grievance_cell ({', '.join((*Key._fields, *names))})"
        f" VALUES {', '.join(rows)} ON CONFLICT ({', '.join(Key._fields)}) DO UPDATE SET {growth}",
        values,
    )


def _bound(value: str, values: list[str]) -> str:
    """The placeholder of a value, which is bound once."""
    if value not in values:
        values.append(value)
    number = values.index(value) + 1
    return f"${number}" if get_connection("default").capabilities.dialect == "postgres" else f"?{number}"
