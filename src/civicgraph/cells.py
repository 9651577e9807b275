"""Cells: tables of counts that are kept in the transaction that changes what they count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from tortoise.connection import get_connection

Cells = Counter[tuple[tuple[Any, ...], int]]
"""How much is counted, by the key of a cell (its division first) and the place among its numbers."""


async def add_cells(table: str, key: Sequence[str], numbers: Sequence[str], cells: Cells) -> None:
    """Add to the cells of a table, which are made when they are not there.

    Always in one order, from communities up to the city: two transactions cannot wait for each other.
    """
    wanted = sorted({one for one, _ in cells}, key=lambda one: (-len(one[0]), one))
    if not wanted:
        return
    rows = [[*one, *(cells[one, index] for index in range(len(numbers)))] for one in wanted]
    connection = get_connection("default")
    is_postgres = connection.capabilities.dialect == "postgres"
    names = (*key, *numbers)
    values = ", ".join(f"${n}" if is_postgres else "?" for n, _ in enumerate(names, 1))
    added = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in numbers)
    await connection.execute_many(
        f"INSERT INTO {table} ({', '.join(names)}) VALUES ({values}) ON CONFLICT ({', '.join(key)}) DO UPDATE SET {added}",
        rows,
    )
