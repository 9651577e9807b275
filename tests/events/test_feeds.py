"""Events as other programs take them: calendars, feed readers, search engines, chat programs, paper."""

from __future__ import annotations

import io
import json
import re
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import feedparser
import icalendar
import pytest
import recurring_ical_events
from PIL import Image
from starlette.applications import Starlette
from tortoise.connection import get_connection
from xmlschema import XMLSchema11

from civicgraph import clock
from civicgraph.bookings.operations import create_quota, register, update_quota
from civicgraph.events import operations
from civicgraph.events.feeds import linked, picture
from civicgraph.events.models import Event
from civicgraph.graph.engine import Engine
from civicgraph.permissions import ANONYMOUS, Actor, Role
from civicgraph.web.templating import document
from tests.events.conftest import NIGHT
from tests.support import city as place
from tests.support.browser import Browser, visit
from tests.support.city import CITY, FENGGANG, FENGQUAN, SUIYANG

MORNING = datetime(2026, 5, 20, 9, tzinfo=clock.CITY_ZONE)
RFC_4287 = XMLSchema11(Path(__file__).parent.parent / "support/atom.xsd")
ATOM = "{http://www.w3.org/2005/Atom}"
CLASS: dict[str, Any] = {
    **NIGHT,
    "kind": "policy_class",
    "title": "政策微课堂",
    "summary": "社区干部讲解。",
    "venue": "社区会议室",
    "organiser": "凤泉社区居委会",
    "starts_at": "2026-05-21T15:00",
    "ends_at": "2026-05-21T16:00",
    "programme": [],
}


class Site:
    """The small city, its editor and a stranger, at a morning in May."""

    def __init__(self, actor: Actor, stranger: Browser) -> None:
        self.actor, self.stranger = actor, stranger

    async def publish(self, **values: Any) -> Event:
        row = await operations.create_event(self.actor, {**NIGHT, **values})
        return await operations.publish_event(self.actor, {"slug": row.slug, "version": row.version})

    async def weekly(self, **rule: Any) -> Event:
        row = await self.publish(**CLASS)
        values = {"slug": row.slug, "version": row.version, "frequency": "weekly", **rule}
        return await operations.repeat_event(self.actor, values)

    async def nth(self, n: int) -> Event:
        return (await Event.filter(series_id__isnull=False).order_by("recurs_at"))[n]

    async def calendar(self, query: str = "") -> icalendar.Calendar:
        text = await self.stranger.open(f"/events.ics{query}")
        assert self.stranger.status == 200
        return icalendar.Calendar.from_ical(text)


@pytest.fixture
async def site(app: Starlette) -> AsyncIterator[Site]:
    with clock.override(MORNING):
        await place.build()
        made = Site(await place.person("editor", Role.EDITOR, FENGGANG), visit(app))
        yield made
        await made.stranger.http.aclose()


def starts(found: icalendar.Calendar, first: date, last: date) -> list[tuple[str, str, str]]:
    """What an independent reader of calendars shows between two days: start, title and status."""
    shown = recurring_ical_events.of(found, keep_recurrence_attributes=True).between(first, last)
    return sorted((f"{one['DTSTART'].dt:%m-%d %H:%M}", str(one["SUMMARY"]), str(one["STATUS"])) for one in shown)


async def test_a_phone_that_subscribes_sees_each_event_at_its_time_in_the_citys_zone(site: Site) -> None:
    row = await site.publish()
    found = await site.calendar()
    (entry,) = found.walk("VEVENT")
    assert entry["DTSTART"].dt == datetime(2026, 5, 22, 19, tzinfo=clock.CITY_ZONE)
    assert entry["DTSTART"].params["TZID"] == "Asia/Shanghai"
    assert entry["DTEND"].dt - entry["DTSTART"].dt == timedelta(hours=2, minutes=30)
    assert [str(one["TZID"]) for one in found.walk("VTIMEZONE")] == ["Asia/Shanghai"]
    assert entry["URL"].endswith(f"/events/{row.slug}")
    assert "凤冈美术馆" in entry["LOCATION"]
    assert str(entry["STATUS"]) == "CONFIRMED"
    assert not [line for line in found.to_ical().splitlines() if len(line) > 75]


