"""Filling SQLite: one transaction over the file, indexes and full text at the end.

In rollback-journal mode only pages that existed before are journalled, so a gigabyte of new ones costs
no second gigabyte, and a killed load leaves the city as it was. That mode needs the file for itself.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from datetime import date
from functools import cache

from tortoise.connection import get_connection

from civicgraph import db
from civicgraph.db import sqlite_path
from civicgraph.demo.city.progress import Progress
from civicgraph.demo.city.tables import Row, Table
from civicgraph.demo.city.writers import LOADED, SEARCHED, CityIsBusy
from civicgraph.settings import Settings

_CACHE_KB = 256 * 1024
_YEAR_ONE = 719_163
_TIMES = [f" {s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}+00:00" for s in range(86_400)]


@cache
def _day(ordinal: int) -> str:
    return date.fromordinal(ordinal).isoformat()


def moment(epoch: int) -> str:
    """A moment as Tortoise stores it in SQLite."""
    return _day(epoch // 86_400 + _YEAR_ONE) + _TIMES[epoch % 86_400]


@cache
def _stored(table: Table) -> Callable[[Row], Row]:
    """A row with its times as SQLite's texts."""
    moments, days = table.moments, table.days

    def stored(row: Row) -> Row:
        values = list(row)
        for index in moments:
            if values[index] is not None:
                values[index] = moment(values[index])
        for index in days:
            if values[index] is not None:
                values[index] = _day(values[index])
        return tuple(values)

    return stored


class SQLiteWriter:
    """Writes through the standard library's driver, statement by batch."""

    def __init__(self, settings: Settings) -> None:
        self._path = sqlite_path(settings)
        self._put_aside: list[tuple[str, str, str]] = []
        self._last: dict[str, int] = {}

    async def begin(self) -> None:
        await get_connection("default").close()  # Tortoise opens it again when it is next asked
        self._db = sqlite3.connect(self._path, isolation_level=None, timeout=2)
        try:
            mode = self._db.execute("PRAGMA journal_mode=DELETE").fetchone()[0]
        except sqlite3.OperationalError as error:
            mode = str(error)
        if mode != "delete":
            self._db.close()
            raise CityIsBusy(f"{self._path} is open elsewhere ({mode}). Stop the server, then load the city again.")
        for pragma in ("foreign_keys=OFF", f"cache_size=-{_CACHE_KB}", "locking_mode=EXCLUSIVE", "threads=2"):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.execute("BEGIN EXCLUSIVE")
        marks = ", ".join("?" for _ in LOADED)
        self._put_aside = self._db.execute(
            f"SELECT type, name, sql FROM sqlite_master WHERE tbl_name IN ({marks})"
            " AND sql IS NOT NULL AND (type = 'index' OR (type = 'trigger' AND name LIKE '%_fts_%'))"
            " ORDER BY type, name",
            LOADED,
        ).fetchall()
        for kind, name, _ in self._put_aside:
            self._db.execute(f'DROP {kind} "{name}"')
        for name in SEARCHED:
            self._last[name] = self._db.execute(f"SELECT coalesce(max(id), 0) FROM {name}").fetchone()[0]

    async def empty(self, tables: Sequence[str]) -> None:
        for name in tables:
            self._db.execute(f'DELETE FROM "{name}"')

    async def put(self, table: Table, rows: list[Row]) -> None:
        columns, marks = ", ".join(f'"{one}"' for one in table.columns), ", ".join("?" for _ in table.columns)
        statement = f'INSERT INTO "{table.name}" ({columns}) VALUES ({marks})'
        self._db.executemany(statement, map(_stored(table), rows))

    async def finish(self, progress: Progress) -> None:
        progress.step("Full-text search", len(SEARCHED))
        for name in SEARCHED:
            self._db.execute(
                f"INSERT INTO {name}_fts (rowid, search_terms)"
                f" SELECT id, search_terms FROM {name} WHERE id > {self._last[name]} ORDER BY id"
            )
            self._db.execute(f"INSERT INTO {name}_fts ({name}_fts) VALUES ('optimize')")
            progress.advance()
        progress.step("Indexes", len(self._put_aside))
        for _, _, sql in self._put_aside:
            self._db.execute(sql)
            progress.advance()
        progress.step("Statistics")
        self._db.execute("ANALYZE")
        self._db.execute(db.WITHOUT_SAMPLES)
        self._db.execute("COMMIT")
        self._close()

    async def give_up(self) -> None:
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")
        self._close()

    def _close(self) -> None:
        self._db.execute("PRAGMA locking_mode=NORMAL")
        self._db.execute("SELECT 1 FROM division LIMIT 1")  # the lock is given up at the next read
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.close()
