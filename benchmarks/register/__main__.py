"""`python -m benchmarks.register`: the register of 830,000 entered, killed, matched, searched and sent, on both databases."""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import tempfile
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from tortoise.backends.base.executor import EXECUTOR_CACHE

from benchmarks.cities import own_postgres, prepare
from benchmarks.register import entering, reading, sending, sheet
from benchmarks.writing import table, write
from civicgraph import db
from civicgraph import settings as configuration

SMALLER = {"10,000": 10_000, "100,000": 100_000}
"""Registers beside the whole: the smallest, and one whose lists are as full as those of the whole."""


def main() -> None:
    """Measure both databases and write the report."""
    options = _options()
    console = Console()
    with tempfile.TemporaryDirectory(dir=options.folder) as made, own_postgres(Path(made)) as postgres:
        folder = Path(made)
        urls = {"SQLite": "sqlite://" + str(folder / "{}.sqlite3"), "PostgreSQL": postgres}
        lines = asyncio.run(_files(folder, options.rows))
        for engine, url in urls.items():
            console.print(f"{engine} …")
            lines += asyncio.run(_measured(engine, url, folder, options, console))
    write(options.report, lines, console)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.register", description="The register at full size.")
    parser.add_argument("--rows", type=int, default=830_000, help="Market entities of the city.")
    parser.add_argument("--rounds", type=int, default=15, help="How often each page is read.")
    parser.add_argument(
        "--folder", type=Path, default=Path("var"), help="Where files of this run are made and removed."
    )
    parser.add_argument("--report", type=Path, default=Path("benchmarks/register.md"), help="The file to write.")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    return options


async def _files(folder: Path, rows: int) -> list[str]:
    """The files of all sizes, and how the report begins."""
    settings = await prepare("sqlite://" + str(folder / "ground.sqlite3"), None, Console())
    async with db.connected(settings):
        await sheet.write(folder / "whole.csv", rows)
        for name, some in SMALLER.items():
            await sheet.write(folder / f"{name}.csv", some)
    size = (folder / "whole.csv").stat().st_size / 1e6
    return [
        "# The register at full size",
        "",
        f"Written by `make bench-register`: {rows:,} generated rows ({size:.0f} MB of CSV) over the demo city, on"
        f" {os.cpu_count()} cores, Python {platform.python_version()}; load average at the end {{load}}.",
    ]


async def _measured(engine: str, url: str, folder: Path, options: argparse.Namespace, console: Console) -> list[str]:
    whole, killed = [await prepare(url.format(name), None, Console()) for name in ("whole", "killed")]
    path = folder / "whole.csv"
    first = entering.enter(whole, path)
    console.print(f"entered: {first}")
    again = entering.enter(whole, path)
    console.print(f"again: {again}")
    EXECUTOR_CACHE.clear()
    durable = await entering.kill_after(killed, path, options.rows // 2)
    rest = entering.enter(killed, path)
    same = await entering.register(whole) == await entering.register(killed)
    console.print(f"killed after {durable:,}: {rest}; same register: {same}")
    smaller = {name: await prepare(url.format(f"of_{some}"), None, Console()) for name, some in SMALLER.items()}
    for name, one in smaller.items():
        entering.enter(one, folder / f"{name}.csv")
    configuration.use(whole)
    EXECUTOR_CACHE.clear()
    dry, match, grant, trial = await reading.matched(whole)
    console.print(f"matched: {dry:.2f} {match:.2f} {grant:.2f} {trial}")
    missed = await reading.missed(whole)
    pages = await reading.pages({**smaller, "whole": whole}, options.rounds)
    lines = [
        f"\n## {engine}\n",
        f"- Entered in {first.seconds:.0f} s, {options.rows / first.seconds:,.0f} rows a second, most memory"
        f" {first.peak_mb:.0f} MB: {first.told}",
        f"- The same file again, {again.seconds:.0f} s, {again.peak_mb:.0f} MB: {again.told}",
        f"- Killed (SIGKILL) when {durable:,} rows were durable, entered on in {rest.seconds:.0f} s: the register is"
        f" {'the same' if same else '**not the same**'}.",
        f"- One policy over the register: {trial.qualifying:,} qualify; dry run {dry:.1f} s, matching {match:.1f} s,"
        f" granting the {trial.within_budget:,} within the budget {grant:.1f} s.",
        f"- {reading.WANTED} is found from {', '.join(one for one in reading.SLIPS if one not in missed)}"
        f"{'; **missed from ' + ', '.join(missed) + '**' if missed else ''}.",
    ]
    if not db.is_postgres(whole):
        sent = await sending.download(whole, folder)
        lines.append(
            f"- As CSV from a running server: {sent.lines:,} lines, {sent.megabytes:.0f} MB in {sent.seconds:.0f} s,"
            f" the first after {sent.first_byte * 1000:.0f} ms; the server grew by {sent.grown_mb:.0f} MB."
        )
    head = ["page of", *(f"{name}: p50 ms" for name in (*SMALLER, f"{options.rows:,}"))]
    head += [f"whole / {name}" for name in SMALLER] + ["objects on the page"]
    return [*lines, "", *table(head, (_page(what, taken) for what, taken in pages.items()))]


def _page(what: str, taken: Mapping[str, reading.Taken]) -> list[str]:
    whole = taken["whole"].milliseconds
    ratios = [f"{whole / taken[name].milliseconds:.2f}" for name in SMALLER]
    shown = " / ".join(str(one.objects) for one in taken.values())
    return [what, *(f"{one.milliseconds:.2f}" for one in taken.values()), *ratios, shown]


if __name__ == "__main__":
    main()
