"""What places are never given for: parties that cannot fit, times that have begun or are over, who is there already."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from civicgraph import clock
from civicgraph.bookings import operations, rules
from civicgraph.bookings.models import Quota, Registration
from civicgraph.events import operations as events
from civicgraph.events.models import Event
from civicgraph.operations import InvalidInput, Unavailable
from civicgraph.permissions import ANONYMOUS, Actor
from tests.bookings.conftest import LATER, Offer, come, counted, states
from tests.bookings.test_graphql import ask
from tests.bookings.test_places import EMAIL, change, leave
from tests.support.browser import Browser

EVENING = timedelta(minutes=10)


def own(row: Registration, **values: Any) -> dict[str, Any]:
    return {"number": row.number, "secret": rules.secret_of(row.number), **values}


async def test_fewer_places_than_a_party_waits_for_are_refused_and_nobody_is_stuck_behind_it(
    offer: Offer, editor: Actor
) -> None:
    quota = await offer(capacity=4, max_people=3)
    pair, other = await come(quota, "一", people=2), await come(quota, "二", people=2)
    trio = await come(quota, "三", people=3)
    await come(quota, "四")
    await leave(other)
    with pytest.raises(InvalidInput) as refused:
        await change(editor, quota, capacity=2)
    (error,) = refused.value.errors
    assert (error.field, error.code) == ("capacity", "below_waiting")
    assert "3" in error.message
    await operations.remove_registration(editor, {"number": trio.number, "reason": "场地只能容纳 2 人"})
    await change(editor, quota, capacity=3)
    await leave(pair)
    assert (await states(quota))["四"] == "confirmed"


async def test_who_comes_is_not_sent_to_a_waiting_list_that_was_turned_off(
    client: httpx.AsyncClient, offer: Offer, editor: Actor
) -> None:
    quota = await offer(capacity=4, max_people=3)
    await come(quota, "一", people=2)
    other = await come(quota, "二", people=2)
    await come(quota, "三", people=3)
    await leave(other)
    await change(editor, quota, has_waiting_list=False)
    asked = "query($code: String!) { quota(code: $code) { isTaking left waiting } }"
    found = (await ask(client, asked, code=quota.code))["quota"]
    assert found == {"isTaking": False, "left": 2, "waiting": 1}
    with pytest.raises(Unavailable) as refused:
        await come(quota, "四")
    assert "先给排队的人" in refused.value.errors[0].message


async def test_who_is_there_neither_gives_the_place_back_nor_comes_with_fewer(
    client: httpx.AsyncClient, offer: Offer, dispatcher: Actor
) -> None:
    quota = await offer(capacity=3, max_people=2)
    row = await come(quota, "一", people=2)
    await operations.check_in(dispatcher, {"quota_code": quota.code, "ticket": row.number})
    for work, values in ((operations.cancel_registration, {}), (operations.take_fewer_places, {"people": 1})):
        with pytest.raises(Unavailable):
            await work(ANONYMOUS, own(row, **values))
    assert await counted(quota) == (2, 0)
    asked = (
        "query($number: String!, $secret: String!)"
        " { trackedRegistration(number: $number, secret: $secret) { mayCancel } }"
    )
    assert (await ask(client, asked, **own(row)))["trackedRegistration"] == {"mayCancel": False}


async def test_nobody_is_missing_before_it_begins_and_who_comes_late_is_let_in_while_there_is_room(
    offer: Offer, editor: Actor, dispatcher: Actor
) -> None:
    quota = await offer(capacity=2)
    late, other = await come(quota, "一"), await come(quota, "二")
    with pytest.raises(Unavailable):
        await operations.mark_no_show(editor, {"number": late.number})
    assert quota.starts_at is not None
    with clock.override(quota.starts_at + EVENING):
        for row in (late, other):
            await operations.mark_no_show(editor, {"number": row.number})
        assert await counted(quota) == (0, 0)
        await operations.check_in(dispatcher, {"quota_code": quota.code, "ticket": late.number})
        assert await states(quota) == {"一": "confirmed", "二": "no_show"}
        assert await counted(quota) == (1, 0)
        assert (await Registration.get(id=late.id)).ended_at is None
        await change(editor, quota, capacity=1)
        with pytest.raises(InvalidInput) as refused:
            await operations.check_in(dispatcher, {"quota_code": quota.code, "ticket": other.number})
        assert refused.value.errors[0].code == "no_place"
        assert await counted(quota) == (1, 0)


async def test_a_course_that_is_over_gives_no_place_back_and_moves_nobody_up(
    offer: Offer, editor: Actor, night: Event
) -> None:
    quota = await offer(capacity=1, weekdays=[2, 4], ends_at=night.ends_at + timedelta(days=60))
    first, second = await come(quota, "一", **EMAIL), await come(quota, "二", **EMAIL)
    assert quota.ends_at is not None
    with clock.override(quota.ends_at + timedelta(days=1)):
        with pytest.raises(Unavailable):
            await leave(first)
        with pytest.raises(Unavailable):
            await operations.move_up_registration(editor, {"number": second.number, "reason": "补上"})
        await change(editor, quota, capacity=3, weekdays=[2, 4])
        assert await states(quota) == {"一": "confirmed", "二": "waiting"}
    with clock.override(quota.ends_at - timedelta(days=30)):  # while it runs, a place that is given back goes on
        await leave(first)
        assert await states(quota) == {"一": "cancelled", "二": "confirmed"}


@pytest.mark.parametrize(("closes", "before"), [(timedelta(hours=5), timedelta(hours=5)), (None, timedelta())])
async def test_a_place_is_kept_no_longer_than_there_is_something_to_say_yes_to(
    offer: Offer, night: Event, closes: timedelta | None, before: timedelta
) -> None:
    quota = await offer(capacity=1, hold_minutes=20_160, closes_at=closes and night.starts_at - closes)
    first = await come(quota, "一")
    second = await come(quota, "二")
    with clock.override(night.starts_at - timedelta(days=1)):
        await leave(first)
    found = await Registration.get(id=second.id)
    assert found.state.value == "offered"
    assert found.offered_until == night.starts_at - before


async def test_a_place_kept_after_registration_closed_is_kept_until_the_start(offer: Offer, night: Event) -> None:
    quota = await offer(capacity=1, hold_minutes=20_160, closes_at=night.starts_at - timedelta(days=3))
    first = await come(quota, "一")
    second = await come(quota, "二")
    with clock.override(night.starts_at - timedelta(days=1)):
        await leave(first)
    assert (await Registration.get(id=second.id)).offered_until == night.starts_at
    assert (await Quota.get(id=quota.id)).taken == 1


@pytest.mark.parametrize("weekdays", [[], [2, 4]])
async def test_after_the_end_ones_own_page_says_that_it_is_over_and_shows_no_code(
    client: httpx.AsyncClient, offer: Offer, night: Event, dispatcher: Actor, weekdays: list[int]
) -> None:
    quota = await offer(capacity=2, weekdays=weekdays, ends_at=night.ends_at + timedelta(days=60 if weekdays else 0))
    here, away, late = [await come(quota, name) for name in "一二三"]
    await operations.check_in(dispatcher, {"quota_code": quota.code, "ticket": here.number})
    browser = Browser(client)
    page = f"/my-booking/{away.number}/{rules.secret_of(away.number)}"
    assert "到场时出示二维码" in await browser.open(page)
    assert quota.ends_at is not None
    with clock.override(quota.ends_at + timedelta(minutes=1)):
        for row, words in ((here, "感谢您的参加"), (away, "您当时有 1 个名额"), (late, "这次没有轮到您")):
            text = await browser.open(f"/my-booking/{row.number}/{rules.secret_of(row.number)}")
            assert "已经结束" in text
            assert words in text
            for gone in ("到场时出示二维码", "您已报上名", "请先不要来", "/book/"):
                assert gone not in text, (words, gone)


async def test_a_place_that_is_kept_goes_by_the_new_time_of_what_is_moved(
    offer: Offer, editor: Actor, night: Event
) -> None:
    quota = await offer(capacity=1, hold_minutes=20_160)
    first, second = await come(quota, "一"), await come(quota, "二")
    with clock.override(night.starts_at - timedelta(days=9)):
        await leave(first)
        assert (await Registration.get(id=second.id)).offered_until == night.starts_at
        closes = night.starts_at - timedelta(days=2)
        await change(editor, quota, closes_at=closes)
        assert (await Registration.get(id=second.id)).offered_until == closes
        fresh = await Event.get(id=night.id)
        sooner = {"starts_at": night.starts_at - timedelta(days=5), "ends_at": night.ends_at - timedelta(days=5)}
        given = {**LATER, **sooner, "slug": night.slug, "version": fresh.version}
        await events.update_event(editor, given)
        assert (await Registration.get(id=second.id)).offered_until == closes - timedelta(days=5)
