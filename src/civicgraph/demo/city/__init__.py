"""The city at full scale, generated on top of the demo: the same rows for the same seed, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rich.console import Console

from civicgraph.accounts.models import Person
from civicgraph.db import is_postgres
from civicgraph.demo.city import bookings, compounds, enterprises, events, grievances, people, services
from civicgraph.demo.city.ground import Ground, survey
from civicgraph.demo.city.postgres import PostgresWriter
from civicgraph.demo.city.progress import Progress, shown_on
from civicgraph.demo.city.scale import CITY, Scale
from civicgraph.demo.city.sqlite import SQLiteWriter
from civicgraph.demo.city.tables import Batch
from civicgraph.demo.city.writers import CityIsBusy, Writer
from civicgraph.enterprises.figures import keeping
from civicgraph.events.rescue import keeping as drills
from civicgraph.settings import Settings

__all__ = ["CITY", "CityIsBusy", "Scale", "fill", "load_city"]

FAMILIES: tuple[tuple[str, str, Callable[[Ground], int], Callable[[Ground], Iterator[Batch]]], ...] = (
    ("Grids and their workers", "grid", people.count, people.rows),
    ("Compounds", "compound", compounds.count, compounds.rows),
    ("Enterprises", "enterprise", enterprises.count, enterprises.rows),
    ("Events", "event", events.count, events.rows),
    ("Registrations", "registration", bookings.count, bookings.rows),
    ("Services", "service", services.count, services.rows),
    ("Grievances and their history", "grievance", grievances.count, grievances.rows),
)
"""In the order of their references: grievances name grids, workers, compounds and enterprises."""


async def load_city(settings: Settings, seed: int, console: Console) -> None:
    """Generate the city over the loaded demo, with progress; a second run keeps what is there."""
    with shown_on(console) as progress:
        is_new = await fill(settings, seed, CITY, progress)
    if is_new:
        await keeping.recount()
        await drills.recount()
    else:
        console.print("The city is there at full scale already; its data is kept.")


async def fill(settings: Settings, seed: int, scale: Scale, progress: Progress) -> bool:
    """Generate the city at `scale` in one transaction. False when it was there before.

    Raises `CityIsBusy` when a SQLite file is open in another process.
    """
    progress.step("Looking at what is there")
    ground = await survey(seed, scale)
    if await Person.filter(username=people.username(ground.communities[0].code, 1)).exists():
        return False
    writer: Writer = PostgresWriter(settings) if is_postgres(settings) else SQLiteWriter(settings)
    await writer.begin()
    try:
        await writer.empty(grievances.REPLACED)
        for what, counted, count, rows in FAMILIES:
            progress.step(what, count(ground))
            for table, batch in rows(ground):
                if batch:
                    await writer.put(table, batch)
                if table.name == counted:
                    progress.advance(len(batch))
        await writer.finish(progress)
    except BaseException:
        await writer.give_up()
        raise
    return True
