"""Read-only connections of the graph engine: a read never waits for a write."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import local
from typing import Any, Protocol

import asyncpg

from civicgraph import clock
from civicgraph.db import is_postgres, postgres_credentials, sqlite_reading
from civicgraph.graph.dialects import Dialect, PostgreSQL, SQLite
from civicgraph.settings import Settings

STATEMENT_SECONDS = 2
QUICK_SECONDS = 0.001
"""Below this a statement is run where it is asked for; five times as long breaks it off there."""
LATE = 2
"""So often in a row a statement takes longer before it is run in a thread: once may be the machine's affair."""
MAX_REMEMBERED = 2_048


TOO_DEEP = ("parser stack overflow", "Expression tree is too large")
"""What SQLite says of a statement that nests deeper than it goes."""


class ReadTimeout(Exception):
    """A read took longer than a statement may."""


class ReadTooDeep(Exception):
    """A read nests deeper than the database's parser goes."""


class Reader(Protocol):
    """Runs one statement that answers one JSON text."""

    dialect: Dialect

    async def fetch(self, statement: str, parameters: Sequence[Any]) -> bytes | None:
        """The statement's one value; None for SQL null."""

    def fetch_at_once(self, statement: str, parameters: Sequence[Any]) -> bytes | None:
        """The same here and now, of what is known to be quick; None of all else, which has to be waited for."""

    def is_quick(self, statement: str) -> bool:
        """Whether `fetch_at_once` is worth a try."""

    async def explain(self, statement: str, parameters: Sequence[Any]) -> list[str]:
        """The database's own plan for the statement, a line each."""

    async def close(self) -> None:
        """Give the connections back."""


class SQLiteReader(Reader):
    """Read-only connections: one of the event loop's own for what is known to be quick, and a few in threads.

    To hand a statement to a thread and back costs more than most statements do. What ran below a
    millisecond one of the last two times runs in the loop; should it take five, it is broken off there
    and run in a thread. Measured: docs/decisions/0006-readers.md.
    """

    def __init__(self, settings: Settings) -> None:
        self.dialect = SQLite()
        self._file = sqlite_reading(settings)
        self._local = local()
        self._connections: list[sqlite3.Connection] = []
        self._threads = ThreadPoolExecutor(settings.reader_threads, thread_name_prefix="reader")
        self._late: OrderedDict[str, int] = OrderedDict()

    def _connection(self, patience: int) -> sqlite3.Connection:
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            found = sqlite3.connect(self._file, uri=True, check_same_thread=False, cached_statements=512)
            for pragma in ("query_only=ON", "cache_size=-65536", "mmap_size=2147483648", f"busy_timeout={patience}"):
                found.execute(f"PRAGMA {pragma}")
            self._local.connection = found
            self._connections.append(found)
        return found

    def _in_thread(self, statement: str, parameters: Sequence[Any]) -> tuple[Any, bool]:
        """The answer, and whether it came quickly."""
        connection = self._connection(patience=5_000)
        began = clock.monotonic()
        connection.set_progress_handler(lambda: clock.monotonic() > began + STATEMENT_SECONDS, 100_000)
        try:
            found = connection.execute(statement, parameters).fetchone()[0]
        except sqlite3.OperationalError as error:
            if "interrupted" in str(error):
                raise ReadTimeout from error
            if any(words in str(error) for words in TOO_DEEP):
                raise ReadTooDeep from error
            raise
        return found, clock.monotonic() - began < QUICK_SECONDS

    def _in_loop(self, statement: str, parameters: Sequence[Any]) -> tuple[Any, bool]:
        """The same here and now; raises `sqlite3.OperationalError` when it takes long or has to wait."""
        connection = self._connection(patience=0)
        began = clock.monotonic()
        connection.set_progress_handler(lambda: clock.monotonic() > began + QUICK_SECONDS * 5, 10_000)
        found = connection.execute(statement, parameters).fetchone()[0]
        return found, clock.monotonic() - began < QUICK_SECONDS

    def _remember(self, statement: str, late: int) -> None:
        self._late[statement] = late
        if len(self._late) > MAX_REMEMBERED:
            self._late.popitem(last=False)

    def is_quick(self, statement: str) -> bool:
        return self._late.get(statement, LATE) < LATE

    def fetch_at_once(self, statement: str, parameters: Sequence[Any]) -> bytes | None:
        if not self.is_quick(statement):
            return None
        try:
            found, is_quick = self._in_loop(statement, parameters)
        except sqlite3.OperationalError:
            self._remember(statement, LATE)
            return None
        late = self._late[statement]
        if not is_quick:
            self._remember(statement, late + 1)
        elif late:
            self._remember(statement, 0)
        return found  # type: ignore[no-any-return]

    async def fetch(self, statement: str, parameters: Sequence[Any]) -> bytes | None:
        if (known := self.fetch_at_once(statement, parameters)) is not None:
            return known
        found: bytes | None
        found, is_quick = await asyncio.get_running_loop().run_in_executor(
            self._threads, self._in_thread, statement, parameters
        )
        self._remember(statement, 0 if is_quick else LATE)
        return found

    async def explain(self, statement: str, parameters: Sequence[Any]) -> list[str]:
        def plan() -> list[str]:
            return [
                row[3]
                for row in self._connection(patience=5_000).execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            ]

        return await asyncio.get_running_loop().run_in_executor(self._threads, plan)

    async def close(self) -> None:
        self._threads.shutdown(wait=True)
        for connection in self._connections:
            connection.close()