async def test_what_changes_is_known_again_and_newer(site: Site) -> None:
    row = await site.publish()
    (before,) = (await site.calendar()).walk("VEVENT")
    later = {"slug": row.slug, "version": row.version, "reason": "下雨", "starts_at": "2026-05-29T19:00"}
    row = await operations.postpone_event(site.actor, later)
    (moved,) = (await site.calendar()).walk("VEVENT")
    assert moved["DTSTART"].dt == datetime(2026, 5, 29, 19, tzinfo=clock.CITY_ZONE)
    assert "5月22日" in moved["DESCRIPTION"]
    assert "下雨" in moved["DESCRIPTION"]
    row = await operations.postpone_event(site.actor, {"slug": row.slug, "version": row.version, "reason": "停电"})
    (waits,) = (await site.calendar()).walk("VEVENT")
    assert str(waits["STATUS"]) == "TENTATIVE"
    assert "待定" in waits["SUMMARY"]
    await operations.cancel_event(site.actor, {"slug": row.slug, "version": row.version, "reason": "不办了"})
    (gone,) = (await site.calendar()).walk("VEVENT")
    assert str(gone["STATUS"]) == "CANCELLED"
    entries = (before, moved, waits, gone)
    assert len({str(one["UID"]) for one in entries}) == 1
    sequences = [one["SEQUENCE"] for one in entries]
    assert sequences == sorted(set(sequences))
    assert [one["LAST-MODIFIED"].dt for one in entries] == sorted(one["LAST-MODIFIED"].dt for one in entries)


async def test_a_series_is_one_rule_with_its_exceptions(site: Site) -> None:
    await site.weekly()
    second, third, fourth = await site.nth(1), await site.nth(2), await site.nth(3)
    await operations.cancel_event(
        site.actor, {"slug": second.slug, "version": second.version, "reason": "放假", "scope": "this"}
    )
    await operations.postpone_event(
        site.actor, {"slug": third.slug, "version": third.version, "reason": "占用", "starts_at": "2026-06-05T10:00"}
    )
    await operations.update_event(
        site.actor,
        {**CLASS, "slug": fourth.slug, "version": fourth.version, "scope": "this", "title": "政策微课堂：防溺水"}
        | {"starts_at": fourth.starts_at, "ends_at": fourth.ends_at},
    )
    found = await site.calendar()
    entries = found.walk("VEVENT")
    assert len({str(one["UID"]) for one in entries}) == 1
    assert len([one for one in entries if "RRULE" in one]) == 1
    assert len([one for one in entries if "RECURRENCE-ID" in one]) == 3
    assert starts(found, date(2026, 5, 18), date(2026, 6, 26)) == [
        ("05-21 15:00", "政策微课堂", "CONFIRMED"),
        ("05-28 15:00", "[已取消] 政策微课堂", "CANCELLED"),
        ("06-05 10:00", "政策微课堂", "CONFIRMED"),
        ("06-11 15:00", "政策微课堂：防溺水", "CONFIRMED"),
        ("06-18 15:00", "政策微课堂", "CONFIRMED"),
        ("06-25 15:00", "政策微课堂", "CONFIRMED"),
    ]


async def test_the_address_of_a_series_leads_to_the_next_that_takes_place(site: Site) -> None:
    await site.weekly(count=5)
    second = await site.nth(1)
    await operations.cancel_event(
        site.actor, {"slug": second.slug, "version": second.version, "reason": "放假", "scope": "this"}
    )
    entries = (await site.calendar()).walk("VEVENT")
    (whole,) = (one for one in entries if "RRULE" in one)
    (called_off,) = (one for one in entries if "RECURRENCE-ID" in one)
    assert called_off["URL"].endswith(f"/events/{second.slug}")
    assert whole["URL"] in whole["DESCRIPTION"]
    for day, number in (("05-20", 0), ("05-21", 0), ("05-22", 2), ("06-10", 3), ("06-18", 4), ("07-30", 4)):
        with clock.override(datetime.fromisoformat(f"2026-{day}T09:00+08:00")):
            there = await site.stranger.http.get(whole["URL"])
            assert (there.status_code, there.headers["location"]) == (302, f"/events/{(await site.nth(number)).slug}")
    assert (await site.stranger.http.get("/events/nothing/next")).status_code == 404


