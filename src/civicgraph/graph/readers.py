"""Read-only connections of the graph engine: a read never waits for a write."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import local
from typing import Any, Protocol

import asyncpg

from civicgraph.db import is_postgres, postgres_credentials, sqlite_path
from civicgraph.graph.dialects import Dialect, PostgreSQL, SQLite
from civicgraph.settings import Settings

STATEMENT_SECONDS = 2


class ReadTimeout(Exception):
    """A read took longer than a statement may."""


class ReadTooDeep(Exception):
    """A read nests deeper than the database's parser goes."""


class Reader(Protocol):
    """Runs one statement that answers one JSON text."""

    dialect: Dialect

    async def fetch(self, statement: str, parameters: Sequence[Any]) -> bytes | None:
        """The statement's one value; None for SQL null."""

    async def explain(self, statement: str, parameters: Sequence[Any]) -> list[str]:
        """The database's own plan for the statement, a line each."""

    async def close(self) -> None:
        """Give the connections back."""


class SQLiteReader(Reader):
    """A few threads with a read-only connection each; one hop per statement."""

    def __init__(self, settings: Settings) -> None:
        self.dialect = SQLite()
        self._path = sqlite_path(settings).absolute()
        self._local = local()
        self._connections: list[sqlite3.Connection] = []
        self._threads = ThreadPoolExecutor(settings.reader_threads, thread_name_prefix="reader")

    def _connection(self) -> sqlite3.Connection:
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            found = sqlite3.connect(
                f"file:{self._path}?mode=ro", uri=True, check_same_thread=False, cached_statements=512
            )
            for pragma in ("query_only=ON", "cache_size=-65536", "mmap_size=2147483648", "busy_timeout=5000"):
                found.execute(f"PRAGMA {pragma}")
            self._local.connection = found
            self._connections.append(found)
        return found

    def _fetch(self, statement: str, parameters: Sequence[Any]) -> Any:
        from civicgraph import clock

        connection = self._connection()
        end = clock.monotonic() + STATEMENT_SECONDS
        connection.set_progress_handler(lambda: clock.monotonic() > end, 100_000)
        try:
            return connection.execute(statement, parameters).fetchone()[0]
        except sqlite3.OperationalError as error:
            if "interrupted" in str(error):
                raise ReadTimeout from error
            if "parser stack overflow" in str(error):
                raise ReadTooDeep from error
            raise

    async def fetch(self, statement: str, parameters: Sequence[Any]) -> bytes | None:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._fetch, statement, parameters)

    async def explain(self, statement: str, parameters: Sequence[Any]) -> list[str]:
        def plan() -> list[str]:
            return [row[3] for row in self._connection().execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]

        return await asyncio.get_running_loop().run_in_executor(self._threads, plan)

    async def close(self) -> None:
        self._threads.shutdown(wait=True)
        for connection in self._connections:
            connection.close()


class _ReadConnection(asyncpg.Connection):  # type: ignore[misc]
    def get_reset_query(self) -> str:
        """Nothing: readers set no session state, and the reset doubles the cost of a short read."""
        return ""


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
                    max_size=8,
                    connection_class=_ReadConnection,
                    statement_cache_size=512,
                    max_cacheable_statement_size=0,
                    server_settings={
                        "timezone": "UTC",
                        "jit": "off",
                        "default_transaction_read_only": "on",
                        "statement_timeout": str(STATEMENT_SECONDS * 1000),
                    },
                )
        return self._pool

    async def fetch(self, statement: str, parameters: Sequence[Any]) -> bytes | None:
        pool = self._pool or await self._open()
        try:
            found = await pool.fetchval(statement, *parameters)
        except asyncpg.QueryCanceledError as error:
            raise ReadTimeout from error
        return None if found is None else found.encode()

    async def explain(self, statement: str, parameters: Sequence[Any]) -> list[str]:
        pool = self._pool or await self._open()
        return [row[0] for row in await pool.fetch(f"EXPLAIN {statement}", *parameters)]

    async def close(self) -> None:
        if self._pool is not None:
            await self._pool.close()


def open_reader(settings: Settings) -> Reader:
    """The reader for the settings' database."""
    return PostgreSQLReader(settings) if is_postgres(settings) else SQLiteReader(settings)
