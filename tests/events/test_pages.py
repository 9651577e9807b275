"""The pages of events, as a browser without JavaScript walks them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from html import unescape

import pytest
from starlette.applications import Starlette

from civicgraph import clock
from civicgraph.accounts.models import Grant, Person
from civicgraph.events import operations
from civicgraph.events.models import Event, EventStatus, ProgrammeItem
from civicgraph.permissions import Actor, Held, Role
from tests.events.conftest import NIGHT
from tests.support import city as place
from tests.support.browser import Browser, signed_in, visit
from tests.support.city import CITY, FENGGANG, FENGQUAN, SUIYANG

MORNING = datetime(2026, 5, 22, 9, tzinfo=clock.CITY_ZONE)
CITY_EDITOR = Actor(kind="person", name="editor of the city", grants=(Held(Role.EDITOR, CITY),))
JUNE = datetime(2026, 6, 10, 9, tzinfo=clock.CITY_ZONE)


@dataclass
class Site:
    """The running site, and who uses it."""

    actor: Actor
    stranger: Browser
    editor: Browser
    neighbour: Browser


@pytest.fixture
async def site(app: Starlette) -> AsyncIterator[Site]:
    """The small city behind the whole application."""
    await place.build()
    actor = await place.person("editor", Role.EDITOR, FENGGANG)
    other = await place.person("neighbour", Role.EDITOR, SUIYANG)
    made = Site(actor, visit(app), await signed_in(app, actor), await signed_in(app, other))
    yield made
    for browser in (made.stranger, made.editor, made.neighbour):
        await browser.http.aclose()


async def publish(site: Site, **values: object) -> Event:
    """A published event."""
    row = await operations.create_event(site.actor, {**NIGHT, **values})
    return await operations.publish_event(site.actor, {"slug": row.slug, "version": 1})


async def test_what_is_on_stands_in_the_list_and_what_has_been_one_link_away(site: Site) -> None:
    await publish(site)
    with clock.override(MORNING):
        assert "美术馆之夜" in await site.stranger.open("/events")
        assert "美术馆之夜" not in await site.stranger.open("/events?past=1")
    with clock.override(JUNE):
        assert "美术馆之夜" not in await site.stranger.open("/events")
        assert "美术馆之夜" in await site.stranger.open("/events?past=1")
        assert "美术馆之夜" in await site.stranger.open("/events?from=2026-05-22&until=2026-05-22")


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("q=雕塑", True),
        ("q=足球", False),
        ("kind=CULTURE_NIGHT", True),
        ("kind=culture_night", True),
        ("kind=SAFETY_DRILL", False),
        ("kind=nonsense", True),
        (f"within={FENGQUAN}", True),
        (f"within={FENGGANG}", True),
        (f"within={SUIYANG}", False),
        ("from=2026-05-22", True),
        ("from=2026-05-23", False),
        ("until=2026-05-21", False),
        ("from=nonsense", True),
        ("until=9999-12-31", True),
        ("group=FAMILIES", True),
        ("group=OLDER_PEOPLE", False),
        ("access=STEP_FREE", True),
        ("access=CAPTIONS", False),
        ("free=true", False),
        ("price=5", True),
        ("price=4.99", False),
        ("price=五块", True),
        ("q=茶点", True),
        ("q=龙泉镇美术路", True),
    ],
)
async def test_the_list_is_narrowed_by_its_address(site: Site, query: str, is_found: bool) -> None:
    for_all = {"groups": ["families", "teenagers"], "accessibility": ["step_free", "sign_language"], "price_fen": 500}
    await publish(site, **for_all, description="开场前有茶点。", address="龙泉镇美术路1号")
    with clock.override(MORNING):
        whole = await site.stranger.open(f"/events?{query}")
        assert site.stranger.status == 200
        assert ("美术馆之夜" in whole) is is_found
        part = await site.stranger.open(f"/events?{query}", **{"hx-request": "true"})
    assert ("美术馆之夜" in part) is is_found
    assert "<html" not in part


@pytest.mark.parametrize(
    ("today", "saturday", "sunday"),
    [("2026-05-18", "2026-05-23", "2026-05-24"), ("2026-05-23", "2026-05-23", "2026-05-24"), ("2026-05-24",) * 3],
)
async def test_this_weekend_is_one_link_away(site: Site, today: str, saturday: str, sunday: str) -> None:
    await publish(site, starts_at="2026-05-24T19:00", ends_at="2026-05-24T21:00", programme=[])
    with clock.override(datetime.fromisoformat(f"{today}T09:00+08:00")):
        page = await site.stranger.open("/events")
        (link,) = re.findall(r'href="([^"]+)"[^>]*>本周末<', page)
        address = link.replace("&amp;", "&")
        assert (saturday if today != sunday else "2026-05-23") in address
        assert sunday in address
        assert "美术馆之夜" in await site.stranger.open(address)
        assert re.search(r'aria-current="page"[^>]*>本周末<', site.stranger.text)


async def test_the_counties_are_tiles_with_what_is_coming_up_in_each(site: Site, app: Starlette) -> None:
    for title, values in (("第一场", {"group": "families"}), ("第二场", {}), ("绥阳的", {"division_code": SUIYANG})):
        groups = [values.pop("group")] if "group" in values else []
        await operations.publish_event(CITY_EDITOR, await _draft(title=title, groups=groups, **values))
    await operations.publish_event(CITY_EDITOR, await _draft(title="全市的", division_code=CITY))
    with clock.override(MORNING):
        before = app.state.engine.statements
        page = await site.stranger.open("/events/map")
        assert app.state.engine.statements == before + 1
        assert tiles(page) == {FENGGANG: "2", SUIYANG: "1"}
        assert "另有 1 场面向全市" in page
        assert tiles(await site.stranger.open("/events/map?group=FAMILIES")) == {FENGGANG: "1", SUIYANG: "0"}
        assert 'class="t-' not in await site.stranger.open("/events/map?from=2026-05-23")
        part = await site.stranger.open("/events/map?kind=CULTURE_NIGHT", **{"hx-request": "true"})
        assert "<html" not in part
        (there,) = re.findall(rf'<a class="t-{SUIYANG}[^"]*" href="([^"]+)"', part)
        assert titles(await site.stranger.open(unescape(there))) == ["绥阳的", "全市的"]
        assert "各县（市、区）的列表里也有" in part
    with clock.override(JUNE):
        assert "没有符合条件的活动" in await site.stranger.open("/events/map")


@pytest.mark.parametrize("address", ["/events/map", "/", "/grievances/map"])
async def test_the_tiles_bear_names_that_readers_of_english_can_read(site: Site, address: str) -> None:
    await operations.publish_event(CITY_EDITOR, await _draft())
    with clock.override(MORNING):
        assert re.findall(r'<a class="t-520327[^>]*><span>([^<]+)</span>', await site.stranger.open(address)) == [
            "凤冈"
        ]
        site.stranger.http.cookies.set("lang", "en")
        page = await site.stranger.open(address)
    assert re.findall(r'<a class="t-520327[^>]*><span>([^<]+)</span>', page) == ["Feng\u00adgang"]  # it may break there


def tiles(text: str) -> dict[str, str]:
    """The figure of each county."""
    return dict(re.findall(r'<a class="t-(\d+) v-\w+"[^>]*><span>[^<]+</span><b>([^<]+)</b>', text))


async def _draft(**values: object) -> dict[str, object]:
    row = await operations.create_event(CITY_EDITOR, {**NIGHT, **values})
    return {"slug": row.slug, "version": row.version}


async def test_whom_it_is_for_and_what_is_done_for_everybody_stand_on_its_page(site: Site) -> None:
    row = await publish(site, groups=["older_people"], accessibility=["step_free", "large_print"])
    page = await site.stranger.open(f"/events/{row.slug}")
    assert all(words in page for words in ("特别适合", "老年人", "无台阶通行", "大字材料"))
    staff = await site.editor.open(f"/staff/events/{row.slug}")
    assert 'value="OLDER_PEOPLE" checked' in staff or 'value="older_people" checked' in staff


@pytest.mark.parametrize("path", ["/events?within=999999999999", "/events/nothing", "/events?after=nonsense"])
async def test_what_is_not_there_is_said_so(site: Site, path: str) -> None:
    await site.stranger.open(path)
    assert site.stranger.status in (400, 404)


async def test_pages_go_on_and_back_by_cursors(site: Site) -> None:
    for number in range(45):
        day = f"2026-06-{number % 28 + 1:02d}"
        await publish(site, title=f"活动{number:02d}", starts_at=f"{day}T08:00", ends_at=f"{day}T09:00", programme=[])
    seen: list[str] = []
    with clock.override(MORNING):
        await site.stranger.open("/events?kind=CULTURE_NIGHT")
        pages = 1
        first = titles(site.stranger.text)
        seen += first
        while (onward := link(site.stranger.text, "next")) is not None:
            assert "kind=CULTURE_NIGHT" in onward
            seen += titles(await site.stranger.open(onward))
            pages += 1
        assert (pages, len(set(seen))) == (3, 45)
        for _ in range(2):
            back = link(site.stranger.text, "prev")
            assert back is not None
            await site.stranger.open(back)
        assert titles(site.stranger.text) == first
        assert link(site.stranger.text, "prev") is None


async def test_a_month_shows_its_days_and_what_goes_on_for_several(site: Site) -> None:
    await publish(site)
    month = {"starts_at": "2026-05-20T00:00", "ends_at": "2026-06-20T00:00", "is_all_day": True, "programme": []}
    await publish(site, **month, title="安全生产月")
    for number in range(5):
        await publish(
            site, title=f"同日{number}", starts_at="2026-05-09T08:00", ends_at="2026-05-09T09:00", programme=[]
        )
    with clock.override(MORNING):
        may = await site.stranger.open("/events/calendar?month=2026-05")
        assert may.count("美术馆之夜") == 1
        assert [f"同日{number}" in may for number in range(5)] == [True, True, True, False, False]
        assert "from=2026-05-09&amp;until=2026-05-09" in may
        june = await site.stranger.open("/events/calendar?month=2026-06")
        assert "安全生产月" in june
        assert "美术馆之夜" not in june
        for odd in ("9999-12", "0001-01", "2026-13", "x", ""):
            await site.stranger.open(f"/events/calendar?month={odd}")
            assert site.stranger.status == 200


async def test_a_drawn_event_says_when_where_and_what(site: Site) -> None:
    row = await publish(site)
    with clock.override(MORNING):
        text = await site.stranger.open(f"/events/{row.slug}")
        for words in ("美术馆之夜", "凤冈美术馆", "红色主题雕塑展", "19:00–21:30", "凤泉社区"):
            assert words in text
        assert "/staff/" not in text.split("<main")[1].split("</main")[0]
        await operations.cancel_event(site.actor, {"slug": row.slug, "version": row.version, "reason": "大雨改期"})
        assert "大雨改期" in await site.stranger.open(f"/events/{row.slug}")


async def test_an_editor_enters_publishes_and_cancels_an_event(site: Site) -> None:
    page = site.editor
    await page.open("/staff/events/new?kind=culture_night")
    await page.send(
        kind="culture_night",
        title="河边音乐会",
        division_code=FENGQUAN,
        starts_at="2026-06-20T19:00",
        ends_at="2026-06-20T21:00",
        price_fen="8.5",
        topics="音乐\n夜色",
        **{"programme__0__kind": "performance", "programme__0__title": "乐队"},
    )
    assert page.status == 200
    row = await Event.get(title="河边音乐会")
    assert (row.price_fen, row.topics, row.status) == (850, ["音乐", "夜色"], EventStatus.DRAFT)
    assert await ProgrammeItem.filter(event=row).count() == 1
    await site.stranger.open(f"/events/{row.slug}")
    assert site.stranger.status == 404
    late = await page.send(programme__0__starts_at="2026-06-21T09:00")  # above the form it says which item is meant
    assert "活动内容第 1 项 “乐队”，开始：时间要在整场活动之内" in re.sub(r"<[^>]+>", "", unescape(late))
    await page.send(title="河边音乐会（加场）", programme__0__starts_at="")
    assert await ProgrammeItem.filter(event=row).count() == 1
    await page.send(f"/staff/events/{row.slug}/publication")
    await row.refresh_from_db()
    assert (row.title, row.status) == ("河边音乐会（加场）", EventStatus.PUBLISHED)
    await page.send(f"/staff/events/{row.slug}/cancellation", reason="")
    assert page.status == 422
    await page.send(f"/staff/events/{row.slug}/cancellation", reason="台风")
    await row.refresh_from_db()
    assert (row.status, row.status_reason) == (EventStatus.CANCELLED, "台风")
    assert "台风" in await site.stranger.open(f"/events/{row.slug}")


async def test_what_was_typed_stays_when_something_is_wrong(site: Site) -> None:
    page = site.editor
    await page.open("/staff/events/new?kind=culture_night")
    text = await page.send(
        kind="talk", title="夜" * 200, starts_at="2026-06-20T19:00", ends_at="2026-06-19T19:00", summary="说得好好的"
    )
    assert page.status == 422
    assert "夜" * 200 in text
    assert "说得好好的" in text
    assert 'aria-invalid="true"' in text
    assert not await Event.all().count()


async def test_the_second_editor_sees_both_versions_and_may_save_again(site: Site) -> None:
    row = await publish(site)
    page = site.editor
    await page.open(f"/staff/events/{row.slug}")
    items = [{"kind": "market", "title": "文创市集"}]
    await operations.update_event(
        site.actor, {**NIGHT, "slug": row.slug, "version": row.version, "venue": "新馆", "programme": items}
    )
    text = await page.send(venue="老馆")
    assert page.status == 409
    for words in ("新馆", "老馆", "文创市集"):
        assert words in text
    await page.send()
    assert page.status == 200
    assert (await Event.get(id=row.id)).venue == "老馆"


async def test_staff_pages_are_closed_to_strangers_and_to_the_neighbours(site: Site) -> None:
    row = await publish(site)
    for path in ("/staff/events", "/staff/events/new?kind=culture_night", f"/staff/events/{row.slug}"):
        answer = await site.stranger.http.get(path)
        assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/sign-in")
    assert "美术馆之夜" not in (await site.neighbour.open("/staff/events")).split("<main")[1]
    text = await site.neighbour.open(f"/staff/events/{row.slug}")
    assert 'name="title"' not in text
    assert "美术馆之夜" in await site.editor.open("/staff/events?status=PUBLISHED&q=雕塑")
    assert "美术馆之夜" not in (await site.editor.open("/staff/events?status=DRAFT")).split("<main")[1]
    assert site.editor.status == 200


async def test_the_history_says_who_changed_what(site: Site) -> None:
    row = await publish(site)
    text = await site.editor.open(f"/staff/events/{row.slug}/history")
    assert site.editor.status == 200
    table = text[text.index("<tbody>") : text.index("</tbody>")]
    assert table.count("<tr>") == 2  # entered, published; who writes there reads it, an auditor or not
    assert "editor" in table
    assert "<tbody>" not in await site.neighbour.open(f"/staff/events/{row.slug}/history")


def titles(text: str) -> list[str]:
    """The titles of a list, in order."""
    return re.findall(r'<h3><a href="/events/[^"]+">([^<]+)</a>', text)


def link(text: str, rel: str) -> str | None:
    """Where the link to the next or previous page leads."""
    found = re.search(rf'<a class="btn quiet" rel="{rel}" href="([^"]+)"', text)
    return unescape(found[1]) if found else None


async def test_an_earlier_version_is_opened_looked_at_and_saved(site: Site) -> None:
    row = await operations.create_event(site.actor, NIGHT)
    there = f"/staff/events/{row.slug}"
    await site.editor.open(there)
    await site.editor.send(
        title="改了的标题",
        starts_at="2026-05-23T19:00",
        ends_at="2026-05-23T21:00",
        programme__0__title="改了的节目",
        programme__1__starts_at="2026-05-23T20:00",
    )
    await site.editor.open(there)
    await site.editor.send(title="又改了的标题", groups="older_people")
    history = await site.editor.open(f"{there}/history")
    middle, first = re.findall(rf'href="({there}\?as_of=\d+)"', history)  # the latest is what it is
    opened = await site.editor.open(middle)
    assert "保存之前什么都不会改变" in opened
    assert 'value="改了的标题"' in opened
    opened = await site.editor.open(first)
    assert 'value="美术馆之夜"' in opened
    before = await Event.get(id=row.id)
    assert before.title == "又改了的标题"
    await site.editor.send()
    now = await Event.get(id=row.id)
    assert (now.title, now.starts_at, now.groups) == ("美术馆之夜", row.starts_at, [])
    items = await ProgrammeItem.filter(event_id=row.id).order_by("position").values_list("title", "starts_at")
    assert items == [("红色主题雕塑展", None), ("乐队演唱", datetime(2026, 5, 22, 20, tzinfo=clock.CITY_ZONE))]
    await site.editor.open(f"{there}?as_of=999999")
    assert site.editor.status == 404
    await site.neighbour.open(first)
    assert site.neighbour.status in (403, 404)


async def test_who_edits_in_two_places_chooses_one(app: Starlette, site: Site) -> None:
    await publish(site)
    row = await Person.get(username="editor")
    await Grant.create(person=row, role=Role.EDITOR, division_id=SUIYANG)
    text = await site.editor.open("/staff/events")
    assert f'<option value="{SUIYANG}" selected>绥阳县' in text
    assert "美术馆之夜" not in text.split("<main")[1]
    assert "美术馆之夜" in await site.editor.open(f"/staff/events?within={FENGGANG}")
    assert "美术馆之夜" in await site.editor.open(f"/staff/events?within={FENGQUAN}")
