"""`python -m benchmarks.events`: pages of events in a tenth of the city, in the city and in ten of it, on both databases."""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from benchmarks.cases import Case, record
from benchmarks.cities import own_postgres, prepare
from benchmarks.measure import Measured, measure
from benchmarks.writing import table, write
from civicgraph.demo.city import CITY, Scale
from civicgraph.graph.engine import Engine
from civicgraph.graph.readers import open_reader
from civicgraph.schema import schema
from civicgraph.settings import Settings

LEAST = replace(
    CITY,
    enterprises=8_300,
    grievances=10_000,
    services=CITY.services // 10,
    grids_per_community=1,
    compounds_per_community=1,
    lists=tuple((name, members // 100) for name, members in CITY.lists),
    four_above_joined=CITY.four_above_joined // 100,
    four_above_left=CITY.four_above_left // 100,
)
"""The city with little beside its events."""


def _of(events: int) -> Scale:
    """So many events, with ten registrations for each as in the city."""
    return replace(LEAST, events=events, registrations=events * CITY.registrations // CITY.events)


SIZES = {"tenth": _of(CITY.events // 10), "city": _of(CITY.events), "ten": _of(CITY.events * 10)}


def main() -> None:
    """Make the cities, measure both databases, write the report and leave nothing else behind."""
    options = _options()
    console = Console()
    with tempfile.TemporaryDirectory(dir=options.folder) as made, own_postgres(Path(made)) as postgres:
        urls = {"SQLite": "sqlite://" + str(Path(made).absolute() / "{}.sqlite3"), "PostgreSQL": postgres}
        lines = asyncio.run(_all(urls, options.rounds, console))
    write(options.report, lines, console)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.events", description="Pages of events, as they grow.")
    parser.add_argument("--rounds", type=int, default=60, help="How often each page is read.")
    parser.add_argument("--folder", type=Path, default=Path("var"), help="Where the cities are made and removed.")
    parser.add_argument("--report", type=Path, default=Path("benchmarks/events.md"), help="The file to write.")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    return options


async def _all(urls: Mapping[str, str], rounds: int, console: Console) -> list[str]:
    lines = [
        "# Pages of events as the city grows",
        "",
        f"Written by `make bench-events`: the city with {', '.join(f'{one.events:,}' for one in SIZES.values())} events and"
        f" ten registrations for each. p50 of {rounds} reads of each page's document, in turns, on {os.cpu_count()} cores,"
        f" Python {platform.python_version()}; load average at the end {{load}}. Behind the times stand how many objects a"
        " page shows: what is more to see takes longer. The cost of what is there and not asked for is what is left where"
        " both sizes show as many: a page of twenty, a total counted to a hundred, a feed of a thousand.",
    ]
    cases: list[Case] = []
    for engine, url in urls.items():
        made = {name: await prepare(url.format(name), scale, console) for name, scale in SIZES.items()}
        if not cases:
            cases = [one for one in (await record(made["tenth"]))[0] if one.name.startswith("/events")]
        lines += ["", f"## {engine}", "", *await _measured(made, cases, rounds)]
    return lines


async def _measured(made: Mapping[str, Settings], cases: list[Case], rounds: int) -> list[str]:
    engines = {name: Engine(schema()._schema, open_reader(settings)) for name, settings in made.items()}
    found = await measure(engines, cases, rounds)
    for engine in engines.values():
        await engine.reader.close()
    titles = [f"{one.events:,}" for one in SIZES.values()]
    head = ["page", *(f"{one} ms" for one in titles), "city / tenth", "ten / city", "objects", "statements"]
    return table(head, (_row(name, of) for name, of in found.items()))


def _row(name: str, of: Mapping[str, Measured]) -> list[str]:
    tenth, city, ten = (of[size] for size in SIZES)
    return [
        f"`{name}`",
        *(f"{one.p50:.2f}" for one in (tenth, city, ten)),
        *(f"{more.p50 / less.p50:.2f}" for less, more in ((tenth, city), (city, ten))),
        " / ".join(f"{one.items:,}" for one in (tenth, city, ten)),
        str(max(one.statements for one in (tenth, city, ten))),
    ]


if __name__ == "__main__":
    main()
