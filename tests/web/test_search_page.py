"""The search over everything, as somebody types into it."""

from __future__ import annotations

import re

from starlette.applications import Starlette

from civicgraph import clock
from tests.events.test_pages import JUNE, Site, publish, site, titles

__all__ = ["site"]


async def test_events_that_are_coming_stand_first_the_nearest_on_top_and_then_those_that_have_been(
    site: Site, app: Starlette
) -> None:
    for day in ("05-02", "05-09", "06-13", "06-20", "06-27"):
        times = {"starts_at": f"2026-{day}T19:30", "ends_at": f"2026-{day}T21:00"}
        await publish(site, title=f"广场舞 {day}", programme=[], **times)
    with clock.override(JUNE):
        before = app.state.engine.statements
        page = await site.stranger.open("/search?q=广场舞")
        assert app.state.engine.statements == before + 1
    assert titles(page) == [f"广场舞 {day}" for day in ("06-13", "06-20", "06-27", "05-09", "05-02")]
    coming, past = re.split("<h2>往期活动</h2>", page)
    assert "广场舞 06-27" in coming
    assert "广场舞 05-09" in past
