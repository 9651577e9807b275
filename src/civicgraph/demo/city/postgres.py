"""Filling PostgreSQL: binary COPY in one transaction, foreign keys and indexes made again at the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import cache

import asyncpg

from civicgraph.db import postgres_credentials
from civicgraph.demo.city.progress import Progress
from civicgraph.demo.city.tables import Row, Table
from civicgraph.demo.city.writers import LOADED
from civicgraph.settings import Settings

_MEMORY = "512MB"

_CONSTRAINTS = """
    SELECT c.conrelid::regclass::text AS on_table, quote_ident(c.conname) AS name,
           pg_get_constraintdef(c.oid) AS definition
    FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
    WHERE c.contype IN ('f', 'u') AND t.relname = ANY($1) AND t.relnamespace = 'public'::regnamespace
    ORDER BY c.contype = 'u', c.conname
"""
_INDEXES = """
    SELECT quote_ident(i.relname) AS name, pg_get_indexdef(x.indexrelid) AS definition
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
    WHERE t.relname = ANY($1) AND t.relnamespace = 'public'::regnamespace
      AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = x.indexrelid)
    ORDER BY i.relname
"""


@cache
def _copied(table: Table) -> Callable[[Row], Row]:
    """A row with its times as asyncpg takes them."""
    moments, days = table.moments, table.days

    def copied(row: Row) -> Row:
        values = list(row)
        for index in moments:
            if values[index] is not None:
                values[index] = datetime.fromtimestamp(values[index], UTC)
        for index in days:
            if values[index] is not None:
                values[index] = date.fromordinal(values[index])
        return tuple(values)

    return copied


def _added(table: str, name: str, definition: str) -> str:
    return f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}"


class PostgresWriter:
    """Writes through one connection of its own."""

    def __init__(self, settings: Settings) -> None:
        self._credentials = postgres_credentials(settings)
        self._again: list[str] = []

    async def begin(self) -> None:
        self._db = await asyncpg.connect(**self._credentials, server_settings={"timezone": "UTC"})
        self._transaction = self._db.transaction()
        await self._transaction.start()
        await self._db.execute(f"SET LOCAL maintenance_work_mem = '{_MEMORY}'")
        constraints = await self._db.fetch(_CONSTRAINTS, LOADED)
        indexes = await self._db.fetch(_INDEXES, LOADED)
        for row in constraints:
            await self._db.execute(f"ALTER TABLE {row['on_table']} DROP CONSTRAINT {row['name']}")
        for row in indexes:
            await self._db.execute(f"DROP INDEX {row['name']}")
        keys = [
            (row["definition"].startswith("FOREIGN KEY"), _added(row["on_table"], row["name"], row["definition"]))
            for row in constraints
        ]
        self._again = [
            *(statement for is_foreign, statement in keys if not is_foreign),
            *(row["definition"] for row in indexes),
            *(statement for is_foreign, statement in keys if is_foreign),
        ]

    async def empty(self, tables: Sequence[str]) -> None:
        for name in tables:
            await self._db.execute(f'DELETE FROM "{name}"')

    async def put(self, table: Table, rows: list[Row]) -> None:
        await self._db.copy_records_to_table(table.name, records=map(_copied(table), rows), columns=table.columns)

    async def finish(self, progress: Progress) -> None:
        progress.step("Indexes and foreign keys", len(self._again))
        for statement in self._again:
            await self._db.execute(statement)
            progress.advance()
        for name in LOADED:
            if name != "grid":
                await self._db.execute(
                    f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))"
                    f" WHERE EXISTS (SELECT 1 FROM {name})"
                )
        await self._transaction.commit()
        progress.step("Statistics")
        # As autovacuum would, some time later: before it, what stands in an index alone is looked for in the table as well.
        await self._db.execute("VACUUM ANALYZE")
        await self._db.close()

    async def give_up(self) -> None:
        await self._transaction.rollback()
        await self._db.close()
