"""The pages of places, as a browser without JavaScript walks them: a resident's minute, the staff's evening."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from urllib.parse import urlsplit

import icalendar
import pytest
from starlette.applications import Starlette

from civicgraph import clock
from civicgraph.bookings import rules
from civicgraph.bookings.models import Quota, Registration, RegistrationState
from civicgraph.bookings.pages import door as pages_at_door
from civicgraph.divisions.models import Division
from civicgraph.events import operations as events
from civicgraph.events.models import Event
from civicgraph.notifications.models import OutboxMessage
from civicgraph.notifications.rendering import render_message
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import Actor
from tests.bookings.conftest import LATER, Offer, come
from tests.support.browser import Browser, signed_in, visit
from tests.support.city import FENGGANG, FENGQUAN

QUESTIONS = [
    {"label": "想画什么？", "kind": "choice", "choices": ["红军街", "赤水"], "is_required": True},
    {"label": "会过敏吗？", "kind": "yes"},
]


async def book(browser: Browser, quota: Quota, **values: object) -> str:
    """Fill in and send the form of a quota; the text of the page that it leads to."""
    await browser.open(f"/book/{quota.code}")
    return await browser.send(f"/book/{quota.code}", **{"contact_name": "赵大妈", **values})


def heading(text: str) -> str:
    found = re.search(r"<h1>(.*?)</h1>", text, re.S)
    assert found
    return unescape(found[1]).strip()


def box(text: str) -> str:
    """The words of the box on the event's page."""
    found = re.search(r'<section class="panel booking-box".*?</section>', text, re.S)
    assert found
    return unescape(re.sub(r"<[^>]+>|\s+", " ", found[0]))


async def test_a_resident_books_sees_their_own_state_and_gives_the_place_back_by_the_link(
    app: Starlette, offer: Offer, night: Event
) -> None:
    quota = await offer(capacity=2, max_people=2, min_age=6, questions=QUESTIONS)
    resident = visit(app)
    assert "还剩 2 个名额（共 2 个）" in box(await resident.open(f"/events/{night.slug}"))
    refused = await book(resident, quota, people="2", ages="30")
    assert resident.status == 422
    assert "请写出每个人的年龄" in refused
    assert "想画什么？：请填写这一项" in re.sub(r"<[^>]+>", "", refused)  # above the form each question is named
    assert 'value="赵大妈"' in refused
    wrong = await resident.send(f"/book/{quota.code}", ages="30、8", answers__0__text="茅台", answers__1__text="true")
    assert resident.status == 422, wrong
    booked = await resident.send(f"/book/{quota.code}", answers__0__text="赤水", answers__1__text="true")
    assert heading(booked) == "您已报上名，2 个名额"
    assert "<svg" in booked
    row = await Registration.get()
    assert row.number in booked
    own = urlsplit(resident.address).path
    assert own == f"/my-booking/{row.number}/{rules.secret_of(row.number)}"
    page = box(await resident.open(f"/events/{night.slug}"))
    assert "您已报上名，2 个名额" in page
    assert "还剩" not in page
    stranger = visit(app)
    assert "2 个名额已满" in box(await stranger.open(f"/events/{night.slug}"))
    waiting = await book(stranger, quota, ages="70", answers__0__text="赤水")
    assert heading(waiting) == "您排在候补第 1 位"
    assert "第 1 位" in box(await stranger.open(f"/events/{night.slug}"))
    await resident.open(own)
    await resident.send(f"{own}/people", people="1")
    again = await stranger.open(urlsplit(await _own(stranger)).path)
    assert heading(again) == "您已报上名，1 个名额"
    await resident.open(own)
    gone = await resident.send(f"{own}/cancellation")
    assert heading(gone) == "已取消"
    assert "还剩 1 个名额" in box(await resident.open(f"/events/{night.slug}"))


async def test_places_of_a_session_are_not_taken_for_those_of_the_whole_event(
    app: Starlette, offer: Offer, editor: Actor, night: Event
) -> None:
    await events.update_event(editor, {**LATER, "slug": night.slug, "version": night.version, "capacity": 300})
    await offer(capacity=12, title="手绘帆布包")
    page = await visit(app).open(f"/events/{night.slug}")
    words = " ".join(box(page).split())
    assert "只有下面这些环节要报名，其余部分不用报名，直接来就行。 全场可容纳 300 人。" in words
    assert "手绘帆布包 还剩 12 个名额（共 12 个）" in words
    assert re.search(r"<dt>全场可容纳</dt>\s*<dd>300 人\s*</dd>", page), "beside the session the room says whose it is"
    await offer(capacity=100)
    page = await visit(app).open(f"/events/{night.slug}")
    words = " ".join(box(page).split())
    assert "不用报名" not in words
    assert "整场活动 还剩 100 个名额（共 100 个）" in words
    assert "手绘帆布包 还剩 12 个名额（共 12 个）" in words
    assert "其中需报名 100 人" in page