@pytest.mark.parametrize("ends", ["cancelled", "counted", "dated"])
async def test_a_series_that_ends_ends_in_the_calendar_too(site: Site, ends: str) -> None:
    rule = {"counted": {"count": 5}, "dated": {"until": "2026-06-18"}}.get(ends, {})
    await site.weekly(**rule)
    if ends == "cancelled":
        sixth = await site.nth(5)
        await operations.cancel_event(
            site.actor, {"slug": sixth.slug, "version": sixth.version, "reason": "结束", "scope": "following"}
        )
    held = [one for one in starts(await site.calendar(), date(2026, 5, 1), date(2028, 1, 1)) if one[2] == "CONFIRMED"]
    assert [one[0] for one in held] == ["05-21 15:00", "05-28 15:00", "06-04 15:00", "06-11 15:00", "06-18 15:00"]


async def test_months_later_the_calendar_still_agrees_with_the_list(site: Site) -> None:
    await site.weekly(count=20)
    with clock.override(MORNING + timedelta(days=75)):
        found = await site.calendar()
    (whole,) = (one for one in found.walk("VEVENT") if "RRULE" in one)
    assert whole["DTSTART"].dt >= datetime(2026, 7, 1, tzinfo=clock.CITY_ZONE)
    rows = await Event.filter(recurs_at__gte=datetime(2026, 7, 1, tzinfo=clock.CITY_ZONE)).order_by("starts_at")
    expected = [f"{row.starts_at.astimezone(clock.CITY_ZONE):%m-%d %H:%M}" for row in rows]
    assert [one[0] for one in starts(found, date(2026, 7, 1), date(2027, 12, 31))] == expected


async def test_days_without_hours_are_whole_days_in_the_calendar(site: Site) -> None:
    await site.publish(starts_at="2026-06-01T00:00", ends_at="2026-06-30T23:00", is_all_day=True, programme=[])
    (entry,) = (await site.calendar()).walk("VEVENT")
    assert (entry["DTSTART"].dt, entry["DTEND"].dt) == (date(2026, 6, 1), date(2026, 7, 1))


QUERIES = {
    "": 2,
    "?kind=POLICY_CLASS": 1,
    f"?within={FENGQUAN}": 2,
    f"?within={SUIYANG}": 0,
    "?q=雕塑": 1,
    "?venue=社区会议室": 1,
    "?organiser=凤泉社区居委会": 1,
}


async def test_a_feed_keeps_the_filter_of_its_list(site: Site) -> None:
    await site.publish()
    await site.publish(**CLASS)
    draft = await operations.create_event(site.actor, {**NIGHT, "title": "还没公布"})
    for query, count in QUERIES.items():
        found = await site.calendar(query)
        assert len(found.walk("VEVENT")) == count, query
        assert draft.title.encode() not in found.to_ical()
        shown = await site.stranger.open(f"/events{query}")
        link = re.search(r'href="(webcal://[^"]*)"', shown)
        assert bool(link) is bool(count)
        if link and "kind" in query:
            assert link[1].endswith("/events.ics?kind=POLICY_CLASS")


async def test_a_feed_keeps_what_it_may_cost(site: Site) -> None:
    await site.publish(price_fen=3_000)
    await site.publish(**CLASS)
    for query, found in (("?price=30", 2), ("?price=29.99", 1), ("?free=true", 1)):
        assert len((await site.calendar(query)).walk("VEVENT")) == found, query
        assert f"/events.ics{query}" in await site.stranger.open(f"/events{query}")


