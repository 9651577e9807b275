"""What time does to a registration: reminders, an event that is moved, postponed or cancelled, a series of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import icalendar
import pytest
from starlette.applications import Starlette

from civicgraph import clock
from civicgraph import settings as configuration
from civicgraph.bookings import operations, rules
from civicgraph.bookings.models import Quota, Registration
from civicgraph.bookings.operations.quotas import quota_values
from civicgraph.events import operations as events
from civicgraph.events import rounds
from civicgraph.events.models import Event
from civicgraph.notifications.delivery import deliver_due
from civicgraph.operations import Unavailable
from civicgraph.permissions import Actor
from civicgraph.scheduler.heartbeat import Heartbeat
from civicgraph.settings import Settings
from tests.bookings.conftest import Offer, come
from tests.support.browser import Browser, signed_in, visit
from tests.support.mail import Mailbox

START = datetime(2031, 5, 22, 11, tzinfo=UTC)
"""Seven in the evening in the city."""
MAIL = {"contact_email": "zhang@example.cn"}


class Post:
    """The mail that a person got, as the clock goes on."""

    def __init__(self, settings: Settings, mailbox: Mailbox) -> None:
        configuration.use(settings.model_copy(update={"smtp_url": mailbox.url}))
        self.heartbeat = Heartbeat(settings, deliver_due)
        self.mailbox = mailbox

    async def at(self, moment: datetime, address: str = "zhang@example.cn") -> list[str]:
        """The subjects of all mail up to a moment; the clock ticks three times there, so that nothing comes twice."""
        for second in range(3):
            with clock.override(moment + timedelta(seconds=second)):
                await self.heartbeat.tick_once()
        return [str(mail["Subject"]) for mail in self.mailbox.to(address)]


@pytest.fixture
async def post(connected: Settings, mailbox: Mailbox, city: None) -> AsyncIterator[Post]:
    """The post, read at any time."""
    made = Post(connected, mailbox)
    yield made
    await made.heartbeat.stop()


def last_entry(mailbox: Mailbox) -> Any:
    """The calendar entry of the last mail."""
    (file,) = [
        one for one in mailbox.to("zhang@example.cn")[-1].iter_attachments() if one.get_filename() == "booking.ics"
    ]
    return icalendar.Calendar.from_ical(file.get_content()).walk("VEVENT")[0]


async def test_who_comes_is_reminded_a_day_and_two_hours_before_each_once_and_who_waits_is_not(
    offer: Offer, post: Post
) -> None:
    quota = await offer(capacity=1)
    await come(quota, **MAIL)
    await come(quota, contact_email="li@example.cn")
    assert len(await post.at(START - timedelta(hours=24, minutes=1))) == 1  # the confirmation
    day = await post.at(START - timedelta(hours=24))
    assert len(day) == 2
    assert "5月22日 周四 19:00" in day[-1]  # and not “tomorrow”: who knows when it is read
    assert len(await post.at(START - timedelta(hours=2, minutes=1))) == 2
    assert len(await post.at(START - timedelta(hours=2))) == 3
    assert len(await post.at(START + timedelta(hours=1))) == 3
    assert len(await post.at(START, "li@example.cn")) == 1


async def test_a_course_is_reminded_of_at_its_first_meeting_and_comes_again_in_the_calendar_alone(
    offer: Offer, post: Post, editor: Actor
) -> None:
    term = {"starts_at": START, "ends_at": START + timedelta(days=60, hours=1), "weekdays": [1, 3]}
    quota = await offer(**term)
    await come(quota, **MAIL)
    monday = START + timedelta(days=4)  # the term begins on a Thursday
    assert len(await post.at(monday - timedelta(hours=24, minutes=1))) == 1
    day = await post.at(monday - timedelta(hours=24))
    assert "5月26日 周一 19:00" in day[-1]
    assert len(await post.at(monday - timedelta(hours=2))) == 3
    assert len(await post.at(monday + timedelta(days=30))) == 3
    entry = last_entry(post.mailbox)
    assert entry["RRULE"]["BYDAY"] == ["MO", "WE"]
    assert entry.decoded("DTSTART") == monday
    assert [one.name for one in entry.subcomponents] == ["VALARM"]
    with clock.override(monday + timedelta(days=30)):
        row = await Quota.get(id=quota.id)
        given = {**await quota_values(row), "weekdays": [2]}
        await operations.update_quota(editor, {**given, "code": row.code, "version": row.version})
    moved = await post.at(monday + timedelta(days=30))
    assert moved[-1].startswith("有变动")
    assert last_entry(post.mailbox)["RRULE"]["BYDAY"] == ["TU"]


async def test_what_is_for_whole_days_tells_days_and_wakes_nobody_at_midnight(
    app: Starlette, night: Event, offer: Offer, post: Post
) -> None:
    midnight = START - timedelta(hours=19)
    days = {"starts_at": midnight, "ends_at": midnight + timedelta(days=3, minutes=-1), "is_all_day": True}
    await Event.filter(id=night.id).update(**days)
    quota = await offer()
    row = await come(quota, **MAIL)
    assert len(await post.at(midnight - timedelta(hours=15, minutes=1))) == 1
    reminded = await post.at(midnight - timedelta(hours=15))  # nine in the morning before
    assert (len(reminded), reminded[-1].partition("，")[2]) == (2, "5月22日 周四")
    assert len(await post.at(midnight - timedelta(hours=6))) == 3  # six in the evening before
    assert len(await post.at(midnight + timedelta(days=1))) == 3
    entry = last_entry(post.mailbox)
    assert (entry.decoded("DTSTART"), entry.decoded("DTEND")) == (date(2031, 5, 22), date(2031, 5, 25))
    assert [one.decoded("TRIGGER") for one in entry.subcomponents] == [timedelta(hours=-6)]
    page = await visit(app).open(f"/my-booking/{row.number}/{rules.secret_of(row.number)}")
    assert "2031年5月22日 周四 – 2031年5月24日 周六" in page
    assert "00:00" not in page
    assert "23:59" not in page


async def test_reminders_go_with_an_event_that_is_moved_and_end_with_one_that_is_cancelled(
    editor: Actor, night: Event, offer: Offer, post: Post
) -> None:
    await come(await offer(), **MAIL)
    await events.postpone_event(
        editor, {"slug": night.slug, "version": night.version, "reason": "暴雨", "starts_at": "2031-05-24T19:00"}
    )
    assert len(await post.at(START - timedelta(hours=24))) == 2  # taken in, moved; of the old day nothing
    entry = last_entry(post.mailbox)
    assert (entry.decoded("dtstart"), entry["status"]) == (START + timedelta(days=2), "CONFIRMED")
    assert len(await post.at(START + timedelta(hours=24))) == 3
    night = await Event.get(id=night.id)
    await events.cancel_event(editor, {"slug": night.slug, "version": night.version, "reason": "场馆检修"})
    assert len(await post.at(START + timedelta(hours=46))) == 4
    assert last_entry(post.mailbox)["status"] == "CANCELLED"
    assert len(await post.at(START + timedelta(hours=50))) == 4


async def test_places_of_a_postponed_event_wait_for_its_new_date(
    app: Starlette, editor: Actor, night: Event, offer: Offer, post: Post
) -> None:
    quota = await offer()
    row = await come(quota, **MAIL)
    night = await events.postpone_event(editor, {"slug": night.slug, "version": night.version, "reason": "暴雨"})
    subjects = await post.at(START - timedelta(days=3))
    assert "延期" in subjects[-1]
    assert last_entry(post.mailbox)["status"] == "TENTATIVE"
    assert not last_entry(post.mailbox).walk("VALARM")
    with pytest.raises(Unavailable):
        await come(quota, "李四")
    browser = visit(app)
    public = await browser.open(f"/events/{night.slug}")
    assert "新的时间定下来后继续报名" in public
    assert f"/book/{quota.code}" not in public
    own = f"/my-booking/{row.number}/{rules.secret_of(row.number)}"
    assert "原定那天不举行" in await browser.open(own)
    entry = icalendar.Calendar.from_ical(await browser.open(f"{own}/booking.ics")).walk("VEVENT")[0]
    assert entry["status"] == "TENTATIVE"
    assert len(await post.at(START - timedelta(hours=2))) == len(subjects)  # nobody is reminded of the day that is not
    with clock.override(
        START + timedelta(hours=1)
    ):  # the old day has passed: the place can still be given back, and kept
        assert f"{own}/cancellation" in await browser.open(own)
    night = await Event.get(id=night.id)
    await events.postpone_event(
        editor, {"slug": night.slug, "version": night.version, "reason": "新时间", "starts_at": "2031-06-05T19:00"}
    )
    new = START + timedelta(days=14)
    assert len(await post.at(START + timedelta(days=1))) == len(subjects) + 1
    entry = last_entry(post.mailbox)
    assert (entry.decoded("dtstart"), entry["status"]) == (new, "CONFIRMED")
    assert await come(quota, "李四")
    assert len(await post.at(new - timedelta(hours=24))) == len(subjects) + 2


async def test_events_that_come_again_offer_the_places_of_the_first_each_at_its_own_time(
    app: Starlette, editor: Actor, night: Event, offer: Offer
) -> None:
    question = {"label": "会过敏吗？", "kind": "yes"}
    first = await offer(capacity=30, title="工作坊", starts_at="2031-05-22T19:30", questions=[question])
    with clock.override(START - timedelta(days=3)):
        night = await events.repeat_event(editor, {"slug": night.slug, "version": night.version, "frequency": "weekly"})
        rows = await Event.filter(series_id=night.series_id).order_by("starts_at")  # type: ignore[attr-defined]
        quotas = await Quota.all().order_by("starts_at").prefetch_related("questions")
        assert [one.event_id for one in quotas] == [one.id for one in rows]  # type: ignore[attr-defined]
        assert {one.starts_at - row.starts_at for one, row in zip(quotas, rows, strict=True)} == {timedelta(minutes=30)}
        assert {(one.capacity, one.title, one.taken, one.questions[0].label) for one in quotas} == {
            (30, "工作坊", 0, "会过敏吗？")
        }
        assert len({one.code for one in quotas}) == len(rows) > 20
        await come(first)
    with clock.override(START + timedelta(days=30)):  # carried on at night: the new ones have them too
        await rounds.carry_on_series()
    more = await Event.filter(series_id=night.series_id).count()  # type: ignore[attr-defined]
    assert await Quota.all().count() == more > len(rows)
    assert await Registration.all().count() == 1


async def pressed(staff: Browser, there: str) -> str:
    """What the page says when the places are offered at those that follow."""
    await staff.open(there)
    return await staff.send(f"{there}/places")


async def test_places_that_were_offered_later_are_offered_at_those_that_follow_by_a_press(
    app: Starlette, editor: Actor, night: Event, offer: Offer
) -> None:
    night = await events.repeat_event(
        editor, {"slug": night.slug, "version": night.version, "frequency": "weekly", "count": 4}
    )
    second = await Event.filter(series_id=night.series_id).order_by("starts_at").offset(1).first()  # type: ignore[attr-defined]
    assert second is not None
    await operations.create_quota(editor, {"subject_kind": "event", "subject_slug": second.slug, "capacity": 12})
    staff = await signed_in(app, editor)
    there = f"/staff/events/{second.slug}"
    assert "后面各场有名额了" in await pressed(staff, there)
    quotas = await Quota.all().order_by("starts_at")
    rows = await Event.filter(series_id=night.series_id).order_by("starts_at")  # type: ignore[attr-defined]
    assert [(one.event_id, one.capacity) for one in quotas] == [(row.id, 12) for row in rows[1:]]  # type: ignore[attr-defined]
    assert "后面各场都有名额了" in await pressed(staff, there)
    assert await Quota.all().count() == 3


async def test_a_session_that_was_added_later_is_offered_at_those_that_follow_and_what_they_have_stays(
    app: Starlette, editor: Actor, night: Event, offer: Offer
) -> None:
    await offer(capacity=30)
    night = await events.repeat_event(
        editor, {"slug": night.slug, "version": night.version, "frequency": "weekly", "count": 3}
    )
    rows = await Event.filter(series_id=night.series_id).order_by("starts_at")  # type: ignore[attr-defined]
    kept = await Quota.get(event_id=rows[1].id)
    await come(kept)
    for hour in (19, 20):
        await offer(capacity=8, title="工作坊", starts_at=f"2031-05-22T{hour}:30")
    given = {"subject_kind": "event", "subject_slug": rows[2].slug, "capacity": 5, "title": "工作坊"}
    await operations.create_quota(editor, {**given, "starts_at": "2031-06-05T20:45"})  # by hand, at another time
    staff = await signed_in(app, editor)
    there = f"/staff/events/{night.slug}"
    assert "后面各场有名额了" in await pressed(staff, there)
    offered = [
        [(one.title, one.capacity, f"{one.starts_at.astimezone(clock.CITY_ZONE):%H:%M}") for one in found]
        for found in [await Quota.filter(event_id=row.id).order_by("starts_at") for row in rows[1:]]
    ]
    assert offered == [
        [("", 30, "19:00"), ("工作坊", 8, "19:30"), ("工作坊", 8, "20:30")],
        [("", 30, "19:00"), ("工作坊", 8, "19:30"), ("工作坊", 5, "20:45")],
    ]
    assert (await Quota.get(id=kept.id)).taken == 1
    assert "后面各场都有名额了" in await pressed(staff, there)