async def _own(browser: Browser) -> str:
    """The address of the last registration that the browser knows."""
    _, number, secret = browser.http.cookies["bookings"].split("~")[0].strip('"').split(".")
    return f"/my-booking/{number}/{secret}"


async def test_who_is_too_many_for_what_is_free_reads_so_before_sending_and_comes_with_fewer_by_one_press(
    app: Starlette, offer: Offer, night: Event
) -> None:
    quota = await offer(capacity=3, max_people=3)
    await come(quota, "一", people=2)
    family, later = visit(app), visit(app)
    form = await family.open(f"/book/{quota.code}")
    assert "现在有 1 个空位：不超过 1 位，马上就有名额" in form
    waiting = await book(family, quota, people="3", contact_email="zhao@example.cn")
    assert heading(waiting) == "您排在候补第 1 位"
    assert "您排在第一位，在等 3 个名额" in waiting
    letter = await OutboxMessage.get(template="booking_step")
    for locale, said in (("zh", "如果只来 1 位，马上就能给您"), ("en", "if one person comes, it is yours at once")):
        assert said in render_message(letter.template, letter.values, locale)[1]
    assert "空出的名额先给排队的人" in box(await later.open(f"/events/{night.slug}"))
    assert "现在有 1 个空位" not in await later.open(f"/book/{quota.code}")  # whoever comes later waits behind them
    assert "在等 3 个名额" not in await book(later, quota, people="2")
    own = await _own(family)
    await family.open(own)
    assert heading(await family.send(f"{own}/people")) == "您已报上名，1 个名额"
    assert "空位" not in await later.open(await _own(later))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_who_waits_leaves_the_list_and_a_kept_place_wants_a_yes(app: Starlette, offer: Offer) -> None:
    quota = await offer(capacity=1, hold_minutes=60)
    first, second, third = visit(app), visit(app), visit(app)
    for one in (first, second, third):
        await book(one, quota)
    own = await _own(second)
    await second.open(own)
    await second.send(f"{own}/cancellation")
    theirs = await _own(first)
    await first.open(theirs)
    await first.send(f"{theirs}/cancellation")
    kept = await _own(third)
    assert heading(await third.open(kept)) == "名额为您留着"
    assert heading(await third.send(f"{kept}/acceptance")) == "您已报上名，1 个名额"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_wrong_link_is_no_page_and_a_forged_cookie_knows_nothing(
    app: Starlette, offer: Offer, night: Event
) -> None:
    quota = await offer(capacity=5)
    row = await come(quota)
    browser = visit(app)
    for secret in ("WRONG", rules.secret_of("OTHER1")):
        for path in ("", "/booking.ics"):
            await browser.open(f"/my-booking/{row.number}/{secret}{path}")
            assert browser.status == 404
    browser.http.cookies.set("bookings", f"{quota.code}.{row.number}.WRONG~x~..")
    assert "还剩 4 个名额" in box(await browser.open(f"/events/{night.slug}"))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_the_calendar_file_says_when_and_where_and_that_it_was_cancelled(
    app: Starlette, offer: Offer, night: Event
) -> None:
    browser = visit(app)
    await book(browser, await offer(capacity=2, title="剪纸"))
    own = await _own(browser)
    event = icalendar.Calendar.from_ical(await browser.open(f"{own}/booking.ics")).walk("VEVENT")[0]
    assert event.decoded("dtstart") == night.starts_at
    assert event.decoded("dtend") == night.ends_at
    assert event["summary"] == "美术馆之夜 · 剪纸"
    assert event["status"] == "CONFIRMED"
    before = int(event["sequence"])
    await browser.open(own)
    await browser.send(f"{own}/cancellation")
    event = icalendar.Calendar.from_ical(await browser.open(f"{own}/booking.ics")).walk("VEVENT")[0]
    assert event["status"] == "CANCELLED"
    assert int(event["sequence"]) > before


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_staff_offer_places_on_the_page_of_an_event_and_lowering_below_what_is_taken_is_refused(
    app: Starlette, editor: Actor, night: Event
) -> None:
    staff = await signed_in(app, editor)
    assert "现在不用报名就能来" in await staff.open(f"/staff/events/{night.slug}")
    await staff.open(f"/staff/bookings/new?kind=event&slug={night.slug}")
    await staff.send(title="剪纸", capacity="3", max_people="2", has_waiting_list="true")
    assert "名额已经开放" in staff.text
    quota = await Quota.get()
    assert (quota.capacity, quota.starts_at, quota.has_waiting_list) == (3, night.starts_at, True)
    for name in ("一", "二"):
        await come(quota, name, people=1)
    await staff.open(f"/staff/bookings/{quota.code}/edit")
    refused = await staff.send(capacity="1")
    assert staff.status == 422
    assert "已有 2 个名额被占用" in refused
    await staff.send(capacity="2", note="请带剪刀")
    assert "保存" in staff.text
    assert (await Quota.get()).capacity == 2
    await staff.send(f"/staff/bookings/{quota.code}/closure")
    assert "报名已关闭。" in box(await visit(app).open(f"/events/{night.slug}"))


