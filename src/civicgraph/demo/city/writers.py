"""What a writer does: takes batches of plain rows into its database, all of them or none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from civicgraph.demo.city.progress import Progress
from civicgraph.demo.city.tables import Row, Table

LOADED = (
    *("person", "role_grant", "grid", "grid_assignment", "compound", "enterprise", "enterprise_listing", "product"),
    *("grievance", "grievance_update", "grievance_cell", "deadline"),
    *("event", "programme_item", "quota", "registration", "service", "opening_hours", "offer"),
)
"""The tables that are filled: their indexes are dropped before and made again after."""
SEARCHED = ("compound", "enterprise", "product", "grievance", "event", "service", "registration")


class CityIsBusy(Exception):
    """Somebody else has the database open; the words say what to do."""


class Writer(Protocol):
    """One load, in one transaction."""

    async def begin(self) -> None:
        """Open, and put aside what makes many inserts slow."""

    async def empty(self, tables: Sequence[str]) -> None:
        """Forget the rows of tables that are written anew."""

    async def put(self, table: Table, rows: list[Row]) -> None:
        """Write a batch."""

    async def finish(self, progress: Progress) -> None:
        """Make the indexes, the search and the statistics, and commit."""

    async def give_up(self) -> None:
        """Undo everything."""
