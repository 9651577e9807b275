"""The demo city and a small generated one, on each database: made once for all workers, copied by each test."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from filelock import FileLock
from rich.console import Console
from tortoise.backends.base.executor import EXECUTOR_CACHE

from civicgraph import clock, db
from civicgraph import settings as configuration
from civicgraph.demo import load
from civicgraph.demo.city import Scale, fill
from civicgraph.demo.city.progress import Silent
from civicgraph.settings import Settings
from tests.conftest import make_settings
from tests.support import templates

MOMENT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
SMALL = Scale(
    grids_per_community=4,
    compounds_per_community=1,
    enterprises=580,  # 280 of them are the demo's employers
    grievances=900,
    events=80,
    registrations=500,
    services=40,
    communities=60,
    lists=(),
)


async def load_demo() -> str:
    """Load the demo at a fixed moment; what was printed."""
    console = Console(file=io.StringIO(), width=200)
    with clock.override(MOMENT):
        await load("demo", 5203, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


async def small_city(settings: Settings, seed: int = 5203, scale: Scale = SMALL) -> bool:
    """Fill the demo with the generated city; false where it was there."""
    with clock.override(MOMENT):
        return await fill(settings, seed, scale, Silent())


async def _fill(settings: Settings, wanted: str) -> str:
    EXECUTOR_CACHE.clear()
    configuration.use(settings)
    async with db.connected(settings):
        said = await load_demo()
        assert wanted == "demo" or await small_city(settings)
    return said


def _filled(request: pytest.FixtureRequest, engine: str, wanted: str) -> Path:
    """The folder of a database that holds what is wanted, with its uploads and what loading it said."""
    factory: pytest.TempPathFactory = request.getfixturevalue("tmp_path_factory")
    kept = templates.shared(factory, request) / f"{wanted}_{engine}"
    with FileLock(kept.with_suffix(".lock")):
        if kept.exists():
            return kept
        making = factory.mktemp(wanted)
        if engine == "sqlite":
            url = f"sqlite://{making}/city.sqlite3"
            shutil.copy(request.getfixturevalue("sqlite_template"), making / "city.sqlite3")
        else:
            url = templates.copy_postgres(request.getfixturevalue("postgres_folder"), f"template_with_{wanted}")
        settings = make_settings(url, uploads_folder=str(making / "uploads"))
        (making / "said.txt").write_text(templates.run(_fill(settings, wanted)))
        making.rename(kept)
    return kept


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh database: with the demo where the test asks for `demo`, with the small city too where for `city`."""
    wanted = next((one for one in ("city", "demo") if one in request.fixturenames), "")
    if wanted:
        kept = _filled(request, request.param, wanted)
        shutil.copytree(kept, tmp_path, dirs_exist_ok=True)
    EXECUTOR_CACHE.clear()  # Tortoise keeps statements by connection name, whatever the engine behind it
    if request.param == "sqlite":
        path = tmp_path / "city.sqlite3"
        if not wanted:
            shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite://{path}"
        return
    folder = request.getfixturevalue("postgres_folder")
    name = f"{wanted or 'empty'}_{os.getpid()}"
    yield templates.copy_postgres(folder, name, f"template_with_{wanted}" if wanted else templates.POSTGRES)
    templates.drop_postgres(folder, name)


@pytest.fixture
async def demo(connected: Settings, tmp_path: Path) -> str:
    """The demo city is loaded; what the person who loaded it read."""
    return (tmp_path / "said.txt").read_text()


@pytest.fixture
async def city(demo: str) -> None:
    """The small city is generated around the demo."""
