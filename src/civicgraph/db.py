"""The database: Tortoise's connections for operations, and migrations.

SQLite is the embedded default and PostgreSQL the engine for more; both run the same code. The graph
engine reads through connections of its own (`graph.readers`), so a read never waits for a write.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tortoise import Tortoise
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.connection import get_connection
from tortoise.context import TortoiseContext
from tortoise.migrations.autodetector import MigrationAutodetector

from civicgraph import sqlite
from civicgraph.migrating import Executor, without_filters
from civicgraph.settings import Settings

ROOMS = (
    "divisions",
    "grids",
    "events",
    "services",
    "enterprises",
    "policies",
    "projects",
    "products",
    "grievances",
    "checklists",
    "jobs",
    "notifications",
    "accounts",
    "uploads",
)
MODELS = [f"civicgraph.{package}.models" for package in ("operations", "scheduler", "privacy", "bookings", *ROOMS)]


def is_postgres(settings: Settings) -> bool:
    """Whether the settings name a PostgreSQL server."""
    return settings.database_url.startswith(("postgres://", "postgresql://", "asyncpg://"))


def sqlite_path(settings: Settings) -> Path:
    """The file of the embedded database."""
    return Path(settings.database_url.removeprefix("sqlite://"))


def sqlite_reading(settings: Settings) -> str:
    """The address by which that file is opened for reading alone (`sqlite3.connect(…, uri=True)`), whatever its name holds."""
    return f"{sqlite_path(settings).absolute().as_uri()}?mode=ro"


def postgres_credentials(settings: Settings) -> dict[str, Any]:
    """Host, port, user, password and database, as asyncpg takes them."""
    parts = urlsplit(settings.database_url)
    options = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "host": options.get("host") or parts.hostname or "localhost",
        "port": parts.port or 5432,
        "user": unquote(parts.username or "postgres"),
        "password": unquote(parts.password or "") or None,
        "database": parts.path.lstrip("/") or "postgres",
    }


def orm_config(settings: Settings) -> dict[str, Any]:
    """Tortoise's configuration for these settings."""
    if is_postgres(settings):
        connection = {
            "engine": "tortoise.backends.asyncpg",
            "credentials": {
                **postgres_credentials(settings),
                "min_size": 1,
                "max_size": 10,
                "server_settings": {"timezone": "UTC"},
            },
        }
    else:
        path = sqlite_path(settings)
        path.parent.mkdir(parents=True, exist_ok=True)
        pragmas = {"synchronous": "FULL", "busy_timeout": 5000, "cache_size": -65536}
        connection = {"engine": "civicgraph.sqlite", "credentials": {"file_path": str(path), **pragmas}}
    return {
        "connections": {"default": connection},
        "apps": {
            "civicgraph": {"models": MODELS, "default_connection": "default", "migrations": "civicgraph.migrations"}
        },
        "use_tz": True,
        "timezone": "UTC",
    }


def beside() -> BaseDBAsyncClient:
    """A connection for what is not to wait behind a write: on SQLite the ordinary one is a single one.

    A read does not wait there; a write that finds the database locked gives up almost at once.
    """
    connection = get_connection("default")
    return connection.beside if isinstance(connection, sqlite.Client) else connection


async def wait_for_locks(seconds: int) -> None:
    """From here to the end of the transaction wait no longer for a row that somebody else holds.

    On SQLite there are no such rows: a transaction waits for its turn when it begins.
    """
    connection = get_connection("default")
    if connection.capabilities.dialect == "postgres":
        await connection.execute_script(f"SET LOCAL lock_timeout = '{seconds}s'")


@asynccontextmanager
async def connected(settings: Settings) -> AsyncIterator[TortoiseContext]:
    """The models connected to the database, for every task of this process, until the block ends."""
    context = await Tortoise.init(config=orm_config(settings), _enable_global_fallback=True)
    try:
        yield context
    finally:
        await Tortoise.close_connections()


async def migrate(settings: Settings) -> None:
    """Bring the database's tables up to this release.

    SQLite does not know what a new index is good for until statistics are taken; PostgreSQL takes its own.
    """
    config = orm_config(settings)
    await Tortoise.init(config=config, init_connections=False)
    try:
        await Executor(get_connection("default"), config["apps"]).migrate()
    finally:
        await Tortoise.close_connections()
    if not is_postgres(settings):
        async with connected(settings):
            await refresh_statistics()


async def pending_migrations(settings: Settings) -> list[str]:
    """The names of migrations that the connected database lacks."""
    executor = Executor(get_connection("default"), orm_config(settings)["apps"])
    return [f"{step.migration.app_label}.{step.migration.name}" for step in await executor.plan(None)]


WITHOUT_SAMPLES = "DROP TABLE IF EXISTS sqlite_stat4"
"""Samples of values make SQLite plan a statement anew at every run, to look at its parameters: two thirds of a read's
time (docs/decisions/0006-readers.md). Without them it plans once, by averages."""


WORDS_IN_PLACE = (
    "SELECT gin_clean_pending_list(index.oid::regclass) FROM pg_class index JOIN pg_am way ON way.oid = index.relam"
    " WHERE way.amname = 'gin' AND index.relkind = 'i' AND pg_table_is_visible(index.oid)"
    " AND pg_has_role(index.relowner, 'USAGE')"
)
"""Words that were written lately wait in a list, which each search goes through until they are put where they belong."""


async def refresh_statistics() -> None:
    """Let the planner know what the tables hold: which index serves a list depends on it.

    PostgreSQL does this by itself within a minute or two; what has just filled a table does not wait for it.
    """
    connection = get_connection("default")
    is_sqlite = connection.capabilities.dialect == "sqlite"
    taken = f"PRAGMA analysis_limit=1000; PRAGMA optimize=0x10002; {WITHOUT_SAMPLES};"
    await connection.execute_script(taken if is_sqlite else "ANALYZE")
    if not is_sqlite:
        await connection.execute_query(WORDS_IN_PLACE)


async def drift() -> str:
    """How the models differ from the migrations; empty when they agree."""
    config = orm_config(Settings(database_url="sqlite://:memory:"))
    context = await Tortoise.init(config=config, init_connections=False)
    assert context.apps is not None
    try:
        with without_filters():
            found = await MigrationAutodetector(context.apps, config["apps"]).changes()
    finally:
        await Tortoise.close_connections()
    return ", ".join(operation.describe() for writer in found for operation in writer.operations)
