"""How often each table has changed: an answer is good as long as the tables it was read from have not.

Exact: a change counts before its writer is told that it is durable. On SQLite a table of versions is
kept by triggers, and read only when the file says that somebody committed (5 microseconds to ask). On
PostgreSQL the database notifies each process at commit, and the process that wrote does not wait for that.
"""

from __future__ import annotations

import asyncio
import importlib
import re
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from functools import cache
from typing import Any, Protocol

import asyncpg
import structlog
from tortoise.models import Model

from civicgraph.db import MODELS, is_postgres, postgres_credentials, sqlite_reading
from civicgraph.settings import Settings

log = structlog.get_logger()

CHANNEL = "civicgraph_changed"
_RETRY_SECONDS = 5
_NAMED = re.compile(r'(?:FROM|JOIN)\s+"?(\w+)"?')

read_tables: ContextVar[set[str] | None] = ContextVar("read_tables", default=None)
"""Where the tables of every read of this task are noted, while somebody wants to know."""


@cache
def _tables() -> frozenset[str]:
    """Every table of the models."""
    modules = [importlib.import_module(name) for name in MODELS]
    models = (one for module in modules for one in vars(module).values() if isinstance(one, type))
    return frozenset(one._meta.db_table for one in models if issubclass(one, Model) and one._meta.db_table)


def tables_of(statement: str) -> frozenset[str]:
    """The tables that a statement of ours names; a search index stands for the table it indexes."""
    return frozenset(name.removesuffix("_fts") for name in _NAMED.findall(statement)) & _tables()


Snapshot = Mapping[str, int]
"""Versions by table; never changed afterwards."""


class Versions(Protocol):
    """The versions of the watched tables, as this process knows them."""

    on_change: Callable[[], object] | None = None
    """Called soon after a change that this process learns of by itself; others are found by looking (`now`)."""

    async def open(self) -> None:
        """Begin to watch."""

    def now(self) -> Snapshot | None:
        """The versions at this moment; None when nothing is known for certain."""

    def written(self) -> None:
        """This process has committed something."""

    async def close(self) -> None:
        """Stop watching."""


class SQLiteVersions(Versions):
    """A connection of its own, so that every commit is another's."""

    def __init__(self, settings: Settings) -> None:
        self._file = sqlite_reading(settings)
        self._connection: sqlite3.Connection | None = None
        self._seen = -1
        self._is_asked = False
        self._versions: dict[str, int] = {}

    async def open(self) -> None:
        self._connection = sqlite3.connect(self._file, uri=True, isolation_level=None)
        self._loop = asyncio.get_running_loop()

    def now(self) -> Snapshot | None:
        assert self._connection is not None
        if self._is_asked:
            return self._versions
        # Once for all requests of a turn of the event loop: whatever they know of came to pass before the turn began.
        self._is_asked = True
        self._loop.call_soon(self._ask_again)
        (seen,) = self._connection.execute("PRAGMA data_version").fetchone()
        if seen != self._seen:
            self._versions = dict(self._connection.execute("SELECT name, version FROM table_version"))
            self._seen = seen
        return self._versions

    def _ask_again(self) -> None:
        self._is_asked = False

    def written(self) -> None:
        """The file says so itself."""
        self._is_asked = False
        if self.on_change is not None:
            self.on_change()

    async def close(self) -> None:
        if self._connection is not None:
            self._connection.close()


class PostgreSQLVersions(Versions):
    """A listening connection. While it is down nothing is known, and nothing is kept."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._versions: dict[str, int] = {}
        self._task: asyncio.Task[None] | None = None
        self._is_listening = False

    async def open(self) -> None:
        listening = asyncio.Event()
        self._task = asyncio.create_task(self._listen(listening))
        await listening.wait()

    async def _listen(self, listening: asyncio.Event) -> None:
        while True:
            lost = asyncio.Event()
            try:
                connection = await asyncpg.connect(**postgres_credentials(self._settings))
                connection.add_termination_listener(lambda *_, lost=lost: lost.set())
                await connection.add_listener(CHANNEL, self._heard)
                watched = await connection.fetch(
                    "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname ~ '_changed$'"
                )
                self._versions = {row[0]: self._versions.get(row[0], 0) + 1 for row in watched}
                self._is_listening = True
                listening.set()
                try:
                    await lost.wait()
                finally:
                    self._is_listening = False
                    if not lost.is_set():
                        await connection.close()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                log.warning("versions.not_listening")
                listening.set()
            await asyncio.sleep(_RETRY_SECONDS)

    def _heard(self, _connection: Any, _pid: int, _channel: str, table: object) -> None:
        self._versions = {**self._versions, str(table): self._versions.get(str(table), 0) + 1}
        if self.on_change is not None:
            self.on_change()

    def now(self) -> Snapshot | None:
        return self._versions if self._is_listening else None

    def written(self) -> None:
        self._versions = {name: version + 1 for name, version in self._versions.items()}
        if self.on_change is not None:
            self.on_change()

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)


def picked(versions: Snapshot | None, tables: Iterable[str]) -> tuple[int, ...] | None:
    """The versions of these tables; None when one of them is not watched or nothing is known."""
    if versions is None:
        return None
    try:
        return tuple(versions[table] for table in tables)
    except KeyError:
        return None


def watch(settings: Settings) -> Versions:
    """The versions of the settings' database."""
    return PostgreSQLVersions(settings) if is_postgres(settings) else SQLiteVersions(settings)
