"""What is for the whole city, or for a whole county, is found by who looks near, or in a place of it."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest
from starlette.applications import Starlette

from civicgraph import clock
from civicgraph.events import operations
from civicgraph.graph.engine import Engine
from civicgraph.permissions import ANONYMOUS
from tests.bookings.test_plans import BIG
from tests.events.test_pages import CITY_EDITOR, MORNING, Site, site, titles
from tests.support.city import CITY, FENGGANG, FENGQUAN, HONGQIAO, LONGQUAN, SUIYANG
from tests.support.plans import gone_through

__all__ = ["site"]

MONTH: dict[str, Any] = {
    "kind": "safety_drill",
    "summary": "",
    "starts_at": "2026-06-01T00:00",
    "ends_at": "2026-06-30T00:00",
    "is_all_day": True,
}


async def _listed(title: str, code: str, **values: Any) -> None:
    row = await operations.create_event(CITY_EDITOR, {**MONTH, "title": title, "division_code": code, **values})
    await operations.publish_event(CITY_EDITOR, {"slug": row.slug, "version": row.version})


async def _everywhere() -> None:
    for title, code in (("全市安全月", CITY), ("全县演练", FENGGANG), ("社区演练", FENGQUAN), ("邻县演练", SUIYANG)):
        await _listed(title, code)


def _there(page: str, words: str) -> str | None:
    found = re.search(rf'<a href="([^"]+)">{words}</a>', page)
    return unescape(found[1]) if found else None


async def test_near_a_community_what_is_for_the_whole_city_stands_last(site: Site, app: Starlette) -> None:
    with clock.override(MORNING):
        await _everywhere()
        before = app.state.engine.statements
        page = await site.stranger.open(f"/events/near?within={FENGQUAN}")
        assert app.state.engine.statements == before + 1
        assert titles(page) == ["社区演练", "全县演练", "全市安全月"]
        assert "面向全市" in page.split("全县演练")[1]
        for number in range(10):
            await _listed(f"全市第{number}场", CITY, starts_at="2026-05-25T00:00")
        more = re.findall(r'href="(/events\?above=[^"]+)"', await site.stranger.open(f"/events/near?within={FENGQUAN}"))
        assert len(titles(await site.stranger.open(unescape(more[0])))) == 11


EVERYWHERE = ["全市安全月", "全县演练", "社区演练", "邻县演练"]


@pytest.mark.parametrize(
    ("code", "own", "words", "above"),
    [
        (FENGGANG, ["全市安全月", "全县演练", "社区演练"], "其中 1 场面向全市", ["全市安全月"]),
        (
            FENGQUAN,
            ["全市安全月", "全县演练", "社区演练"],
            "其中 2 场面向全街道（乡镇）、全县或全市",
            ["全市安全月", "全县演练"],
        ),
        (
            LONGQUAN,
            ["全市安全月", "全县演练", "社区演练"],
            "其中 2 场面向全街道（乡镇）、全县或全市",
            ["全市安全月", "全县演练"],
        ),
        (HONGQIAO, ["全市安全月", "邻县演练"], "其中 2 场面向全街道（乡镇）、全县或全市", ["全市安全月", "邻县演练"]),
        (CITY, EVERYWHERE, "", []),
    ],
)
async def test_the_lists_the_feeds_and_the_page_of_a_place_hold_what_is_for_more_than_it(
    site: Site, app: Starlette, code: str, own: list[str], words: str, above: list[str]
) -> None:
    with clock.override(MORNING):
        await _everywhere()
        for address in (f"/events?within={code}&kind=SAFETY_DRILL", f"/places/{code}"):
            before = app.state.engine.statements
            page = await site.stranger.open(address)
            assert app.state.engine.statements == before + 1
            assert sorted(titles(page)) == sorted(own), address
        for feed in ("ics", "atom"):
            before = app.state.engine.statements
            text = await site.stranger.open(f"/events.{feed}?within={code}")
            assert app.state.engine.statements == before + 1
            assert [one for one in EVERYWHERE if one in text] == own, feed
            assert ("包括面向上级区域" in text.replace("\r\n ", "")) is (code != CITY)
        page = await site.stranger.open(f"/events?within={code}&kind=SAFETY_DRILL")
        assert ("其中" in page) == bool(words)
        if words:
            there = _there(page, words)
            assert there is not None
            assert "kind=SAFETY_DRILL" in there
            assert sorted(titles(await site.stranger.open(there))) == sorted(above)
            assert "只列出面向更大范围" in site.stranger.text
        assert "其中" not in await site.stranger.open(f"/events?within={code}&kind=CONSULTATION")


async def test_the_calendar_of_what_is_for_more_than_a_place_holds_just_that(site: Site) -> None:
    with clock.override(MORNING):
        await _everywhere()
        text = await site.stranger.open(f"/events.ics?above={FENGGANG}")
    assert "SUMMARY:全市安全月" in text
    assert "全县演练" not in text


async def test_the_home_page_begins_with_what_is_near_the_chosen_place(site: Site, app: Starlette) -> None:
    with clock.override(MORNING):
        await _everywhere()
        for number in range(5):
            await _listed(f"邻县第{number}场", HONGQIAO, starts_at="2026-05-25T00:00")
        assert titles(await site.stranger.open("/")) == [f"邻县第{number}场" for number in range(5)]
        site.stranger.http.cookies.set("place", quote(f"{FENGQUAN}|凤泉社区"))
        before = app.state.engine.statements
        page = await site.stranger.open("/")
        assert app.state.engine.statements == before + 1
        near = titles(page)
        assert (near[0], set(near[1:3]), len(near)) == ("社区演练", {"全市安全月", "全县演练"}, 5)
        assert "离您近的在前" in page


@pytest.mark.parametrize("by", ["above", "concerns"])
@pytest.mark.parametrize("code", [FENGGANG, LONGQUAN, FENGQUAN])
async def test_what_is_for_more_than_a_place_is_found_by_an_index(engine: Engine, code: str, by: str) -> None:
    text = "query($asked: EventFilter) { events(filter: $asked) { nodes { slug } } }"
    days = {"startsFrom": "2026-05-01", "startsBefore": "2026-06-01"}
    for asked in ({by: code, "isUpcoming": True}, {by: code, **days}):
        plan, values = engine.prepared(text, {"asked": asked}, ANONYMOUS)
        assert not await gone_through(plan.statement, engine.parameters(plan.slots, values, ANONYMOUS), BIG)


@pytest.mark.parametrize("address", ["/events/calendar?month=2026-06", "/events/week?from=2026-06-08"])
async def test_a_month_and_a_week_of_a_place_say_how_much_is_for_all(site: Site, address: str) -> None:
    with clock.override(MORNING):
        await _everywhere()
        page = await site.stranger.open(f"{address}&within={FENGGANG}")
        assert {"全市安全月", "全县演练"} <= set(re.findall("|".join(EVERYWHERE), page))
        there = _there(page, "其中 1 场面向全市")
        assert there is not None
        assert titles(await site.stranger.open(there)) == ["全市安全月"]
        assert "面向全市" not in await site.stranger.open(address)