MOST_CONNECTIONS = min(8, 2 * (os.cpu_count() or 1) + 1)
"""Of one process: more than PostgreSQL has cores for take turns on them and lose what those had at hand (3 to 10 % of a read by 8)."""
SESSION = {
    "timezone": "UTC",
    "jit": "off",
    "plan_cache_mode": "force_generic_plan",  # statements are shaped by what is asked; planning each run anew costs up to the run itself
    "max_parallel_workers_per_gather": "0",  # starting workers takes longer than a bounded read
    "random_page_cost": "1.1",
    "default_transaction_read_only": "on",
    "statement_timeout": str(STATEMENT_SECONDS * 1000),
}
"""What a reading connection sets. The default cost of a random page is that of a disk with a moving head: with it,
PostgreSQL sorts what an index would have given in order."""


class _ReadConnection(asyncpg.Connection):  # type: ignore[misc]
    def get_reset_query(self) -> str:
        """Nothing: readers set no session state, and the reset doubles the cost of a short read."""
        return ""


async def _as_bytes(connection: asyncpg.Connection) -> None:
    """JSON comes as the bytes that PostgreSQL made: nothing of it is read here."""
    same: Any = lambda raw: raw  # noqa: E731
    await connection.set_type_codec("json", schema="pg_catalog", format="binary", encoder=same, decoder=same)


class PostgreSQLReader(Reader):
    """A pool of read-only connections without the reset statement of asyncpg's default."""

    def __init__(self, settings: Settings) -> None:
        self.dialect = PostgreSQL()
        self._settings = settings
        self._pool: asyncpg.Pool | None = None
        self._opening = asyncio.Lock()

    async def _open(self) -> asyncpg.Pool:
        async with self._opening:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(
                    **postgres_credentials(self._settings),
                    min_size=1,
                    max_size=MOST_CONNECTIONS,
                    connection_class=_ReadConnection,
                    init=_as_bytes,
                    statement_cache_size=512,
                    max_cacheable_statement_size=0,
                    server_settings=SESSION,
                )
        return self._pool

    def is_quick(self, statement: str) -> bool:
        return False

    def fetch_at_once(self, statement: str, parameters: Sequence[Any]) -> bytes | None:
        return None

    async def fetch(self, statement: str, parameters: Sequence[Any]) -> bytes | None:
        pool = self._pool or await self._open()
        try:
            found: bytes | None = await pool.fetchval(statement, *parameters)
        except asyncpg.QueryCanceledError as error:
            raise ReadTimeout from error
        return found

    async def explain(self, statement: str, parameters: Sequence[Any]) -> list[str]:
        pool = self._pool or await self._open()
        return [row[0] for row in await pool.fetch(f"EXPLAIN {statement}", *parameters)]

    async def close(self) -> None:
        if self._pool is not None:
            await self._pool.close()


def open_reader(settings: Settings) -> Reader:
    """The reader for the settings' database."""
    return PostgreSQLReader(settings) if is_postgres(settings) else SQLiteReader(settings)