async def test_a_feed_that_has_not_changed_is_not_sent_again_and_is_one_statement(site: Site) -> None:
    await site.weekly()
    engine = site.stranger.http._transport.app.state.engine  # type: ignore[attr-defined]
    for path in ("/events.ics", "/events.atom"):
        before = engine.statements
        first = await site.stranger.http.get(path)
        assert engine.statements == before + 1
        again = await site.stranger.http.get(path, headers={"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
    with clock.override(MORNING + timedelta(hours=3)):
        later = await site.stranger.http.get("/events.atom", headers={"if-none-match": first.headers["etag"]})
        assert later.status_code == 304
        row = await site.nth(0)
        gone = {"slug": row.slug, "version": row.version, "reason": "停电", "scope": "this"}
        await operations.cancel_event(site.actor, gone)
        changed = await site.stranger.http.get("/events.atom", headers={"if-none-match": first.headers["etag"]})
        assert changed.status_code == 200


async def test_an_atom_feed_keeps_the_rules_of_its_standard(site: Site) -> None:
    """RFC 4287, 4.1: what a feed and its entries must have, once each; and an independent reader takes it."""
    await site.publish(title="夜 <b>&\x0b", summary='"引号" & 尖括号 <i>')
    await site.publish(**CLASS)
    text = await site.stranger.open("/events.atom?kind=&within=")
    assert [f"{one}" for one in RFC_4287.iter_errors(text)] == []
    for broken in (
        text.replace("T", " "),
        text.replace("<id>", "<ID>").replace("</id>", "</ID>"),
        _without_links(text),
    ):
        assert not RFC_4287.is_valid(broken)
    feed = Xml.fromstring(text)
    for one in (feed, *feed.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(one.findall(f"{ATOM}{name}")) == 1, name
        assert re.fullmatch(r"tag:[^,]+,2026:/\S+", one.findtext(f"{ATOM}id") or "")
        for name in ("updated", "published"):
            for found in one.findall(f"{ATOM}{name}"):
                assert datetime.fromisoformat(found.text or "").tzinfo is not None
        links = [(link.get("rel"), link.get("type")) for link in one.findall(f"{ATOM}link")]
        assert len(set(links)) == len(links)
        assert ("alternate", "text/html") in links
        assert all((link.get("href") or "").startswith("http") for link in one.findall(f"{ATOM}link"))
    assert feed.find(f"{ATOM}author/{ATOM}name") is not None
    assert len({one.findtext(f"{ATOM}id") for one in feed.iter(f"{ATOM}entry")}) == 2
    read = feedparser.parse(text)
    assert not read.bozo
    assert sorted(one.title for one in read.entries) == ["夜 <b>&", "政策微课堂"]
    assert read.entries[0].updated_parsed >= read.entries[1].updated_parsed


def _without_links(text: str) -> str:
    return re.sub("<link [^>]*/>", "", text)


async def test_an_event_tells_search_engines_and_chat_programs_what_it_is(site: Site) -> None:
    row = await site.publish(title="夜</script><script>alert(1)</script>", price_fen=800)
    page = await site.stranger.open(f"/events/{row.slug}")
    assert "<script>alert" not in page
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    found = json.loads(block)
    assert found["name"] == row.title
    assert found["startDate"] == "2026-05-22T19:00:00+08:00"
    assert found["eventStatus"] == "https://schema.org/EventScheduled"
    assert found["location"]["name"] == "凤冈美术馆"
    assert (found["offers"]["price"], found["isAccessibleForFree"]) == ("8.00", False)
    assert [one["name"] for one in found["subEvent"]] == ["乐队演唱"]
    assert 'property="og:image" content="http' in page
    await operations.cancel_event(site.actor, {"slug": row.slug, "version": row.version, "reason": "停电"})
    page = await site.stranger.open(f"/events/{row.slug}")
    assert "https://schema.org/EventCancelled" in page
    assert _offered(page) == "Discontinued"


def _offered(page: str) -> str:
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    return str(json.loads(block)["offers"]["availability"]).removeprefix("https://schema.org/")


async def test_search_engines_are_told_whether_one_can_still_come(site: Site) -> None:
    row = await site.publish(programme=[])
    path = f"/events/{row.slug}"
    assert _offered(await site.stranger.open(path)) == "InStock"
    given = {"subject_kind": "event", "subject_slug": row.slug, "capacity": 1}
    quota = await create_quota(site.actor, {**given, "opens_at": clock.now() + timedelta(hours=1)})
    assert _offered(await site.stranger.open(path)) == "PreOrder"
    key = {"code": quota.code, "version": quota.version, "capacity": 1}
    await update_quota(site.actor, key)
    assert _offered(await site.stranger.open(path)) == "InStock"
    await register(ANONYMOUS, {"quota_code": quota.code, "contact_name": "张三"})
    assert _offered(await site.stranger.open(path)) == "SoldOut"


def test_nothing_in_a_block_of_data_ends_it() -> None:
    hostile = "</script><!--<script>&amp;\u2028'"
    text = str(linked.script({"a": hostile}))
    inside = text.removeprefix('<script type="application/ld+json">').removesuffix("</script>")
    assert not set("<>&'\u2028") & set(inside)
    assert json.loads(inside) == {"a": hostile}


async def test_the_short_link_the_poster_the_picture_and_the_file_lead_to_the_event(site: Site) -> None:
    row = await site.publish()
    short = await site.stranger.http.get(f"/e/{row.id}")
    assert (short.status_code, short.headers["location"]) == (302, f"/events/{row.slug}")
    poster = await site.stranger.open(f"/events/{row.slug}/poster")
    assert f"/e/{row.id}" in poster
    assert "<svg" in poster
    picture_of = await site.stranger.http.get(f"/events/{row.slug}/picture.png")
    assert Image.open(io.BytesIO(picture_of.content)).size == (1200, 630)
    assert picture_of.headers["content-type"] == "image/png"
    one = await site.stranger.http.get(f"/events/{row.slug}.ics")
    assert [str(entry["SUMMARY"]) for entry in icalendar.Calendar.from_ical(one.text).walk("VEVENT")] == ["美术馆之夜"]
    draft = await operations.create_event(site.actor, NIGHT)
    for path in (f"/e/{draft.id}", f"/events/{draft.slug}/poster", f"/events/{draft.slug}/picture.png", "/e/999999"):
        assert (await site.stranger.http.get(path)).status_code == 404


def test_a_picture_without_a_chinese_font_has_its_date_and_no_boxes(monkeypatch: pytest.MonkeyPatch) -> None:
    words = picture.Words("5月", "22", "凤泉社区", "夜", "5月22日", "美术馆", "", "家门口")
    monkeypatch.setattr(picture, "_PLACES", ())
    picture._chinese.cache_clear()
    picture.drawn.cache_clear()
    bare = picture.drawn(words)
    assert not picture.has_chinese()
    picture._chinese.cache_clear()
    picture.drawn.cache_clear()
    assert Image.open(io.BytesIO(bare)).size == (1200, 630)


async def test_events_are_found_by_week_near_by_venue_and_by_organiser(site: Site) -> None:
    night, lesson = await site.publish(), await site.publish(**CLASS)
    week = await site.stranger.open("/events/week?from=2026-05-22")
    assert week.index(lesson.title) < week.index(night.title)
    assert night.title not in await site.stranger.open("/events/week?from=2026-05-25")
    assert night.title not in await site.stranger.open("/events/week?kind=POLICY_CLASS")
    assert "您住在哪里" in await site.stranger.open("/events/near")
    assert night.title in await site.stranger.open(f"/events/near?within={FENGQUAN}")
    venue = await site.stranger.open(f"/venues/{lesson.venue}")
    assert lesson.title in venue
    assert night.title not in venue
    assert lesson.title in await site.stranger.open(f"/organisers/{lesson.organiser}")
    await site.stranger.open("/venues/没有这个地方")
    assert site.stranger.status == 404


CHOSEN: tuple[dict[str, Any], ...] = (
    *({}, {"kind": ["POLICY_CLASS"]}, {"within": FENGGANG}, {"maxPriceFen": 3_000}),
    *({"within": FENGQUAN}, {"venue": "x"}, {"organiser": "x"}),
)


async def test_a_feed_walks_an_index_whatever_its_filter(engine: Engine) -> None:
    connection = get_connection("default")
    if connection.capabilities.dialect != "sqlite":
        return  # the plan of an empty PostgreSQL says nothing
    names = ("recent", "first", "second", "third", "fourth")
    for chosen in CHOSEN:
        filters = {**chosen, "startsFrom": "2026-05-01", "startsBefore": "2026-06-01"}
        running = {**chosen, "endsFrom": "2026-05-20", "startsBefore": "2026-05-20"}
        variables = {"place": CITY, "running": running, **dict.fromkeys(names, filters)}
        plan, coerced = engine.prepared(document("events/feeds/coming"), variables, ANONYMOUS)
        values = engine.parameters(plan.slots, coerced, ANONYMOUS)
        steps = await connection.execute_query_dict(f"EXPLAIN QUERY PLAN {plan.statement}", values)
        details = [step["detail"] for step in steps]
        assert not [one for one in details if one.startswith("SCAN event") or "TEMP B-TREE" in one], (chosen, details)
