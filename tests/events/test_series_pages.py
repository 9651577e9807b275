"""Events that come again, by the staff's forms: what the public reads, the list, the calendar and the feed then say."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import feedparser
import icalendar
import pytest
import recurring_ical_events
from starlette.applications import Starlette

from civicgraph import clock
from civicgraph.bookings.operations import create_quota, register
from civicgraph.events import operations, rounds
from civicgraph.events.models import Event, EventSeries
from civicgraph.operations import Conflict, Forbidden, InvalidInput, Unavailable
from civicgraph.permissions import ANONYMOUS, Actor, Role
from tests.events.conftest import NIGHT
from tests.support import city as place
from tests.support.browser import Browser, signed_in, visit
from tests.support.city import FENGGANG, SUIYANG

MAY = datetime(2026, 5, 20, 9, tzinfo=clock.CITY_ZONE)
LESSON: dict[str, Any] = {
    **NIGHT,
    "kind": "policy_class",
    "title": "政策微课堂",
    "starts_at": "2026-05-21T15:00",
    "ends_at": "2026-05-21T16:00",
    "programme": [],
}
CHANGE = """mutation ($slug: String!, $version: Int!, $interval: Int!, $count: Int) {
  changeRepetition(input: {slug: $slug, version: $version, frequency: WEEKLY, interval: $interval, count: $count, reason: "改为隔周"}) {
    event { slug series { rule events(first: 50) { nodes { slug status } } } } errors { field code message } } }"""


@dataclass
class Site:
    """The running site on a Wednesday; a class that comes each Thursday from tomorrow on; its editor and a stranger."""

    actor: Actor
    editor: Browser
    stranger: Browser

    async def post(self, row: Event, noun: str, **values: Any) -> str:
        """Send one of the forms on the staff's page of an event; with no noun the event's own."""
        there = f"/staff/events/{row.slug}"
        await self.editor.open(there)
        return await self.editor.send(f"{there}/{noun}" if noun else "", **values)

    async def weekly(self, **values: Any) -> list[Event]:
        """The class, published and repeated by the form."""
        row = await operations.create_event(self.actor, LESSON)
        await self.post(row, "publication")
        await self.post(row, "repetition", frequency="weekly", **values)
        assert self.editor.status == 200, self.editor.text
        return await self.rows()

    async def rows(self) -> list[Event]:
        """All events, by their start."""
        return await Event.all().order_by("starts_at", "id")

    async def listed(self) -> list[tuple[str, str]]:
        """Day and hour, and title, of what the list shows, with what its tag says of each that does not take place."""
        text = await self.stranger.open("/events?kind=POLICY_CLASS&from=2026-05-01&until=2026-12-31")
        found = []
        for slug, title, rest in re.findall(r'<h3><a href="/events/([^"]+)">([^<]+)</a>(.*?)</li>', text, re.S):
            tag = next((word for word in ("已取消", "已延期") if word in rest), "")
            found.append((await self._when(slug), tag + title))
        return found

    async def _when(self, slug: str) -> str:
        row = await Event.get(slug=slug)
        return f"{row.starts_at.astimezone(clock.CITY_ZONE):%m-%d %H:%M}"

    async def subscribed(self) -> list[tuple[str, str]]:
        """The same as a phone shows it that has subscribed to the list, by an independent reader."""
        found = icalendar.Calendar.from_ical(await self.stranger.open("/events.ics?kind=POLICY_CLASS"))
        reader = recurring_ical_events.of(found, keep_recurrence_attributes=True)
        shown = reader.between(date(2026, 5, 1), date(2026, 12, 31))
        marks = {"CANCELLED": "已取消", "TENTATIVE": "已延期"}
        return sorted(
            (f"{one['DTSTART'].dt:%m-%d %H:%M}", marks.get(str(one["STATUS"]), "") + _bare(str(one["SUMMARY"])))
            for one in shown
        )

    async def fed(self) -> list[str]:
        """The titles of the Atom feed."""
        return sorted(one.title for one in feedparser.parse(await self.stranger.open("/events.atom")).entries)


def _bare(title: str) -> str:
    """A title without the mark that calendars need in front of it."""
    return re.sub(r"^\[[^]]+\] ", "", title)


@pytest.fixture
async def site(app: Starlette) -> AsyncIterator[Site]:
    with clock.override(MAY):
        await place.build()
        actor = await place.person("editor", Role.EDITOR, FENGGANG)
        made = Site(actor, await signed_in(app, actor), visit(app))
        yield made
        for browser in (made.editor, made.stranger):
            await browser.http.aclose()


async def test_by_its_forms_one_is_changed_or_those_that_follow_or_all(site: Site) -> None:
    rows = await site.weekly(count="6")
    days = ["05-21 15:00", "05-28 15:00", "06-04 15:00", "06-11 15:00", "06-18 15:00", "06-25 15:00"]
    assert await site.listed() == await site.subscribed() == [(day, "政策微课堂") for day in days]
    assert await site.fed() == ["政策微课堂"] * 6
    page = await site.stranger.open(f"/events/{rows[0].slug}")
    assert "每周，共 6 次" in page
    assert page.count(f"/events/{rows[5].slug}") == 1
    await site.post(rows[1], "", title="政策微课堂：防溺水", scope="this")
    summer = {"title": "夏季微课堂", "starts_at": "2026-06-12T10:00", "ends_at": "2026-06-12T11:00"}
    await site.post(rows[3], "", **summer, scope="following")
    titles = ["政策微课堂", "政策微课堂：防溺水", "政策微课堂", *["夏季微课堂"] * 3]
    days[3:] = ["06-12 10:00", "06-19 10:00", "06-26 10:00"]
    expected = list(zip(days, titles, strict=True))
    assert await site.listed() == await site.subscribed() == expected
    assert await site.fed() == sorted(titles)
    assert "6月11日" in await site.stranger.open(f"/events/{rows[3].slug}")  # who had noted the old day reads of it
    said = await site.post(rows[2], "", venue="新议事厅", scope="all")
    assert "系列中另有 4 场也一起改了。" in said
    found = await site.rows()
    assert [one.venue for one in found] == ["新议事厅", NIGHT["venue"], *["新议事厅"] * 4]
    assert (
        await site.listed()
        == await site.subscribed()
        == [(day, title if "防溺水" in title else "政策微课堂") for day, title in expected]
    )


@pytest.mark.parametrize(
    ("asked", "field", "words"),
    [
        ({"frequency": "weekly", "until": "2026-05-01"}, "until", "这一天在活动本身之前"),
        ({"frequency": "weekly", "weekdays": ["monday"]}, "weekdays", "这场活动本身要是规则里的第一场"),
        ({"frequency": "monthly", "monthly_on": "last_day"}, "monthly_on", "这场活动本身要是规则里的第一场"),
    ],
)
async def test_a_rule_that_leaves_the_event_out_is_told_at_the_field_that_says_it(
    site: Site, asked: dict[str, Any], field: str, words: str
) -> None:
    row = await operations.create_event(site.actor, LESSON)
    page = await site.post(row, "repetition", **asked)
    assert site.editor.status == 422
    form = page[page.index("/repetition") :]
    assert words in form
    with pytest.raises(InvalidInput) as refused:
        await operations.repeat_event(site.actor, {"slug": row.slug, "version": row.version, **asked})
    assert [one.field for one in refused.value.errors] == [field]


async def test_by_its_forms_one_is_postponed_moved_or_cancelled_with_those_after_it(site: Site) -> None:
    rows = await site.weekly(until="2026-06-25")
    await site.post(rows[1], "postponement", reason="讲师出差")
    expected = [(f"{row.starts_at.astimezone(clock.CITY_ZONE):%m-%d %H:%M}", "政策微课堂") for row in rows]
    expected[1] = ("05-28 15:00", "已延期政策微课堂")
    assert await site.listed() == await site.subscribed() == expected
    assert "讲师出差" in await site.stranger.open(f"/events/{rows[1].slug}")
    assert "待定" in await site.stranger.open("/events.atom")
    await site.post(rows[1], "postponement", reason="讲师回来了", starts_at="2026-05-30T09:00")
    expected[1] = ("05-30 09:00", "政策微课堂")
    await site.post(rows[2], "cancellation", reason="放假", scope="this")
    expected[2] = (expected[2][0], "已取消政策微课堂")
    assert await site.listed() == await site.subscribed() == expected
    await site.post(rows[4], "cancellation", reason="学期结束", scope="following")
    expected[4:] = [(day, "已取消政策微课堂") for day, _ in expected[4:]]
    assert await site.listed() == await site.subscribed() == expected
    assert sum("已取消" in one for one in await site.fed()) == 3
    page = await site.stranger.open(f"/events/{rows[5].slug}")
    assert ("学期结束" in page, page.count("已取消") >= 3) == (True, True)
    with clock.override(datetime(2026, 6, 30, 9, tzinfo=clock.CITY_ZONE)):
        await rounds.carry_on_series()
    assert len(await site.rows()) == len(rows)


async def test_another_rule_leaves_what_is_booked_and_says_what_falls_away(site: Site) -> None:
    rows = await site.weekly(count="8")
    await site.post(rows[4], "cancellation", reason="放假", scope="this")
    quota = await create_quota(
        site.actor, {"subject_kind": "event", "subject_slug": rows[1].slug, "capacity": 5, "title": "名额"}
    )
    await site.post(rows[1], "places")
    await register(ANONYMOUS, {"quota_code": quota.code, "contact_name": "李梅", "contact_phone": "13985200001"})
    # Every second week from the first on would leave out the second, for which somebody is registered.
    shown = await site.post(rows[0], "rule", interval="2", reason="改为隔周")
    assert site.editor.status == 422
    assert "这些场次照常举办" in shown
    assert "5月28日" in shown
    assert "6月4日" not in shown[shown.index('<section class="errors"') :].partition("</section>")[0]
    assert [one.status.value for one in await site.rows()].count("cancelled") == 1
    given = {"slug": rows[0].slug, "version": (await Event.get(id=rows[0].id)).version, "interval": 2}
    sent = {"query": CHANGE, "variables": given}
    headers = {"accept": "application/json"}
    answer = (await site.editor.http.post("/graphql", json=sent, headers=headers)).json()["data"]["changeRepetition"]
    assert (answer["event"], answer["errors"][0]["code"]) == (None, "CONFLICT")
    assert "5月28日" in answer["errors"][0]["message"]
    # From the second on it stays; so does the cancelled one, although the rule leaves it out.
    form = await site.editor.open(f"/staff/events/{rows[1].slug}")
    assert re.search(r'name="count"[^>]*value="7"', form)
    await site.post(rows[1], "rule", interval="2", count="5", reason="改为隔周")
    assert site.editor.status == 200, site.editor.text
    expected = [
        *(("05-21 15:00", "政策微课堂"), ("05-28 15:00", "政策微课堂"), ("06-04 15:00", "已取消政策微课堂")),
        *(("06-11 15:00", "政策微课堂"), ("06-18 15:00", "已取消政策微课堂"), ("06-25 15:00", "政策微课堂")),
        *(("07-02 15:00", "已取消政策微课堂"), ("07-09 15:00", "政策微课堂"), ("07-23 15:00", "政策微课堂")),
    ]
    assert await site.listed() == await site.subscribed() == expected
    assert "改为隔周" in await site.stranger.open(f"/events/{rows[2].slug}")
    assert "每 2 周" in await site.stranger.open(f"/events/{rows[1].slug}")
    series = await EventSeries.all().order_by("id").values_list("rule", flat=True)
    assert series == ["FREQ=WEEKLY;UNTIL=20260527T155959Z", "FREQ=WEEKLY;INTERVAL=2;COUNT=5"]
    again = await Event.get(starts_at=datetime(2026, 7, 23, 7, tzinfo=UTC))
    assert 'id="places"' in await site.stranger.open(f"/events/{again.slug}")  # places go on as well


async def test_a_draft_that_comes_again_loses_days_without_a_trace_and_gains_others(site: Site) -> None:
    row = await operations.create_event(site.actor, LESSON)
    await site.post(row, "repetition", frequency="weekly", count="4")
    kept = (await site.rows())[2]
    await site.post(kept, "", title="政策微课堂：防溺水", scope="this")
    await site.post(row, "rule", frequency="daily", interval="2", weekdays=[], count="3", reason="排得更密")
    assert site.editor.status == 200, site.editor.text
    found = [(await site._when(one.slug), one.title, one.status.value) for one in await site.rows()]
    assert found == [
        *(("05-21 15:00", "政策微课堂", "draft"), ("05-23 15:00", "政策微课堂", "draft")),
        *(("05-25 15:00", "政策微课堂", "draft"), ("06-04 15:00", "政策微课堂：防溺水", "draft")),
    ]
    assert await EventSeries.all().count() == 1


async def test_who_may_change_the_rule_and_from_which_event(site: Site) -> None:
    rows = await site.weekly(count="4")
    other = await place.person("neighbour", Role.EDITOR, SUIYANG)
    given = {"frequency": "weekly", "interval": 2, "reason": "改为隔周"}

    def of(row: Event) -> dict[str, Any]:
        return {**given, "slug": row.slug, "version": row.version}

    once = await operations.create_event(site.actor, LESSON)
    moved = await operations.postpone_event(
        site.actor,
        {"slug": rows[1].slug, "version": rows[1].version, "reason": "占用", "starts_at": "2026-05-29T15:00"},
    )
    gone = await operations.cancel_event(
        site.actor, {"slug": rows[2].slug, "version": rows[2].version, "reason": "放假", "scope": "this"}
    )
    for row in (once, moved, gone):
        with pytest.raises(Unavailable):
            await operations.change_repetition(site.actor, of(row))
    with pytest.raises(Forbidden):
        await operations.change_repetition(other, of(rows[3]))
    with pytest.raises(Conflict):
        await operations.change_repetition(site.actor, {**of(rows[3]), "version": 9})
    with pytest.raises(InvalidInput) as refused:
        await operations.change_repetition(site.actor, {**of(rows[3]), "weekdays": ["monday"]})
    assert refused.value.errors[0].field == "weekdays"
    with clock.override(datetime(2026, 6, 12, 9, tzinfo=clock.CITY_ZONE)), pytest.raises(Unavailable):
        await operations.change_repetition(site.actor, of(rows[3]))
