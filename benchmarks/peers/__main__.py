"""`python -m benchmarks.peers`: every server over the same database in turns, and benchmarks/peers/report.md."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from rich.console import Console

from benchmarks.peers import database, load
from benchmarks.peers.contest import Course, of_page, of_read
from benchmarks.peers.database import Cities
from benchmarks.peers.growth import Pair
from benchmarks.peers.phases import Phases, phases
from benchmarks.peers.reads import Read, reads
from benchmarks.peers.report import Findings, written
from benchmarks.peers.servers import starting
from civicgraph import db
from civicgraph.settings import Settings

ENGINES = {"postgres": "PostgreSQL", "sqlite": "SQLite"}


def main() -> int:
    """Prepare what is missing, compare the answers, measure, write."""
    options = _options()
    console = Console()
    if trouble := load.needed():
        console.print(trouble)
        return 2
    bench = Bench(options, console)
    found = [bench.findings(engine, scale) for engine in options.engines for scale in options.scales]
    if options.growth:
        for engine in options.engines:
            found.append(bench.grown(engine))
    options.report.write_text(written(found, bench.phases(), options.rounds, options.seconds), encoding="utf-8")
    console.print(f"{options.report} was written.")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description="CivicGraph beside its peers.")
    add = parser.add_argument
    add("--folder", type=Path, default=Path("var/benchmarks"), help="Where the databases are kept.")
    add("--engines", nargs="+", choices=list(ENGINES), default=list(ENGINES), help="On which databases.")
    add("--scales", nargs="*", choices=list(database.SCALES), default=["tenth"], help="How big the city is.")
    add("--reads", nargs="+", default=[], help="Only these reads (and `page`).")
    add("--no-growth", dest="growth", action="store_false", help="Without demo scale against city scale.")
    add("--connections", nargs="+", type=int, default=[1, 8, 64], help="Connections at a time.")
    add("--rounds", type=int, default=5, help="How often each server has its turn.")
    add("--seconds", type=int, default=1, help="How long a turn is.")
    add("--made", nargs="+", default=[], metavar="SCALE=ADDRESS", help="Databases that were made before.")
    add("--report", type=Path, default=Path("benchmarks/peers/report.md"), help="The file to write.")
    return parser.parse_args()


class Bench:
    """What is measured on which database, with one core for the servers and one for the load and PostgreSQL."""

    def __init__(self, options: argparse.Namespace, console: Console) -> None:
        self._options, self._console = options, console
        made = {}
        for one in options.made:
            scale, _, address = one.partition("=")
            made["postgres" if address.startswith("postgres") else "sqlite", scale] = address
        self._cities = Cities(options.folder, made, console)
        self._server_core, self._load_core = sorted(os.sched_getaffinity(0))[:2]

    def findings(self, engine: str, scale: str) -> Findings:
        """Every server, read by read."""
        with ExitStack() as stack:
            settings, course = stack.enter_context(self._course(engine, scale))
            if db.is_postgres(settings):
                stack.enter_context(database.with_functions(settings))
            starter = stack.enter_context(starting(settings, self._server_core, self._logs))
            servers = starter.peers()
            contests = [of_read(read, servers) for read in self._reads(settings)]
            if self._is_wanted("page"):
                contests.append(of_page(servers[0], *starter.pages(servers[0], self._options.folder / "page.html")))
            for contest in contests:
                course.run(contest)
        return Findings(ENGINES[engine], scale, contests)

    def grown(self, engine: str) -> Findings:
        """Our own server at both sizes."""
        with ExitStack() as stack:
            small, _ = stack.enter_context(self._course(engine, "small"))
            big, course = stack.enter_context(self._course(engine, "city"))
            little = stack.enter_context(starting(small, self._server_core, self._logs)).ours()
            city = stack.enter_context(starting(big, self._server_core, self._logs)).ours()
            pair = Pair(
                little, city, reads(asyncio.run(database.asked(small))), reads(asyncio.run(database.asked(big)))
            )
            return Findings(ENGINES[engine], "small → city", [], pair.measured(course))

    def phases(self) -> list[Phases]:
        """Where the time of our own answers goes, on SQLite."""
        with self._cities.opened("sqlite", "tenth") as settings:
            return phases(settings, self._reads(settings))

    @contextmanager
    def _course(self, engine: str, scale: str) -> Iterator[tuple[Settings, Course]]:
        with ExitStack() as stack:
            settings = stack.enter_context(self._cities.opened(engine, scale))
            processes: list[int] = []
            if db.is_postgres(settings):
                first = asyncio.run(database.postmaster(settings))
                stack.enter_context(database.pinned(first, self._load_core))
                processes.append(first)
            options = self._options
            yield (
                settings,
                Course(
                    self._load_core,
                    options.connections,
                    options.rounds,
                    options.seconds,
                    lambda: [child for one in processes for child in database.children(one)],
                    partial(self._console.print, soft_wrap=True),
                ),
            )

    @property
    def _logs(self) -> Path:
        return Path(self._options.folder) / "logs"

    def _reads(self, settings: Settings) -> list[Read]:
        return [read for read in reads(asyncio.run(database.asked(settings))) if self._is_wanted(read.name)]

    def _is_wanted(self, name: str) -> bool:
        return not self._options.reads or name in self._options.reads


if __name__ == "__main__":
    sys.exit(main())
