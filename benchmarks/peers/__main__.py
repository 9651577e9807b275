"""`python -m benchmarks.peers`: every server over the same database in turns, and benchmarks/peers/report.md."""

from __future__ import annotations

import argparse
import asyncio
import math
import os
import sys
from collections import defaultdict
from pathlib import Path

import orjson
from rich.console import Console

from benchmarks.peers import database, load
from benchmarks.peers.load import Run, Target
from benchmarks.peers.reads import Read, canonical, first_difference, reads
from benchmarks.peers.report import Findings, written
from benchmarks.peers.servers import Server, running
from civicgraph.settings import Settings

CONNECTIONS = (1, 8, 64)
LONGEST = 20
"""Seconds of a turn of a slow server, which needs some for every connection to be answered twice."""
Runs = dict[str, dict[tuple[str, int], list[Run]]]
"""By read, then by server and connections."""


def main() -> int:
    """Prepare what is missing, compare the answers, measure, write."""
    options = _options()
    console = Console()
    if trouble := load.needed():
        console.print(trouble)
        return 2
    folder = options.folder
    (folder / "logs").mkdir(parents=True, exist_ok=True)
    server_core, load_core = sorted(os.sched_getaffinity(0))[:2]
    found = []
    if "postgres" in options.databases:
        with database.running_postgres(folder / "postgres", load_core) as (socket, number):
            settings = asyncio.run(database.on_postgres(socket, options.scale, console))
            bench = _Bench(options, console, settings, server_core, load_core, number)
            found.append(Findings("PostgreSQL", bench.measured()))
    if "sqlite" in options.databases:
        settings = asyncio.run(database.on_sqlite(folder, options.scale, console))
        bench = _Bench(options, console, settings, server_core, load_core, None)
        found.append(Findings("SQLite", bench.measured()))
    options.report.write_text(written(found, options.scale, options.rounds, options.seconds), encoding="utf-8")
    console.print(f"{options.report} was written.")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description="CivicGraph beside its peers.")
    add = parser.add_argument
    add("--folder", type=Path, default=Path("var/benchmarks"), help="Where the databases are kept.")
    add("--scale", choices=list(database.SCALES), default="tenth", help="How big the city is.")
    add("--databases", nargs="+", choices=("postgres", "sqlite"), default=["postgres", "sqlite"], help="Which ones.")
    add("--reads", nargs="+", default=[], help="Only these reads.")
    add("--connections", nargs="+", type=int, default=list(CONNECTIONS), help="Connections at a time.")
    add("--rounds", type=int, default=3, help="How often each server has its turn.")
    add("--seconds", type=int, default=2, help="How long a turn is.")
    add("--report", type=Path, default=Path("benchmarks/peers/report.md"), help="The file to write.")
    return parser.parse_args()


class _Bench:
    """All servers over one database."""

    def __init__(
        self,
        options: argparse.Namespace,
        console: Console,
        settings: Settings,
        server_core: int,
        load_core: int,
        postgres: int | None,
    ) -> None:
        self.options, self.console, self.settings = options, console, settings
        self.server_core, self.load_core, self.postgres = server_core, load_core, postgres
        self.runs: Runs = defaultdict(lambda: defaultdict(list))

    def measured(self) -> Runs:
        """Each read on each server, round by round."""
        wanted = [one for one in reads(asyncio.run(database.asked(self.settings))) if self._is_wanted(one.name)]
        with running(self.settings, self.server_core, self.options.folder / "logs") as servers:
            for read in wanted:
                able = [server for server in servers if server.answers(read)]
                self._compare(read, able)
                self._turns(read.name, {server.name: (server, _target(server, read)) for server in able})
        return self.runs

    def _is_wanted(self, name: str) -> bool:
        return not self.options.reads or name in self.options.reads

    def _compare(self, read: Read, servers: list[Server]) -> None:
        """Raises `RuntimeError` when a server's answer is another than ours."""
        ours, *others = ((server, canonical(server.answer(read))) for server in servers)
        for server, answer in others:
            if difference := first_difference(ours[1], answer):
                raise RuntimeError(f"{server.name} answers {read.name} in another way: {difference}")

    def _turns(self, name: str, targets: dict[str, tuple[Server, Target]]) -> None:
        alone = {label: self._run(*pair, connections=1, seconds=1).rate for label, pair in targets.items()}
        for connections in self.options.connections:
            for _ in range(self.options.rounds):
                for label, pair in targets.items():
                    waves = math.ceil(2 * connections / alone[label])
                    found = self._run(*pair, connections, seconds=min(max(self.options.seconds, waves), LONGEST))
                    self.runs[name][label, connections].append(found)
                    self.console.print(f"{name} c={connections} {label}: {found}")

    def _run(self, server: Server, target: Target, connections: int, seconds: int) -> Run:
        return load.run(target, connections, seconds, self.load_core, server.process, self._database)

    def _database(self) -> list[int]:
        return database.children(self.postgres) if self.postgres else []


def _target(server: Server, read: Read) -> Target:
    return Target(server.url(read), orjson.dumps(server.body(read)).decode())


if __name__ == "__main__":
    sys.exit(main())
