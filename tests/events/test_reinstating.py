"""A cancellation or a postponement that was a mistake is taken back: for the public, in calendars, and for who registered."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import icalendar
import pytest
from starlette.applications import Starlette

from civicgraph import clock
from civicgraph.bookings import rules
from civicgraph.bookings.models import CallReason, Quota, QuotaStatus, Registration, RegistrationState
from civicgraph.bookings.operations import cancel_registration, close_quota, create_quota, register
from civicgraph.events import operations, rounds
from civicgraph.events.models import Event, EventStatus
from civicgraph.notifications.delivery import deliver_due
from civicgraph.notifications.models import OutboxMessage
from civicgraph.operations import Conflict, Forbidden, InvalidInput, Unavailable
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import ANONYMOUS, Role
from civicgraph.scheduler.heartbeat import Heartbeat
from civicgraph.settings import Settings
from tests.bookings.test_time import Post, last_entry
from tests.events.conftest import NIGHT
from tests.events.test_series_pages import Site
from tests.support import city as place
from tests.support.browser import signed_in, visit
from tests.support.city import FENGGANG, SUIYANG
from tests.support.mail import Mailbox

MAY = datetime(2026, 5, 20, 9, tzinfo=clock.CITY_ZONE)
START = datetime(2026, 5, 22, 19, tzinfo=clock.CITY_ZONE)
REINSTATE = """mutation ($slug: String!, $version: Int!) {
  reinstateEvent(input: {slug: $slug, version: $version, reason: "取消错了"}) {
    event { status reinstatedAt statusReason } errors { code } } }"""


@pytest.fixture
async def site(app: Starlette) -> AsyncIterator[Site]:
    with clock.override(MAY):
        await place.build()
        actor = await place.person("editor", Role.EDITOR, FENGGANG)
        made = Site(actor, await signed_in(app, actor), visit(app))
        yield made
        for browser in (made.editor, made.stranger):
            await browser.http.aclose()


async def night(site: Site, **values: Any) -> Event:
    row = await operations.create_event(site.actor, {**NIGHT, **values})
    return await operations.publish_event(site.actor, {"slug": row.slug, "version": row.version})


async def offer(site: Site, row: Event, **values: Any) -> Quota:
    return await create_quota(site.actor, {"subject_kind": "event", "subject_slug": row.slug, "capacity": 2, **values})


async def come(quota: Quota, name: str, **values: Any) -> Registration:
    given = await register(ANONYMOUS, {"quota_code": quota.code, "contact_name": name, **values})
    row: Registration = given["registration"]
    return row


async def states(quota: Quota) -> dict[str, RegistrationState]:
    rows = await Registration.filter(quota_id=quota.id).order_by("id")
    return {row.contact_name: row.state for row in rows}


async def entry(site: Site, row: Event) -> Any:
    """What a phone that has the event in its calendar gets."""
    file = await site.stranger.open(f"/events/{row.slug}.ics")
    return icalendar.Calendar.from_ical(file).walk("VEVENT")[0]


async def again(row: Event) -> dict[str, Any]:
    row = await Event.get(id=row.id)
    return {"slug": row.slug, "version": row.version}


async def test_by_the_staffs_form_an_event_takes_place_after_all_and_page_calendar_and_feed_say_so(site: Site) -> None:
    row = await night(site)
    await site.post(row, "cancellation", reason="场馆停电")
    cancelled = await entry(site, row)
    assert cancelled["STATUS"] == "CANCELLED"
    await site.post(row, "reinstatement", reason="电修好了")
    assert "已恢复举行" in site.editor.text
    page = await site.stranger.open(f"/events/{row.slug}")
    assert "活动照常举行，之前的取消或延期通知作废。" in page
    assert "电修好了" in page
    assert "场馆停电" not in page
    after = await entry(site, row)
    assert after["STATUS"] == "CONFIRMED"
    assert after["SEQUENCE"] > cancelled["SEQUENCE"]
    assert "电修好了" in after["DESCRIPTION"]
    assert "活动照常举行" in await site.stranger.open("/events.atom")
    site.stranger.http.cookies.set("lang", "en")
    assert "This event takes place after all." in await site.stranger.open(f"/events/{row.slug}")
    entered = await AuditEntry.all().order_by("-id").first()
    assert entered is not None
    assert (entered.operation, entered.changes) == (
        "reinstate_event",
        {"status": ["cancelled", "published"], "status_reason": ["场馆停电", "电修好了"]},
    )
    assert "撤销了活动的取消或延期" in await site.editor.open(f"/staff/events/{row.slug}/history")
    with clock.override(START + timedelta(days=1)):
        assert "活动照常举行" not in await site.stranger.open(f"/events/{row.slug}")


async def test_who_held_a_place_holds_it_again_in_their_order_unless_they_gave_it_back(site: Site) -> None:
    row = await night(site)
    quota = await offer(site, row)
    mail = {"contact_email": "zhang@example.cn"}
    first = await come(quota, "张三", **mail)
    second = await come(quota, "李四", contact_email="li@example.cn")
    for name in ("王五", "赵六"):
        await come(quota, name, contact_email=f"{name}@example.cn")
    await site.post(row, "cancellation", reason="场馆停电")
    given = {"number": second.number, "secret": rules.secret_of(second.number)}
    await cancel_registration(ANONYMOUS, given)
    assert (await states(quota))["王五"] is RegistrationState.WAITING  # nobody moves up to what does not take place
    with pytest.raises(Unavailable):
        await come(quota, "孙七")
    await site.post(row, "reinstatement", reason="电修好了")
    assert await states(quota) == {
        "张三": RegistrationState.CONFIRMED,
        "李四": RegistrationState.CANCELLED,
        "王五": RegistrationState.CONFIRMED,
        "赵六": RegistrationState.WAITING,
    }
    quota = await Quota.get(id=quota.id)
    assert (quota.status, quota.taken, quota.waiting) == (QuotaStatus.OPEN, 2, 1)
    told = await OutboxMessage.filter(template="booking_reinstated").order_by("id")
    assert [one.values["number"] for one in told] == [
        one.number for one in await Registration.exclude(id=second.id).order_by("id")
    ]
    assert [one.values["state"] for one in told] == ["confirmed", "waiting", "waiting"]
    await first.refresh_from_db()
    assert first.confirmed_at is not None
    assert (await come(quota, "周八")).state is RegistrationState.WAITING


async def test_the_message_brings_the_calendars_entry_back_and_reminders_come_again(
    connected: Settings, mailbox: Mailbox, site: Site
) -> None:
    post = Post(connected, mailbox)
    row = await night(site)
    quota = await offer(site, row)
    await come(quota, "张三", contact_email="zhang@example.cn")
    await site.post(row, "cancellation", reason="场馆停电")
    await post.at(MAY + timedelta(hours=1))
    gone = last_entry(mailbox)
    await operations.reinstate_event(site.actor, {**await again(row), "reason": "电修好了"})
    assert "恢复举行" in (await post.at(MAY + timedelta(hours=2)))[-1]
    back = last_entry(mailbox)
    assert (gone["STATUS"], back["STATUS"]) == ("CANCELLED", "CONFIRMED")
    assert back["SEQUENCE"] > gone["SEQUENCE"]
    assert back["UID"] == gone["UID"]
    count = len(await post.at(MAY + timedelta(hours=3)))
    assert len(await post.at(START - timedelta(hours=24))) == count + 1
    with clock.override(MAY + timedelta(hours=4)):  # cancelled once more: they are told once more
        await operations.cancel_event(site.actor, {**await again(row), "reason": "又停电了"})
    await post.at(START - timedelta(hours=23))
    assert last_entry(mailbox)["STATUS"] == "CANCELLED"
    await post.heartbeat.stop()


async def test_a_place_that_was_kept_for_a_yes_is_kept_for_as_long_again(connected: Settings, site: Site) -> None:
    row = await night(site)
    quota = await offer(site, row, capacity=1, hold_minutes=60)
    first = await come(quota, "张三")
    await come(quota, "李四", contact_email="li@example.cn")
    await cancel_registration(ANONYMOUS, {"number": first.number, "secret": rules.secret_of(first.number)})
    assert (await states(quota))["李四"] is RegistrationState.OFFERED
    await site.post(row, "cancellation", reason="场馆停电")
    heartbeat = Heartbeat(connected, deliver_due)
    with clock.override(MAY + timedelta(hours=5)):
        await heartbeat.tick_once()
        assert (await states(quota))["李四"] is RegistrationState.OFFERED  # nobody could say yes meanwhile
        await operations.reinstate_event(site.actor, {**await again(row), "reason": "电修好了"})
    kept = await Registration.get(quota_id=quota.id, contact_name="李四")
    assert kept.offered_until == MAY + timedelta(hours=6)
    with clock.override(MAY + timedelta(hours=7)):
        await heartbeat.tick_once()
    await heartbeat.stop()
    assert (await states(quota))["李四"] is RegistrationState.EXPIRED


async def test_who_left_no_email_is_called_and_a_registration_that_was_closed_stays_closed(site: Site) -> None:
    row = await night(site)
    quota = await offer(site, row)
    await come(quota, "张三", contact_phone="13800138000")
    await close_quota(site.actor, {"code": quota.code, "version": quota.version})
    await site.post(row, "cancellation", reason="场馆停电")
    await site.post(row, "reinstatement", reason="电修好了")
    assert (await Registration.get(quota_id=quota.id)).call_about is CallReason.REINSTATED
    assert (await Quota.get(id=quota.id)).status is QuotaStatus.CLOSED


async def test_a_postponement_is_taken_back_and_one_that_was_postponed_before_it_was_cancelled_is_so_again(
    site: Site,
) -> None:
    row = await night(site)
    quota = await offer(site, row)
    await come(quota, "张三", contact_email="zhang@example.cn")
    await site.post(row, "postponement", reason="暴雨")
    assert (await entry(site, row))["STATUS"] == "TENTATIVE"
    await site.post(row, "cancellation", reason="场馆停电")
    await site.post(row, "reinstatement", reason="电修好了，还等天气")
    row = await Event.get(id=row.id)
    assert (row.status, row.reinstated_at, row.status_reason) == (EventStatus.POSTPONED, None, "电修好了，还等天气")
    quota = await Quota.get(id=quota.id)
    assert (quota.status, quota.is_on_hold) == (QuotaStatus.OPEN, True)
    await site.post(row, "reinstatement", reason="天晴了")
    assert (await Event.get(id=row.id)).status is EventStatus.PUBLISHED
    assert not (await Quota.get(id=quota.id)).is_on_hold
    assert (await entry(site, row))["STATUS"] == "CONFIRMED"
    told = await OutboxMessage.all().order_by("id").values_list("template", flat=True)
    assert list(told)[1:] == [
        *("booking_postponed", "booking_called_off", "booking_postponed", "booking_reinstated"),
    ]


async def test_a_cancelled_draft_is_a_draft_again(site: Site) -> None:
    row = await operations.create_event(site.actor, NIGHT)
    await site.post(row, "cancellation", reason="不办了")
    await site.post(row, "reinstatement", reason="还是要办")
    row = await Event.get(id=row.id)
    assert (row.status, row.reinstated_at) == (EventStatus.DRAFT, None)
    await site.stranger.open(f"/events/{row.slug}")
    assert site.stranger.status == 404


async def test_a_series_comes_back_as_far_as_is_said_and_is_carried_on(site: Site) -> None:
    row = await night(site)
    await site.post(row, "repetition", frequency="weekly")
    rows = await site.rows()
    await site.post(rows[1], "cancellation", reason="国庆停一次", scope="this")
    await site.post(rows[3], "cancellation", reason="不办了", scope="following")
    with clock.override(MAY + timedelta(days=30)):
        await rounds.carry_on_series()
    assert len(await site.rows()) == len(rows)
    await site.post(rows[3], "reinstatement", reason="接着办", scope="all")
    off = [one.id for one in await site.rows() if one.status is EventStatus.CANCELLED]
    assert off == [rows[1].id]
    file = icalendar.Calendar.from_ical(await site.stranger.open("/events.ics"))
    assert [one["STATUS"] for one in file.walk("VEVENT") if "RRULE" in one] == ["CONFIRMED"]
    with clock.override(MAY + timedelta(days=30)):
        await rounds.carry_on_series()
    assert len(await site.rows()) > len(rows)
    slots = [one.starts_at for one in await site.rows()]
    assert {later - one for one, later in pairwise(slots)} == {timedelta(days=7)}


async def test_only_this_one_of_a_series_comes_back_where_that_is_said(site: Site) -> None:
    row = await night(site)
    await site.post(row, "repetition", frequency="weekly", count="4")
    rows = await site.rows()
    await site.post(rows[1], "cancellation", reason="不办了", scope="following")
    await site.post(rows[2], "reinstatement", reason="这一场照办", scope="this")
    assert [one.status.value for one in await site.rows()] == ["published", "cancelled", "published", "cancelled"]


async def test_over_graphql_and_who_may(site: Site) -> None:
    row = await night(site)
    with pytest.raises(Unavailable):
        await operations.reinstate_event(site.actor, {**await again(row), "reason": "没取消过"})
    await operations.cancel_event(site.actor, {**await again(row), "reason": "场馆停电"})
    old = {"slug": row.slug, "version": row.version}
    for role, where in ((Role.AUTHOR, FENGGANG), (Role.EDITOR, SUIYANG)):
        with pytest.raises(Forbidden):
            await operations.reinstate_event(
                await place.person(role.value + where, role, where), {**await again(row), "reason": "电修好了"}
            )
    with pytest.raises(Conflict):
        await operations.reinstate_event(site.actor, {**old, "reason": "电修好了"})
    with pytest.raises(InvalidInput):
        await operations.reinstate_event(site.actor, {**await again(row), "reason": " "})
    asked = {"query": REINSTATE, "variables": await again(row)}
    headers = {"origin": "http://127.0.0.1:8000", "accept": "application/json"}
    answer = (await site.editor.http.post("/graphql", json=asked, headers=headers)).json()["data"]["reinstateEvent"]
    assert answer["errors"] == []
    assert (answer["event"]["status"], answer["event"]["statusReason"]) == ("PUBLISHED", "取消错了")
    assert answer["event"]["reinstatedAt"]


async def test_what_has_passed_is_not_taken_back_and_a_new_day_makes_it_possible(site: Site) -> None:
    row = await night(site)
    quota = await offer(site, row)
    await come(quota, "张三", contact_email="zhang@example.cn")
    await operations.cancel_event(site.actor, {**await again(row), "reason": "场馆停电"})
    with clock.override(START + timedelta(days=2)):
        with pytest.raises(Unavailable) as passed:
            await operations.reinstate_event(site.actor, {**await again(row), "reason": "电修好了"})
        assert "原定的日子已经过了" in passed.value.errors[0].message
        moved = {"starts_at": "2026-05-29T19:00", "ends_at": "2026-05-29T21:30", "programme": []}
        await operations.update_event(site.actor, {**NIGHT, **await again(row), **moved})
        assert not await OutboxMessage.filter(template="booking_changed").exists()
        await operations.reinstate_event(site.actor, {**await again(row), "reason": "电修好了"})
    assert (await Event.get(id=row.id)).status is EventStatus.PUBLISHED
    (told,) = await OutboxMessage.filter(template="booking_reinstated")
    assert told.values["starts_at"][:10] == "2026-05-29"


async def test_a_move_that_was_a_mistake_is_taken_back_by_moving_it_to_the_day_that_was_announced(site: Site) -> None:
    row = await night(site)
    await site.post(row, "postponement", reason="看错了日历", starts_at="2026-05-23T19:00")
    assert "5月22日" in await site.stranger.open(f"/events/{row.slug}")
    assert (await Event.get(id=row.id)).previous_starts_at == START
    await site.post(row, "postponement", reason="还是原来那天", starts_at="2026-05-22T19:00")
    row = await Event.get(id=row.id)
    assert (row.starts_at, row.previous_starts_at) == (START, None)
    assert "5月23日" not in await site.stranger.open(f"/events/{row.slug}")
