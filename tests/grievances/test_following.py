"""Following a grievance by e-mail: confirmed first, ended by a link, and nobody learns of it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from starlette.applications import Starlette

from civicgraph import clock, crypto
from civicgraph.grievances import following
from civicgraph.grievances.models import Grievance, GrievanceFollower
from civicgraph.grievances.operations import (
    accept_grievance,
    confirm_following,
    file_grievance,
    follow_grievance,
    follow_tracked_grievance,
    set_grievance_visibility,
    unfollow_grievance,
)
from civicgraph.notifications.models import OutboxMessage
from civicgraph.notifications.rendering import render_message
from civicgraph.operations import NotFound
from civicgraph.permissions import ANONYMOUS, SYSTEM
from tests.grievances.conftest import Report, fill, words
from tests.support.browser import Browser, visit

LI = "li@example.cn"


async def follow(row: Grievance, email: str = LI) -> GrievanceFollower:
    """Ask to follow, and open the link."""
    await follow_grievance(ANONYMOUS, {"number": row.number, "email": email})
    follower = await GrievanceFollower.get(grievance_id=row.id, address_key=following.key_of(email))
    await confirm_following(ANONYMOUS, {"token": following.token_of(follower, "confirm")})
    return follower


async def letters(email: str = LI) -> list[OutboxMessage]:
    """What was written to an address."""
    return [row for row in await OutboxMessage.all().order_by("id") if crypto.decrypt(row.address) == email]


async def test_nothing_but_one_question_goes_to_an_address_that_is_not_confirmed(report: Report) -> None:
    row = await report()
    for _ in range(3):
        await follow_grievance(ANONYMOUS, {"number": row.number, "email": LI})
    await accept_grievance(SYSTEM, {"number": row.number, "version": row.version})
    assert [one.template for one in await letters()] == ["follow_confirm"]
    follower = await GrievanceFollower.get()
    assert LI not in str(dict(follower))
    assert follower.confirmed_at is None


async def test_who_confirmed_hears_of_each_public_step_until_they_end_it(report: Report) -> None:
    row = await report()
    follower = await follow(row)
    accepted = await accept_grievance(SYSTEM, {"number": row.number, "version": row.version})
    asked, told = await letters()
    assert (told.template, told.values["link"]) == ("grievance_followed", f"/grievances/{row.number}")
    assert told.unsubscribe == f"/unfollow/{following.token_of(follower, 'end')}"
    token = told.unsubscribe.rpartition("/")[2]
    for _ in range(2):
        await unfollow_grievance(ANONYMOUS, {"token": token})
    assert not await GrievanceFollower.exists()
    await set_grievance_visibility(
        SYSTEM, {"number": row.number, "version": accepted.version, "is_public": True, "reason": "再看"}
    )
    assert await letters() == [asked, told]


async def test_who_follows_what_is_hidden_is_told_so_once_and_nothing_of_it(report: Report) -> None:
    row = await report()
    await follow(row)
    shown: dict[str, Any] = {"number": row.number, "reason": "有门牌号"}
    hidden = await set_grievance_visibility(SYSTEM, {**shown, "version": row.version, "is_public": False})
    hidden = await set_grievance_visibility(SYSTEM, {**shown, "version": hidden.version, "is_public": False})
    await accept_grievance(SYSTEM, {"number": row.number, "version": hidden.version})
    told = (await letters())[1:]
    assert [(one.template, set(one.values)) for one in told] == [("grievance_hidden", {"number", "link"})]
    subject, text = render_message(told[0].template, told[0].values, told[0].locale)
    assert row.number in subject
    assert "公开页面看不到了" in text


@pytest.mark.parametrize("path", ["", "/following", "/support"])
async def test_the_address_of_what_was_hidden_says_so_and_nothing_that_another_number_does_not(
    report: Report, app: Starlette, path: str
) -> None:
    row, stranger = await report(), visit(app)
    await set_grievance_visibility(
        SYSTEM, {"number": row.number, "version": row.version, "is_public": False, "reason": "有门牌号"}
    )
    said = []
    for number in (row.number, "ZY-0101-2222"):
        page = await stranger.open(f"/grievances/{number}{path}")
        assert stranger.status == 404
        said += re.findall(r'<article class="stack reading error-page">.*?<dd class="mono">', page, re.S)
    assert "可能已从公开列表中撤下" in said[0]
    assert said[0] == said[1]


async def test_a_hidden_grievance_is_followed_by_those_alone_who_have_its_secret(city: None) -> None:
    answer = await file_grievance(ANONYMOUS, words(is_public=False))
    row, secret = answer["grievance"], answer["tracking_secret"]
    with pytest.raises(NotFound):
        await follow_grievance(ANONYMOUS, {"number": row.number, "email": LI})
    with pytest.raises(NotFound):
        await follow_tracked_grievance(ANONYMOUS, {"number": row.number, "secret": "WRONG", "email": LI})
    await follow_tracked_grievance(ANONYMOUS, {"number": row.number, "secret": secret, "email": LI})
    follower = await GrievanceFollower.get()
    await confirm_following(ANONYMOUS, {"token": following.token_of(follower, "confirm")})
    await accept_grievance(SYSTEM, {"number": row.number, "version": row.version})
    assert [one.values["link"] for one in await letters()][1:] == [f"/track?number={row.number}"]


async def test_a_link_does_its_own_thing_for_its_own_subscription(report: Report) -> None:
    row = await report()
    mine, other = await follow(row), await follow(row, "wang@example.cn")
    end = following.token_of(mine, "end")
    wrong = (
        *("", "f", "f0.", "x1.y", f"f{other.id}.{end.partition('.')[2]}", f"f{2**70}.a", "f１.a", end[:-1], end + "0"),
        following.token_of(mine, "confirm"),
    )
    for token in wrong:
        assert await following.followed_by(token, "end") is None
    with pytest.raises(NotFound):
        await confirm_following(ANONYMOUS, {"token": end})
    assert await GrievanceFollower.all().count() == 2


async def test_one_address_is_not_flooded_by_strangers(report: Report) -> None:
    for _ in range(following.MAX_ASKED + 2):
        row = await report()
        await follow_grievance(ANONYMOUS, {"number": row.number, "email": LI})
    assert len(await letters()) == following.MAX_ASKED


async def test_an_address_that_nobody_confirms_is_forgotten_after_a_week(report: Report) -> None:
    row = await report()
    await follow(row, "wang@example.cn")
    await follow_grievance(ANONYMOUS, {"number": row.number, "email": LI})
    with clock.override(clock.now() + timedelta(days=6)):
        await following.forget_unconfirmed()
        assert await GrievanceFollower.all().count() == 2
    with clock.override(clock.now() + timedelta(days=8)):
        await following.forget_unconfirmed()
    assert [one.address_key for one in await GrievanceFollower.all()] == [following.key_of("wang@example.cn")]


async def test_a_reporter_ends_the_messages_and_begins_them_again(city: None) -> None:
    answer = await file_grievance(ANONYMOUS, words(contact_email=LI))
    row, secret = answer["grievance"], answer["tracking_secret"]
    (first,) = await letters()
    await unfollow_grievance(ANONYMOUS, {"token": first.unsubscribe.rpartition("/")[2]})
    await accept_grievance(SYSTEM, {"number": row.number, "version": row.version})
    assert len(await letters()) == 1
    await follow_tracked_grievance(ANONYMOUS, {"number": row.number, "secret": secret, "email": " LI@example.cn "})
    assert (await Grievance.get(id=row.id)).is_reporter_written_to
    assert not await GrievanceFollower.exists()


@pytest.fixture
async def stranger(app: Starlette) -> AsyncIterator[Browser]:
    """Somebody at the site who is not signed in."""
    await fill()
    made = visit(app)
    yield made
    await made.http.aclose()


async def test_a_neighbour_follows_by_the_pages_and_ends_it_from_the_mail_program(stranger: Browser) -> None:
    answer: dict[str, Any] = await file_grievance(ANONYMOUS, words())
    number = answer["grievance"].number
    await stranger.open(f"/grievances/{number}")
    assert f"/grievances/{number}/following" in stranger.text
    await stranger.open(f"/grievances/{number}/following")
    await stranger.send(f"/grievances/{number}/following", email="no address")
    assert stranger.status == 422
    await stranger.send(f"/grievances/{number}/following", email=LI)
    assert "l***@example.cn" in stranger.text
    (asked,) = await letters()
    await stranger.open(asked.values["link"])
    assert (await GrievanceFollower.get()).confirmed_at is None, "programs that look through mail open links, too"
    await stranger.send(asked.values["link"])
    follower = await GrievanceFollower.get()
    assert follower.confirmed_at
    end = f"/unfollow/{following.token_of(follower, 'end')}"
    await stranger.open(end)
    assert await GrievanceFollower.exists()
    headers = {"origin": "https://mail.example.cn", "content-type": "application/x-www-form-urlencoded"}
    one_click = await stranger.http.post(end, content="List-Unsubscribe=One-Click", headers=headers)
    assert one_click.status_code == 200
    assert not await GrievanceFollower.exists()
    await stranger.open(asked.values["link"])
    await stranger.send(asked.values["link"])
    assert stranger.status == 404


async def test_the_reporter_follows_from_the_tracking_page(stranger: Browser) -> None:
    answer = await file_grievance(ANONYMOUS, words())
    number, secret = answer["grievance"].number, answer["tracking_secret"].replace("-", "")
    await stranger.open(f"/track/{number}/{secret}")
    await stranger.open(f"/track/{number}/{secret}/following")
    await stranger.send(f"/track/{number}/{secret}/following", email=LI)
    assert "l***@example.cn" in stranger.text
    assert (await GrievanceFollower.get()).is_reporter
    await stranger.open(f"/track/{number}/WRONG/following")
    await stranger.send(f"/track/{number}/WRONG/following", email="wang@example.cn")
    assert stranger.address.startswith("/track") or "/track" in stranger.address
    assert await GrievanceFollower.all().count() == 1


async def test_who_has_the_same_problem_follows_it_in_the_same_step(report: Report, app: Starlette) -> None:
    row = await report()
    path = f"/grievances/{row.number}/support"
    browser = visit(app)
    await browser.open(path)
    refused = await browser.send(path, email="li at example")
    assert browser.status == 422
    assert 'value="li at example"' in refused
    assert (await Grievance.get(id=row.id)).supporter_count == 0
    assert "确认链接已发到您的邮箱" in await browser.send(path, email=LI)
    assert (await Grievance.get(id=row.id)).supporter_count == 1
    assert [one.template for one in await letters()] == ["follow_confirm"]
