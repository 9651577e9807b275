"""Fixtures: every test of storage runs on SQLite and on a real PostgreSQL, each on a fresh migrated database."""

from __future__ import annotations

import gc
import itertools
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import hypothesis
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from tortoise.backends.base.executor import EXECUTOR_CACHE

from civicgraph import db
from civicgraph import settings as configuration
from civicgraph.graph.engine import Engine
from civicgraph.graph.readers import open_reader
from civicgraph.settings import Settings
from tests.support import quick, templates, told, worded
from tests.support.mail import Mailbox
from tests.support.servers import Server

quick.remember_models()
told.tell_of_writes()
worded.look_at_the_trail()
hypothesis.settings.register_profile(  # tests are never timed: how fast examples are drawn on a busy machine says nothing
    "untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("untimed")
if memory := templates.in_memory():
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", memory)

gc.set_threshold(100_000, 50, 100)  # models and schema stand for good: looking through them took a seventh of the time

SECRET = "a secret of the tests, long enough to be one"
_numbers = itertools.count()


def pytest_collection_finish() -> None:
    """What was collected is garbage at the end only."""
    gc.collect()
    gc.freeze()


def make_settings(url: str, **values: object) -> Settings:
    """Settings of a test: nothing of the machine's environment or .env comes in."""
    given = {
        "database_url": url,
        "secret_key": SecretStr(SECRET),
        "is_scheduler_enabled": False,
        "log_level": "ERROR",
        "digest_minutes": 0,  # tests that want to wait say so
        "quiet_hours": "",
        "reports_per_minute": 1_000_000,  # the tests come from one address, all in the same minute
        "bookings_per_minute": 1_000_000,
        "inquiries_per_minute": 1_000_000,
        "searches_per_minute": 1_000_000,
        "wrong_secrets_per_minute": 1_000_000,
        "uploads_per_minute": 1_000_000,
        "unproven_reports_per_minute": 1_000_000,
        "quickest_report_seconds": 0,
        **values,
    }
    return Settings(_env_file=None, **given)  # type: ignore[arg-type]


def _migrate(url: str) -> None:
    templates.run(db.migrate(make_settings(url)))


@pytest.fixture(autouse=True)
def trail_has_words() -> Iterator[None]:
    """No entry of the audit trail shows the name of a column, or of a class, to whoever reads it."""
    yield
    assert not (lacking := worded.lacking()), lacking


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """A migrated, empty SQLite file to copy."""
    return templates.sqlite_template(tmp_path_factory, request, _migrate)


@pytest.fixture(scope="session")
def postgres_folder(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[str]:
    """A running PostgreSQL with a migrated database to copy; its socket's folder."""
    with templates.postgres_server(tmp_path_factory, request, _migrate) as folder:
        yield folder


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
    name = f"city_{os.getpid()}_{next(_numbers)}"
    yield templates.copy_postgres(folder, name)
    templates.drop_postgres(folder, name)


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
