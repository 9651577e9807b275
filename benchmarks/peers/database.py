"""The databases that all peers read, made once and kept; and where a read finds most."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import psutil
from rich.console import Console
from tortoise.connection import get_connection

from benchmarks.cities import made_settings, own_postgres, prepare
from civicgraph import clock, db
from civicgraph.demo.city import CITY, Scale
from civicgraph.grievances.rules import OPEN_SQL
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
SMALL = Scale(
    communities=21,
    enterprises=8_300,
    grievances=10_000,
    events=2_000,
    registrations=2_000,
    services=50,
    lists=tuple((one, max(1, many // 100)) for one, many in CITY.lists),
    four_above_joined=2,
    four_above_left=1,
)
"""The demo with a hundredth of the city's enterprises and grievances, in so few communities that its lists are as full."""
SCALES = {"small": SMALL, "tenth": TENTH, "city": CITY}
OPEN = f"status IN {OPEN_SQL}"
_FUNCTIONS = Path(__file__).parent / "postgraphile" / "functions.sql"


@dataclass(frozen=True)
class Asked:
    """What the reads ask for: places where there is much to be found."""

    communities: list[str]
    county: str
    industry: str
    place: str
    month: str
    places: list[str]
    """Other communities, as they come."""


class Cities:
    """The databases by size. Those in `made` (addresses by engine and size) were made before; others are made here."""

    def __init__(self, folder: Path, made: Mapping[tuple[str, str], str], console: Console) -> None:
        self._folder, self._made, self._console = folder, made, console

    def sqlite(self, scale: str) -> Settings:
        """The city in one file."""
        made = self._made.get(("sqlite", scale))
        return made_settings(made or f"sqlite://{(self._folder / f'peers-{scale}.sqlite3').absolute()}")

    @contextmanager
    def postgres(self, scale: str) -> Iterator[Settings]:
        """The city on a PostgreSQL server; its own is started where none was given."""
        made = self._made.get(("postgres", scale))
        if made:
            yield made_settings(made)
            return
        with own_postgres(self._folder) as address:
            yield made_settings(address.format(f"peers_{scale}"))

    @contextmanager
    def opened(self, engine: str, scale: str) -> Iterator[Settings]:
        """The city of that size, brought up to date, and filled if it is new."""
        if engine == "sqlite":
            settings = self.sqlite(scale)
            asyncio.run(self._filled(settings, scale))
            yield settings
            return
        with self.postgres(scale) as settings:
            asyncio.run(self._filled(settings, scale))
            yield settings

    async def _filled(self, settings: Settings, scale: str) -> None:
        await prepare(settings.database_url, SCALES[scale], self._console)


@asynccontextmanager
async def _connected(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(**db.postgres_credentials(settings))
    try:
        yield connection
    finally:
        await connection.close()


@contextmanager
def with_functions(settings: Settings) -> Iterator[None]:
    """The functions that PostGraphile needs for the same answers, for a while."""

    async def run(statements: str) -> None:
        async with _connected(settings) as connection:
            await connection.execute(statements)

    asyncio.run(run(_FUNCTIONS.read_text(encoding="utf-8")))
    try:
        yield
    finally:
        asyncio.run(run("DROP SCHEMA peers CASCADE"))


@contextmanager
def pinned(postmaster: int, core: int) -> Iterator[None]:
    """A PostgreSQL server on one core for a while."""
    before = os.sched_getaffinity(postmaster)
    _pin(postmaster, {core})
    try:
        yield
    finally:
        _pin(postmaster, before)


def _pin(postmaster: int, cores: set[int]) -> None:
    for one in (postmaster, *children(postmaster)):
        with suppress(ProcessLookupError):  # a connection may have ended since
            os.sched_setaffinity(one, cores)


async def postmaster(settings: Settings) -> int:
    """The number of the server's first process. Raises `RuntimeError` when it runs on another machine."""
    async with _connected(settings) as connection:
        backend = await connection.fetchval("SELECT pg_backend_pid()")
        try:
            return psutil.Process(backend).ppid()
        except psutil.NoSuchProcess as error:
            raise RuntimeError("PostgreSQL has to run on this machine: its processor time is measured.") from error


def children(process: int) -> list[int]:
    """The processes that a process started and that live."""
    return [one.pid for one in psutil.Process(process).children()]


async def asked(settings: Settings) -> Asked:
    """Communities with the most open grievances, the commonest trade of a county, the busiest community."""
    async with db.connected(settings):
        open_public = f"SELECT division_id AS code FROM grievance WHERE {OPEN} AND is_public"
        most = f"{open_public} GROUP BY division_id ORDER BY count(*) DESC, division_id LIMIT 20"
        found = [row["code"] for row in await _rows(most)]
        trade = await _rows(
            "SELECT substr(division_id, 1, 6) AS county, industry_id FROM enterprise"
            " GROUP BY 1, 2 ORDER BY count(*) DESC, 1, 2 LIMIT 1"
        )
        places = await _rows("SELECT code FROM division WHERE level = 'community' ORDER BY code LIMIT 150")
    county, industry = trade[0]["county"], trade[0]["industry_id"]
    others = [row["code"] for row in places]
    return Asked(sorted(found), county, industry, found[0], f"{clock.today():%Y-%m}", others)


async def _rows(statement: str) -> list[dict[str, Any]]:
    return list(await get_connection("default").execute_query_dict(statement))