async def test_where_no_venue_is_named_the_place_is_told(app: Starlette, offer: Offer, night: Event) -> None:
    quota = await offer(capacity=5, max_people=3)
    await Quota.filter(id=quota.id).update(venue="")
    resident = visit(app)
    own = await book(resident, quota, people="3", contact_email="zhao@example.cn")
    name = (await Division.get(code=night.division_id)).short_name  # type: ignore[attr-defined]
    assert f"位置 {name} " in re.sub(r"<[^>]+>|\s+", " ", own).replace("  ", " ")
    assert 'max="2"' in own  # fewer of the three come: two at most
    entry = (await resident.http.get(f"{urlsplit(resident.address).path}/booking.ics")).text
    assert f"LOCATION:{name}" in entry
    told = (await OutboxMessage.get(template="booking_step")).values
    assert (told["venue"], told["phone"]) == (name, night.contact_phone or rules.GOVERNMENT_LINE)


async def test_everybody_who_is_expected_stands_on_the_page_of_the_door_since_it_is_used_without_a_connection(
    app: Starlette, offer: Offer, dispatcher: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    quota = await offer(capacity=400)
    names = [f"第{number}位" for number in range(203)]
    for name in names:
        await come(quota, name)
    door = await signed_in(app, dispatcher)
    at_door = f"/staff/bookings/{quota.code}/check-in"
    listed = re.findall(r'<th scope="row">.*?>(第\d+位)<', await door.open(at_door))
    assert sorted(listed) == sorted(names)
    assert "其余的人" not in door.text
    monkeypatch.setattr(pages_at_door, "AT_THE_DOOR", 200)
    assert "这里列出前 200 人，其余的人可在上方输入姓名或编号查找" in await door.open(at_door)


async def test_at_the_door_people_are_checked_in_once_by_link_by_number_and_by_list(
    app: Starlette, offer: Offer, dispatcher: Actor, neighbour: Actor
) -> None:
    quota = await offer(capacity=5, max_people=3)
    pair, single, other = await come(quota, "一对", people=2), await come(quota, "单人"), await come(quota, "老人")
    door = await signed_in(app, dispatcher)
    listed = await door.open(f"/staff/bookings/{quota.code}")
    assert "一对" in listed
    at_door = f"/staff/bookings/{quota.code}/check-in"
    scanned = await door.http.get(f"/staff/check-in/{rules.ticket_of(pair.number)}")
    assert scanned.status_code == 303
    await door.open(scanned.headers["location"])
    assert "签到 2 人" in door.text
    await door.http.get(at_door)  # looking counts nobody
    assert (await Quota.get()).attended == 0
    token = door.form(at_door).pairs
    for said in ("到了 2 人", "不重复计数"):
        answer = await door.http.post(at_door, data=dict(token) | {"scan_key": f"another key {said}"})
        assert said in await door.open(answer.headers["location"])
    await door.send(at_door, ticket=single.number.lower(), scan_key="a key of this scan")
    assert "到了 1 人" in door.text
    await door.send(at_door, ticket="NOBODY", scan_key="a key of that scan")
    assert door.status == 422
    assert ((await Quota.get()).attended, (await Registration.get(id=other.id)).attended) == (3, 0)
    assert "3" in await door.open(f"/staff/bookings/{quota.code}")
    stranger = await signed_in(app, neighbour)
    for path in ("", "/edit", "/check-in", "/sheet", "/messages"):
        await stranger.open(f"/staff/bookings/{quota.code}{path}")
        assert stranger.status in (403, 404), path
    await stranger.open(f"/staff/registrations/{pair.number}")
    assert stranger.status == 404


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_staff_find_call_message_print_and_move_up_and_each_look_at_a_contact_is_recorded(
    app: Starlette, offer: Offer, dispatcher: Actor
) -> None:
    quota = await offer(capacity=1, questions=QUESTIONS)
    answers = [{"question": 1, "text": "赤水"}]
    await come(quota, "张三", contact_phone="13800001234", contact_email="zhang@example.cn", answers=answers)
    late = await come(quota, "李四", answers=answers)
    staff = await signed_in(app, dispatcher)
    where = f"/staff/bookings/{quota.code}"
    assert "李四" not in await staff.open(where)
    assert "李四" in await staff.open(f"{where}?view=waiting&q=李")
    assert "没有找到" in await staff.open(f"{where}?q=王")
    first = await Registration.get(contact_name="张三")
    assert "13800001234" not in await staff.open(f"/staff/registrations/{first.number}")
    assert "13800001234" in await staff.send()
    assert await AuditEntry.filter(operation="reveal_registration_contact").count() == 1
    await staff.open(f"{where}/messages")
    assert "1 位" in await staff.send(words="请从东门进")
    assert "赤水" not in await staff.open(f"{where}/sheet")
    assert "赤水" in await staff.send()
    assert await AuditEntry.filter(operation="export_registrations").count() == 1
    await staff.open(f"/staff/registrations/{late.number}")
    await staff.send(f"/staff/registrations/{late.number}/advancement", reason="行动不便")
    await staff.open(f"/staff/registrations/{first.number}")
    await staff.send(f"/staff/registrations/{first.number}/removal", reason="本人来电取消")
    assert (await Registration.get(id=late.id)).state is RegistrationState.CONFIRMED


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_whoever_comes_by_is_added_by_staff_even_after_the_closing_time(
    app: Starlette, offer: Offer, dispatcher: Actor, night: Event
) -> None:
    quota = await offer(capacity=3)
    staff = await signed_in(app, dispatcher)
    stranger = visit(app)
    with clock.override(night.starts_at + timedelta(minutes=5)):
        assert "报名已结束。" in await stranger.open(f"/book/{quota.code}")
        assert "<form" not in stranger.text.partition("<main")[2].partition("</main")[0]
    await book(staff, quota)
    row = await Registration.get()
    assert urlsplit(staff.address).path == f"/staff/registrations/{row.number}"
    assert "bookings" not in staff.http.cookies


async def test_that_one_comes_is_private_until_one_says_so_and_again_when_one_takes_it_back(
    app: Starlette, offer: Offer
) -> None:
    quota = await offer(capacity=1)
    browser = visit(app)

    await book(browser, quota, contact_name="张愿意", is_listed="true")
    own = urlsplit(browser.address).path
    await book(visit(app), quota, contact_name="李等待", is_listed="true")  # waits: on no list
    public = visit(app)
    page = await public.open(quota.link)
    assert "愿意公开的参加者：" in page
    assert "张愿意" in page
    assert "李等待" not in page
    assert "您的姓名显示在公开页面上" in await browser.open(own)
    assert "别人看不到您参加" in await browser.send(f"{own}/listing")
    assert "张愿意" not in await public.open(quota.link)
    assert "您的姓名显示在公开页面上" in await browser.send(f"{own}/listing")
    assert "张愿意" in await public.open(quota.link)


async def test_nobody_is_named_who_did_not_say_so_and_staff_read_no_names_on_the_public_page(
    app: Starlette, dispatcher: Actor, offer: Offer
) -> None:
    quota = await offer(capacity=3)
    await come(quota, "王不说")
    staff = await signed_in(app, dispatcher)
    for browser in (visit(app), staff):
        assert "王不说" not in await browser.open(quota.link)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_there_is_always_a_person_to_be_called(app: Starlette, offer: Offer) -> None:
    quota = await offer()
    await Quota.all().update(phone="")
    browser = visit(app)
    assert 'href="tel:12345"' in await browser.open(f"/book/{quota.code}")
    await book(browser, quota)
    assert 'href="tel:12345"' in browser.text
    for code, number in ((FENGGANG, "0851-1"), (FENGQUAN, "0851-2")):  # the nearest office that has one
        await Division.filter(code=code).update(phone=number)
        for page in (f"/book/{quota.code}", quota.link):
            assert f'href="tel:{number}"' in await browser.open(page)
    await Quota.all().update(phone="0851-3")
    assert 'href="tel:0851-3"' in await browser.open(f"/book/{quota.code}")


async def test_who_had_a_place_reads_why_it_does_not_take_place_and_is_no_longer_offered_it_for_the_calendar(
    app: Starlette, editor: Actor, offer: Offer, night: Event
) -> None:
    row = await come(await offer(), contact_email="zhang@example.cn")
    own, browser = f"/my-booking/{row.number}/{rules.secret_of(row.number)}", visit(app)
    assert "加到我的日历" in await browser.open(own)
    await events.cancel_event(editor, {"slug": night.slug, "version": night.version, "reason": "场馆漏水，改日再约。"})
    page = await browser.open(own)
    assert heading(page) == "不举行了"
    assert "场馆漏水，改日再约。" in page
    assert "加到我的日历" not in page
    message = await OutboxMessage.get(template="booking_called_off")
    assert "场馆漏水，改日再约。" in render_message(message.template, message.values, "zh")[1]
