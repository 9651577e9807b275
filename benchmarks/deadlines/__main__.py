"""`python -m benchmarks.deadlines`: how long it takes until what is due in one minute is claimed and told."""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from tortoise.connection import get_connection

from benchmarks.cities import prepare
from civicgraph import clock, db
from civicgraph.demo.city import Scale
from civicgraph.grievances import reminders as reminders  # registers what happens when a deadline passes
from civicgraph.grievances.models import Grievance
from civicgraph.notifications.models import InboxMessage, OutboxMessage
from civicgraph.scheduler.heartbeat import Fence, Heartbeat
from civicgraph.scheduler.models import Deadline, DeadlineState
from civicgraph.settings import Settings

TICKS = 20


async def main() -> None:
    """Prepare what is missing, let the minute come, and say what it took."""
    options = _options()
    console = Console()
    scale = Scale(
        enterprises=1_000, grievances=options.grievances, events=100, services=50, lists=(), grids_per_community=5
    )
    urls = {"SQLite": f"sqlite://{(options.folder / f'deadlines-{options.grievances}.sqlite3').absolute()}"}
    if options.postgres:
        urls["PostgreSQL"] = options.postgres
    for engine, url in urls.items():
        settings = await prepare(url, scale, console)
        async with db.connected(settings):
            await _measure(engine, settings, options.due, console)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.deadlines", description="Deadlines due in one minute.")
    parser.add_argument("--folder", type=Path, default=Path("var/benchmarks"), help="Where the SQLite file is kept.")
    parser.add_argument("--postgres", default="", help="An empty PostgreSQL database to measure as well: postgres://…")
    parser.add_argument("--grievances", type=int, default=1_000_000, help="How many grievances there are.")
    parser.add_argument("--due", type=int, default=10_000, help="How many of them are due in the same minute.")
    return parser.parse_args()


async def _measure(engine: str, settings: Settings, due: int, console: Console) -> None:
    heart = Heartbeat(settings, _nothing)
    moment = clock.now() + timedelta(days=1)
    with clock.override(moment):
        await heart.tick_once()  # what the city itself has due until then
        idle = [await _timed(heart.tick_once()) for _ in range(TICKS)]
        told = await _told()
        await _make_due(due, moment)
        begun = time.perf_counter()
        report: Any = await heart.tick_once()
        seconds = time.perf_counter() - begun
        inbox, outbox = await _told()
    console.print(
        f"{engine}, {await Grievance.all().count():,} grievances: a tick with nothing due takes"
        f" {1000 * statistics.median(idle):.1f} ms (median of {TICKS}); {report.fired:,} deadlines of one minute were"
        f" claimed and their {inbox - told[0]:,} messages for inboxes and {outbox - told[1]:,} e-mails queued in"
        f" {seconds:.1f} s."
    )


async def _nothing(_: Fence) -> int:
    """Nothing leaves by e-mail here."""
    return 0


async def _timed(work: Any) -> float:
    begun = time.perf_counter()
    await work
    return time.perf_counter() - begun


async def _told() -> tuple[int, int]:
    return await InboxMessage.all().count(), await OutboxMessage.all().count()


async def _make_due(count: int, moment: datetime) -> None:
    """Let the latest grievances be accepted and promised within the last minute."""
    keys = await Grievance.all().order_by("-id").limit(count).values_list("id", flat=True)
    for start in range(0, len(keys), 500):
        part = [int(str(key)) for key in keys[start : start + 500]]
        at = moment - timedelta(seconds=start * 60 // max(count, 1))
        await Grievance.filter(id__in=part).update(
            status="accepted", accepted_at=at, due_at=at, resolution_due_at=at, resolution_soon_at=None
        )
        await Deadline.filter(subject_type="Grievance", subject_id__in=part).delete()
        rows = [
            Deadline(
                subject_type="Grievance", subject_id=key, kind="resolution", due_at=at, state=DeadlineState.PENDING
            )
            for key in part
        ]
        await Deadline.bulk_create(rows)
    connection = get_connection("default")
    if connection.capabilities.dialect == "postgres":
        await connection.execute_script("ANALYZE deadline")


asyncio.run(main())
