"""`python -m benchmarks`: measure, and write benchmarks/report.md."""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import sqlite3
from collections.abc import Mapping
from pathlib import Path

import asyncpg
from rich.console import Console

from benchmarks.cases import Case, record
from benchmarks.cities import on_postgres, on_sqlite
from benchmarks.measure import measure, postgres_scans, scans, work
from benchmarks.report import Engines, written
from civicgraph import db
from civicgraph.graph.engine import Engine
from civicgraph.graph.readers import open_reader
from civicgraph.schema import schema
from civicgraph.settings import Settings

BIG = 4_000
ALWAYS_BIG = frozenset({"audit_entry", "outbox_message", "inbox_message"})
"""Tables that grow with use and are empty in a generated city."""
TABLES = (
    "grid",
    "enterprise",
    "grievance",
    "grievance_update",
    "event",
    "programme_item",
    "quota",
    "registration",
    "service",
)


async def main() -> None:
    """Prepare what is missing, measure, write."""
    options = _options()
    console = Console()
    sqlite = await on_sqlite(options.folder, options.city, console)
    cases, failed = await record(sqlite["demo"])
    found = [await _measured("SQLite", sqlite, cases, options.rounds)]
    if options.postgres:
        servers = await on_postgres(options.postgres, console)
        found.append(await _measured("PostgreSQL", servers, cases, options.rounds))
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    machine = f"{os.cpu_count()} cores, load averages at the end {load}, Python {platform.python_version()}"
    options.report.write_text(written(found, failed, options.rounds, machine), encoding="utf-8")
    console.print(f"{options.report} was written.")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Demo scale against city scale.")
    parser.add_argument("--folder", type=Path, default=Path("var/benchmarks"), help="Where the SQLite files are kept.")
    parser.add_argument("--city", type=Path, help="A SQLite file of the city at full scale that was made before.")
    parser.add_argument("--postgres", default="", help="A PostgreSQL server to measure as well: postgres://…")
    parser.add_argument("--rounds", type=int, default=25, help="How often each read is timed.")
    parser.add_argument("--report", type=Path, default=Path("benchmarks/report.md"), help="The file to write.")
    return parser.parse_args()


async def _measured(name: str, sizes: Mapping[str, Settings], cases: list[Case], rounds: int) -> Engines:
    engines = {size: Engine(schema()._schema, open_reader(settings)) for size, settings in sizes.items()}
    counts = {size: await _counts(settings) for size, settings in sizes.items()}
    big = frozenset(table for table, rows in counts["city"].items() if rows >= BIG) | ALWAYS_BIG
    measured = await measure(engines, cases, rounds)
    walks = {}
    for case in cases:
        for size, settings in sizes.items():
            one = measured[case.name][size]
            if name == "SQLite" and not one.error:
                one.work = work(settings, engines[size], case)
        if name == "SQLite":
            walks[case.name] = scans(sizes["city"], engines["city"], case, big)
        else:
            walks[case.name] = await postgres_scans(engines["city"], case, big)
    for engine in engines.values():
        await engine.reader.close()
    shown = {size: {table: of[table] for table in TABLES} for size, of in counts.items()}
    return Engines(name, await _version(sizes["city"]), shown, measured, walks)


async def _counts(settings: Settings) -> dict[str, int]:
    """Rows of every table."""
    if db.is_postgres(settings):
        connection = await asyncpg.connect(**db.postgres_credentials(settings))
        names = [
            row["tablename"] for row in await connection.fetch("SELECT * FROM pg_tables WHERE schemaname = 'public'")
        ]
        found = {name: await connection.fetchval(f'SELECT count(*) FROM "{name}"') for name in names}
        await connection.close()
        return found
    with sqlite3.connect(db.sqlite_reading(settings), uri=True) as file:
        tables = file.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%fts%'"
        ).fetchall()
        return {name: file.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for (name,) in tables}


async def _version(settings: Settings) -> str:
    if not db.is_postgres(settings):
        size = db.sqlite_path(settings).stat().st_size / 1e9
        return f"SQLite {sqlite3.sqlite_version}; the city's file has {size:.2f} GB."
    connection = await asyncpg.connect(**db.postgres_credentials(settings))
    version = await connection.fetchval("SHOW server_version")
    size = await connection.fetchval("SELECT pg_database_size(current_database())") / 1e9
    await connection.close()
    return f"PostgreSQL {version}; the city's database has {size:.2f} GB."


asyncio.run(main())
