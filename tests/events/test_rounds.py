"""The clock's round: what has ended leaves the lists' way, and comes back when it is put off."""

from __future__ import annotations

from datetime import timedelta

from civicgraph import clock
from civicgraph.events.models import Event
from civicgraph.events.operations import create_event, publish_event, update_event
from civicgraph.graph.engine import Engine
from civicgraph.permissions import ANONYMOUS, Role
from civicgraph.rounds import each_tick
from tests.support import city

UPCOMING = "{ events(filter: {isUpcoming: true}) { totalCount nodes { title } } }"


def evening(days: int) -> dict[str, object]:
    day = clock.today() + timedelta(days=days)
    return {
        "kind": "culture_night",
        "title": f"第{days}天",
        "division_code": city.FENGQUAN,
        "starts_at": f"{day}T19:00",
        "ends_at": f"{day}T21:00",
    }


async def test_what_has_ended_is_marked_and_what_is_put_off_comes_back(engine: Engine) -> None:
    await city.build()
    editor = await city.person("editor", Role.EDITOR, city.FENGGANG)
    rows = []
    for days in (1, 3):
        row = await create_event(editor, evening(days))
        rows.append(await publish_event(editor, {"slug": row.slug, "version": row.version}))

    async def upcoming() -> list[str]:
        return [one["title"] for one in (await engine.read(UPCOMING, {}, ANONYMOUS))["events"]["nodes"]]

    with clock.override(clock.now() + timedelta(days=2)):
        assert await upcoming() == ["第3天"]  # before the round, too
        await each_tick()
        assert await upcoming() == ["第3天"]
        assert [row.is_over for row in await Event.all().order_by("starts_at")] == [True, False]
        first = rows[0]
        await update_event(editor, {**evening(9), "slug": first.slug, "version": first.version})
        await each_tick()
        assert await upcoming() == ["第3天", "第9天"]
