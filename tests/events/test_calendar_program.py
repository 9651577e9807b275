"""The subscribed calendar in a program that people have: khal, as Debian ships it, imports it again and again."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette

from civicgraph import clock
from civicgraph.events import operations
from civicgraph.events.models import Event
from civicgraph.permissions import Role
from tests.events.conftest import NIGHT
from tests.support import city as place
from tests.support.browser import visit
from tests.support.city import FENGGANG

MAY = datetime(2026, 5, 20, 9, tzinfo=clock.CITY_ZONE)
LESSON: dict[str, Any] = {
    **NIGHT,
    "title": "政策微课堂",
    "kind": "policy_class",
    "starts_at": "2026-05-21T15:00",
    "ends_at": "2026-05-21T16:00",
    "programme": [],
}
DAY = {"starts_at": "2026-06-01T00:00", "ends_at": "2026-06-01T23:00", "is_all_day": True, "programme": []}
CONFIG = """[calendars]
[[city]]
path = {folder}/city
[locale]
local_timezone = Asia/Shanghai
default_timezone = Asia/Shanghai
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
timeformat = %H:%M
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
[sqlite]
path = {folder}/khal.db
"""


class Khal:
    """The program with a calendar of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "city").mkdir()
        (folder / "config").write_text(CONFIG.format(folder=folder))

    async def take(self, text: str) -> None:
        """Import a file, over what it has of the same events."""
        (self.folder / "events.ics").write_text(text, encoding="utf-8", newline="")
        await self._run("import", "--batch", "-a", "city", f"{self.folder}/events.ics")

    async def shown(self) -> list[str]:
        """What it shows of two months: day, hours and title, and whether it is cancelled or uncertain."""
        line = "{start-date} {start-time}{to-style}{end-time} {title} {status}\n"
        found = await self._run("list", "--day-format", "", "--format", line, "2026-05-01", "60d")
        return sorted(" ".join(one.removeprefix("2026-").split()) for one in found.splitlines() if one.strip())

    async def _run(self, *arguments: str) -> str:
        command = (sys.executable, "-m", "khal", "-c", f"{self.folder}/config", *arguments)
        pipes = {"stdout": asyncio.subprocess.PIPE, "stderr": asyncio.subprocess.PIPE}
        process = await asyncio.create_subprocess_exec(*command, env={**os.environ, "LC_ALL": "C.UTF-8"}, **pipes)
        out, problems = await process.communicate()
        assert process.returncode == 0, problems.decode()
        return out.decode()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_calendar_program_keeps_up_with_times_repetition_changes_and_cancellations(
    app: Starlette, tmp_path: Path
) -> None:
    await place.build()
    editor, stranger, khal = await place.person("editor", Role.EDITOR, FENGGANG), visit(app), Khal(tmp_path)

    async def publish(**values: Any) -> Event:
        row = await operations.create_event(editor, {**NIGHT, **values})
        return await operations.publish_event(editor, {"slug": row.slug, "version": row.version})

    with clock.override(MAY):
        night = await publish()
        await publish(**DAY, title="安全生产日")
        row = await publish(**LESSON)
        weekly = {"slug": row.slug, "version": row.version, "frequency": "weekly", "count": 6}
        row = await operations.repeat_event(editor, weekly)
        await khal.take(await stranger.open("/events.ics"))
        assert await khal.shown() == [
            "05-21 15:00-16:00 政策微课堂 CONFIRMED",
            "05-22 19:00-21:30 美术馆之夜 CONFIRMED",
            "05-28 15:00-16:00 政策微课堂 CONFIRMED",
            "06-01 安全生产日 CONFIRMED",
            "06-04 15:00-16:00 政策微课堂 CONFIRMED",
            "06-11 15:00-16:00 政策微课堂 CONFIRMED",
            "06-18 15:00-16:00 政策微课堂 CONFIRMED",
            "06-25 15:00-16:00 政策微课堂 CONFIRMED",
        ]
        rows = await Event.filter(series_id=row.series_id).order_by("recurs_at")  # type: ignore[attr-defined]
        later = {"reason": "下雨", "starts_at": "2026-05-23T20:00"}
        await operations.postpone_event(editor, {"slug": night.slug, "version": night.version, **later})
        for one, operation, given in (
            (rows[1], operations.postpone_event, {"reason": "讲师出差"}),
            (rows[2], operations.postpone_event, {"reason": "占用", "starts_at": "2026-06-05T10:00"}),
            (rows[3], operations.cancel_event, {"reason": "放假", "scope": "this"}),
            (rows[5], operations.cancel_event, {"reason": "学期结束", "scope": "following"}),
        ):
            await operation(editor, {"slug": one.slug, "version": one.version, **given})
        await khal.take(await stranger.open("/events.ics"))
        assert await khal.shown() == [
            "05-21 15:00-16:00 政策微课堂 CONFIRMED",
            "05-23 20:00-22:30 美术馆之夜 CONFIRMED",
            "05-28 15:00-16:00 [延期，时间待定] 政策微课堂 TENTATIVE",
            "06-01 安全生产日 CONFIRMED",
            "06-05 10:00-11:00 政策微课堂 CONFIRMED",
            "06-11 15:00-16:00 [已取消] 政策微课堂 CANCELLED",
            "06-18 15:00-16:00 政策微课堂 CONFIRMED",
            "06-25 15:00-16:00 [已取消] 政策微课堂 CANCELLED",
        ]
    await stranger.http.aclose()
