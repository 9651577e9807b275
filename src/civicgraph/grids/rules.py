"""Rules of the grids room: codes of grids and micro-grids, who sees what. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from civicgraph.permissions import ASSIGN_GRID_WORKERS, EDIT_GRIDS

if TYPE_CHECKING:
    from civicgraph.graph.plan import Compiler, Row


def next_code(above: str, taken: Iterable[str]) -> str | None:
    """The next free code: a community's and 3 digits for a grid, a grid's and 2 for a micro-grid.

    None when all are taken. Source: GB/T 34300-2017.
    """
    digits = 3 if len(above) == 12 else 2
    used = {int(code[len(above) :]) for code in taken if code.startswith(above) and len(code) == len(above) + digits}
    free = next((number for number in range(1, 10**digits) if number not in used), None)
    return None if free is None else f"{above}{free:0{digits}d}"


def visible_assignment(c: Compiler, row: Row) -> str:
    """Who is in charge is public; who was, is for those who look after the place."""
    grid, source = c.find("Grid", lambda one: f"{one['code']} = {row['grid_id']}")
    covered = f"({c.covers(grid['division_id'], EDIT_GRIDS)} OR {c.covers(grid['division_id'], ASSIGN_GRID_WORKERS)})"
    if not c.is_staff:
        return f"{row['to_on']} IS NULL"
    return f"({row['to_on']} IS NULL OR EXISTS (SELECT 1 {source} AND {covered}))"
