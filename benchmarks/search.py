"""`python -m benchmarks.search`: how long the first twenty hits take at city scale, and whether they are LIKE's."""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import re
import sqlite3
import statistics
from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any

import asyncpg
from rich.console import Console
from tortoise.backends.base.executor import EXECUTOR_CACHE

from benchmarks.cities import made_settings
from benchmarks.writing import write
from civicgraph import db
from civicgraph.graph.engine import Engine
from civicgraph.graph.readers import open_reader
from civicgraph.permissions import ANONYMOUS
from civicgraph.schema import schema
from civicgraph.settings import Settings

WORDS = {
    "grievance": ("楼道", "路灯", "独居老人", "燃气", "滑坡预警", "火星人", "楼上深夜拖动家具噪"),
    "enterprise": ("遵义", "辣椒", "茶叶", "白酒", "月球基地", "竹编", "遵义市绥阳县辣椒专业合"),
}
LISTS = {
    "grievance": ("grievances", "public_text", "is_public"),
    "enterprise": ("enterprises", "name", "is_published"),
}
"""The list of a table, the column that LIKE looks into, and what makes a row public."""
PROBES = 20

Rows = Callable[..., Awaitable[list[tuple[Any, ...]]]]


async def main() -> None:
    """Measure both databases and write the report."""
    options = _options()
    lines = [
        "# Search at city scale",
        "",
        "Written by `make bench-search`. The first twenty hits, newest first, through the engine: compiled once, then",
        f"{options.rounds} times each, on {os.cpu_count()} cores, Python {platform.python_version()}; load average at the"
        f" end {{load}}. A probe takes a piece of two to five Chinese characters of a random row: every row that"
        " LIKE finds no later than the twentieth hit has to be among the hits. 0 hits: the word stands nowhere.",
    ]
    for name, settings in (("SQLite", options.sqlite), ("PostgreSQL", options.postgres)):
        if settings:
            made = made_settings(settings)
            EXECUTOR_CACHE.clear()  # Tortoise keeps statements by connection name, whatever the engine behind it
            async with db.connected(made):
                lines += await _measured(name, made, options.rounds)
    write(options.report, lines, Console())


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search", description="Search at city scale.")
    parser.add_argument(
        "--sqlite", default="sqlite://var/benchmarks/city.sqlite3", help="The city, as `make bench` left it."
    )
    parser.add_argument("--postgres", default="", help="The same on PostgreSQL: postgres://…")
    parser.add_argument("--rounds", type=int, default=25, help="How often each word is looked for.")
    parser.add_argument("--report", type=Path, default=Path("benchmarks/search.md"), help="The file to write.")
    return parser.parse_args()


async def _measured(name: str, settings: Settings, rounds: int) -> list[str]:
    engine = Engine(schema()._schema, open_reader(settings))
    lines = ["", f"## {name}", "", "| in | word | hits on the page | p50 ms | p99 ms |", "|---|---|---|---|---|"]
    medians = []
    for table, words in WORDS.items():
        for word in words:
            times, hits = [], 0
            for _ in range(rounds + 2):
                began = perf_counter()
                hits = len(await _first(engine, table, word))
                times.append((perf_counter() - began) * 1000)
            times = sorted(times[2:])  # the first two warm the caches
            medians.append(statistics.median(times))
            lines.append(f"| {table} | {word} | {hits} | {medians[-1]:.2f} | {times[int(len(times) * 0.99)]:.2f} |")
    found, missed = await _probed(engine, await _rows(settings))
    return [
        *lines,
        "",
        f"Median over the words: {statistics.median(medians):.2f} ms, slowest {max(medians):.2f} ms."
        f" {PROBES * len(WORDS)} probes: LIKE found {found} rows, {missed} of them missed.",
    ]


async def _first(engine: Engine, table: str, word: str) -> list[int]:
    """The ids of the first twenty hits."""
    plural = LISTS[table][0]
    text = f"query($words: String!) {{ {plural}(filter: {{text: $words}}, first: 20) {{ nodes {{ id }} }} }}"
    found = await engine.read(text, {"words": word}, ANONYMOUS)
    return [int(one["id"].partition(":")[2]) for one in found[plural]["nodes"]]


async def _probed(engine: Engine, rows: Rows) -> tuple[int, int]:
    """How many rows LIKE found no later than the twentieth hit, and how many of them were no hits."""
    random, found, missed = Random(5203), 0, 0
    for table, (_, column, public) in LISTS.items():
        ((last,),) = await rows(f"SELECT max(id) FROM {table}")
        tried = 0
        while tried < PROBES:
            given = await rows(f"SELECT {column} FROM {table} WHERE id >= {random.randrange(last)} ORDER BY id LIMIT 1")
            pieces = re.findall(r"[㐀-鿿]{2,}", given[0][0])
            if not pieces:
                continue
            tried += 1
            piece, length = random.choice(pieces), random.randint(2, 5)
            place = random.randrange(max(1, len(piece) - length + 1))
            word = piece[place : place + length]
            hits = await _first(engine, table, word)
            since = min(hits) if len(hits) == 20 else 0
            like = await rows(f"SELECT id FROM {table} WHERE {public} AND id >= {since} AND {column} LIKE '%{word}%'")
            found += len(like)
            missed += len({one for (one,) in like} - set(hits))
    return found, missed


async def _rows(settings: Settings) -> Rows:
    """How the database itself is asked."""
    if db.is_postgres(settings):
        server = await asyncpg.connect(**db.postgres_credentials(settings))

        async def ask(statement: str) -> list[tuple[Any, ...]]:
            return [tuple(row) for row in await server.fetch(statement)]

        return ask
    file = sqlite3.connect(db.sqlite_reading(settings), uri=True)

    async def look(statement: str) -> list[tuple[Any, ...]]:
        return file.execute(statement).fetchall()

    return look


if __name__ == "__main__":
    asyncio.run(main())
