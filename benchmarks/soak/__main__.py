"""`python -m benchmarks.soak`: try a server for long, and write benchmarks/soak.md. Exits 1 when a check fails."""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from benchmarks.cities import prepare
from benchmarks.soak.checks import CHECKS, Result, Scale
from benchmarks.soak.innocents import PATIENCE
from benchmarks.soak.process import raise_file_limit, running

_HEAD = """# A server under crowds, dawdlers and floods

Made by `python -m benchmarks.soak` (`make soak`; {machine}).
One process of `civicgraph serve` with the settings as they are shipped, over the demo city on SQLite. *Innocents* are
two visitors at a time who ask for three pages and a read by GraphQL, each by a new connection; they share the cores
with the server and with the crowd, so that their times are orders of magnitude and no more. What must hold: every
innocent is answered with 200 within {patience} s, and what each check names besides.

"""
_CHECKED = {
    "idle": "At least as many are open at the server all the while.",
    "one-address": "The server keeps no more than the 200 that one address may have.",
    "slow": "Each is given up within 70 s, and the innocents do not notice.",
    "write": "No read waits for the end of the transaction, nor for the busy time-out.",
    "documents": "The memory is at most 1.1 times as much in the last half as in the first, and no answer is 500 or above.",
    "subscriptions": "The memory is at most 1.1 times as much in the last half as in the first, and none is refused.",
}


def main() -> int:
    """Run the checks that are asked for; how many failed decides the exit code."""
    options = _options()
    console = Console(highlight=False)
    results = asyncio.run(_tried(options, console))
    if options.report:
        options.report.write_text(_written(results), encoding="utf-8")
        console.print(f"{options.report} was written.")
    return int(not all(result.is_passed for result in results.values()))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description="A server under crowds and floods.")
    parser.add_argument("--only", choices=CHECKS, nargs="+", default=list(CHECKS), help="The checks to run.")
    parser.add_argument("--connections", type=int, default=10_000, help="Idle connections.")
    parser.add_argument("--slow", type=int, default=2_000, help="Clients of a byte a second.")
    parser.add_argument("--documents", type=int, default=100_000, help="Different documents.")
    parser.add_argument("--subscriptions", type=int, default=30_000, help="Reads followed and left.")
    parser.add_argument("--seconds", type=float, default=30, help="How long innocents are watched, before and during.")
    parser.add_argument("--hold", type=float, default=12, help="Seconds that a write transaction stays open.")
    parser.add_argument(
        "--report", type=Path, default=Path("benchmarks/soak.md"), help="The file to write; with --only, only if named."
    )
    options = parser.parse_args()
    if set(options.only) != set(CHECKS) and "--report" not in " ".join(sys.argv):
        options.report = None
    return options


async def _tried(options: argparse.Namespace, console: Console) -> dict[str, Result]:
    raise_file_limit(options.connections + 200)
    scale = Scale(
        *(options.connections, options.slow, options.documents, options.subscriptions), options.seconds, options.hold
    )
    results: dict[str, Result] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = await prepare(f"sqlite://{folder / 'soak.sqlite3'}", None, console)
        for name in options.only:
            with running(settings, folder) as server:
                console.print(f"{name} …")
                results[name] = await CHECKS[name](server, scale, console)
            console.print(str(results[name]))
    return results


def _written(results: dict[str, Result]) -> str:
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    machine = f"{os.cpu_count()} cores, load averages at the end {load}, Python {platform.python_version()}"
    return _HEAD.format(machine=machine, patience=PATIENCE) + "\n".join(
        _section(_CHECKED[name], result) for name, result in results.items()
    )


def _section(checked: str, result: Result) -> str:
    verdict = "passed" if result.is_passed else "**failed**"
    lines = [f"## {result.name[0].upper()}{result.name[1:]}", "", f"{checked} → {verdict}.", ""]
    return "\n".join([*lines, *(f"- {line}" for line in (*result.line.split("; "), *result.details)), ""])


if __name__ == "__main__":
    sys.exit(main())
