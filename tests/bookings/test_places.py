"""Places and the waiting list: never over-booked, moved up in turn, told once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from civicgraph import clock
from civicgraph.bookings import operations, rules
from civicgraph.bookings.models import CallReason, Quota, Registration, RegistrationState
from civicgraph.bookings.rounds import check_quota
from civicgraph.events import operations as events
from civicgraph.events.models import Event
from civicgraph.notifications.models import OutboxMessage
from civicgraph.operations import InvalidInput, NotFound, Unavailable
from civicgraph.operations.audit import verify
from civicgraph.permissions import ANONYMOUS, Actor
from civicgraph.scheduler import lease
from civicgraph.scheduler.deadlines import claim_due
from tests.bookings.conftest import LATER, Offer, come, counted, states

EMAIL = {"contact_email": "li@example.cn"}


async def leave(row: Registration) -> Registration:
    given = {"number": row.number, "secret": rules.secret_of(row.number)}
    return await operations.cancel_registration(ANONYMOUS, given)


async def change(editor: Actor, quota: Quota, **values: Any) -> Quota:
    row = await Quota.get(id=quota.id)
    given = {"capacity": row.capacity, "max_people": row.max_people, "hold_minutes": row.hold_minutes, **values}
    return await operations.update_quota(editor, {"code": row.code, "version": row.version, **given})


async def leader() -> lease.Term:
    term = await lease.take("a", 15)
    assert term is not None
    return term


async def told() -> list[tuple[str, str, str]]:
    """Template, state and number of every message."""
    rows = await OutboxMessage.all().order_by("id")
    return [(one.template, one.values["state"], one.values["number"]) for one in rows]


async def test_a_session_takes_place_while_its_event_does(offer: Offer, dispatcher: Actor, night: Event) -> None:
    with pytest.raises(InvalidInput) as refused:
        await offer(title="工作坊", starts_at=night.ends_at + timedelta(days=60))
    assert [(one.field, one.code) for one in refused.value.errors] == [("starts_at", "outside")]
    quota = await offer(title="工作坊", starts_at=night.starts_at + timedelta(minutes=30))
    with pytest.raises(InvalidInput):
        await change(dispatcher, quota, title="工作坊", starts_at=night.starts_at - timedelta(hours=3))
    kept = await change(dispatcher, quota, title="工作坊", starts_at=quota.starts_at, note="请带围裙")
    assert (kept.note, kept.starts_at) == ("请带围裙", quota.starts_at)


async def test_the_last_places_are_taken_in_turn_and_whoever_waits_moves_up_when_one_frees(offer: Offer) -> None:
    quota = await offer()
    first, second = await come(quota, "一"), await come(quota, "二")
    third, fourth = await come(quota, "三", **EMAIL), await come(quota, "四")
    assert (first.state, third.state) == (RegistrationState.CONFIRMED, RegistrationState.WAITING)
    await leave(second)
    assert await states(quota) == {"一": "confirmed", "二": "cancelled", "三": "confirmed", "四": "waiting"}
    assert await counted(quota) == (2, 1)
    assert await told() == [("booking_step", "waiting", third.number), ("booking_step", "confirmed", third.number)]
    with pytest.raises(Unavailable):
        await leave(second)
    await leave(fourth)
    assert await counted(quota) == (2, 0)
    assert await verify() is None


async def test_more_places_go_to_those_who_wait_and_fewer_than_are_taken_are_refused_with_words(
    offer: Offer, editor: Actor
) -> None:
    quota = await offer()
    for name in "一二三四五":
        await come(quota, name)
    with pytest.raises(InvalidInput) as refused:
        await change(editor, quota, capacity=1)
    assert refused.value.errors[0].field == "capacity"
    assert "2" in refused.value.errors[0].message
    assert (await change(editor, quota, capacity=4)).taken == 4
    assert await states(quota) == dict.fromkeys("一二三四", "confirmed") | {"五": "waiting"}
    await change(editor, quota, capacity=None)
    assert await counted(quota) == (5, 0)


async def test_the_first_in_turn_waits_for_as_many_places_as_it_asked_for(offer: Offer) -> None:
    quota = await offer(capacity=4, max_people=3)
    one, pair = await come(quota, "一", people=2), await come(quota, "二", people=2)
    trio, single = await come(quota, "三", people=3), await come(quota, "四")
    await leave(one)
    assert (await states(quota))["三"] == "waiting"  # two are free, three are wanted, and nobody passes it
    given = {"number": trio.number, "secret": rules.secret_of(trio.number), "people": 2}
    await operations.take_fewer_places(ANONYMOUS, given)
    assert await states(quota) == {"一": "cancelled", "二": "confirmed", "三": "confirmed", "四": "waiting"}
    await leave(pair)
    assert await counted(quota) == (3, 0)
    assert (await Registration.get(id=single.id)).state is RegistrationState.CONFIRMED


async def test_the_first_in_turn_is_told_once_of_places_for_fewer_and_has_them_in_one_step(offer: Offer) -> None:
    quota = await offer(capacity=3, max_people=3, hold_minutes=60)
    pair, single = await come(quota, "一", people=2), await come(quota, "二")
    trio = await come(quota, "三", people=3, **EMAIL)
    silent, last = await come(quota, "四", people=2, contact_phone="13800001234"), await come(quota, "五", **EMAIL)
    await leave(single)
    assert await states(quota) == {"一": "confirmed", "二": "cancelled", **dict.fromkeys("三四五", "waiting")}
    fewer = ("booking_fewer", "waiting", trio.number)
    assert [one for one in await told() if one[0] == "booking_fewer"] == [fewer]
    await leave(last)  # nothing has become free by that, so nobody is written to again
    assert [one for one in await told() if one[0] == "booking_fewer"] == [fewer]
    given = {"number": trio.number, "secret": rules.secret_of(trio.number), "people": 1}
    assert (await operations.take_fewer_places(ANONYMOUS, given)).state is RegistrationState.CONFIRMED  # they said it
    assert (await told())[-1] == ("booking_step", "confirmed", trio.number)
    await leave(trio)  # the next in turn left no e-mail
    assert (await Registration.get(id=silent.id)).call_about is CallReason.FEWER
    await leave(pair)
    moved = await Registration.get(id=silent.id)
    assert (moved.state, moved.call_about) == (RegistrationState.OFFERED, CallReason.MOVED_UP)
    assert await counted(quota) == (2, 0)


async def test_a_place_that_nobody_says_yes_to_goes_to_the_next_in_turn(offer: Offer) -> None:
    quota = await offer(capacity=1, hold_minutes=60)
    first, second, third = [await come(quota, name, **EMAIL) for name in "一二三"]
    await leave(first)
    kept = await Registration.get(id=second.id)
    assert kept.state is RegistrationState.OFFERED
    assert kept.offered_until is not None
    with clock.override(clock.now() + timedelta(minutes=61)):
        for _ in range(2):
            await claim_due(await leader())
        assert await states(quota) == {"一": "cancelled", "二": "expired", "三": "offered"}
        given = {"number": third.number, "secret": rules.secret_of(third.number)}
        await operations.accept_places(ANONYMOUS, given)
    with clock.override(clock.now() + timedelta(minutes=200)):
        await claim_due(await leader())
    assert (await states(quota))["三"] == "confirmed"
    assert await counted(quota) == (1, 0)
    assert [one for one in await told() if one[2] == second.number] == [
        ("booking_step", "waiting", second.number),
        ("booking_step", "offered", second.number),
        ("booking_step", "expired", second.number),
    ]


async def test_somebody_is_moved_up_by_hand_with_a_reason_and_never_beyond_the_capacity(
    offer: Offer, editor: Actor
) -> None:
    quota = await offer(capacity=1)
    first, _, third = [await come(quota, name) for name in "一二三"]
    await operations.move_up_registration(editor, {"number": third.number, "reason": "行动不便"})
    assert await counted(quota) == (1, 2)
    await leave(first)
    assert await states(quota) == {"一": "cancelled", "二": "waiting", "三": "confirmed"}
    with pytest.raises(NotFound):
        await operations.move_up_registration(ANONYMOUS, {"number": third.number, "reason": "我要"})


async def test_whoever_did_not_come_leaves_a_place_for_who_waits(offer: Offer, editor: Actor) -> None:
    quota = await offer(capacity=1)
    first, second = await come(quota, "一"), await come(quota, "二")
    with clock.override(quota.starts_at + timedelta(minutes=15)):
        await operations.mark_no_show(editor, {"number": first.number})
        assert await states(quota) == {"一": "no_show", "二": "waiting"}  # nobody at home is told to come in the middle
        await operations.move_up_registration(editor, {"number": second.number, "reason": "在现场等着"})
    assert await states(quota) == {"一": "no_show", "二": "confirmed"}


async def test_fifty_at_once_leave_exactly_the_capacity_taken(offer: Offer) -> None:
    quota = await offer(capacity=30)
    rows = await asyncio.gather(*(come(quota, f"人{number}") for number in range(50)))
    assert await counted(quota) == (30, 20)
    assert sorted(one.rank for one in rows) == list(range(1, 51))
    in_turn = await Registration.filter(quota_id=quota.id).order_by("rank")
    assert [one.state.value for one in in_turn] == ["confirmed"] * 30 + ["waiting"] * 20


async def test_a_retry_is_one_registration_and_other_words_under_its_key_are_told(offer: Offer) -> None:
    quota = await offer()
    key = {"idempotency_key": "0123456789abcdef"}
    rows = await asyncio.gather(*(come(quota, "一", **key) for _ in range(5)))
    assert len({one.number for one in rows}) == 1
    assert await counted(quota) == (1, 0)
    with pytest.raises(InvalidInput):
        await come(quota, "二", **key)


async def test_counts_that_drifted_are_put_right_at_night(offer: Offer) -> None:
    quota = await offer(capacity=5)
    await come(quota)
    assert not await check_quota(quota.id)
    await Quota.filter(id=quota.id).update(taken=3, waiting=2)
    assert await check_quota(quota.id)
    assert await counted(quota) == (1, 0)


async def test_the_database_itself_refuses_more_taken_than_there_are(offer: Offer) -> None:
    from tortoise.exceptions import IntegrityError

    quota = await offer()
    with pytest.raises(IntegrityError):
        await Quota.filter(id=quota.id).update(taken=3)
    with pytest.raises(IntegrityError):
        await Quota.filter(id=quota.id).update(waiting=-1)


async def test_an_event_has_room_for_all_whom_it_offers_a_place(offer: Offer, editor: Actor, night: Event) -> None:
    event = await set_room(editor, night, 5)
    for too_many in ({"capacity": 50}, {"capacity": None}):
        with pytest.raises(InvalidInput) as refused:
            await offer(**too_many)
        assert [(one.field, one.code) for one in refused.value.errors] == [("capacity", "above_room")]
    quota = await offer(capacity=5)
    assert await offer(title="停车位", kind="enrolment", capacity=50)
    for name in ("张三", "李四", "王五"):
        await come(quota, name)
    with pytest.raises(InvalidInput) as refused:
        await change(editor, quota, capacity=6)
    assert refused.value.errors[0].message.startswith("全场可容纳 5 人")
    with pytest.raises(InvalidInput) as refused:
        await set_room(editor, event, 2)
    assert [(one.field, one.code) for one in refused.value.errors] == [("capacity", "below_places")]
    assert "5 个名额（已报 3 人）" in refused.value.errors[0].message
    await change(editor, quota, capacity=3)
    assert (await set_room(editor, event, 3)).capacity == 3
    assert (await set_room(editor, event, None)).capacity is None


async def set_room(editor: Actor, event: Event, capacity: int | None) -> Event:
    """The event with room for so many people."""
    row = await Event.get(id=event.id)
    return await events.update_event(editor, {**LATER, "slug": row.slug, "version": row.version, "capacity": capacity})


async def test_a_copy_offers_no_more_places_than_it_has_room_for(offer: Offer, editor: Actor, night: Event) -> None:
    quota = await offer(capacity=9)
    await Event.filter(id=night.id).update(capacity=5)  # from before the one was held against the other
    copy = await events.duplicate_event(editor, {"slug": night.slug})
    assert (await Quota.get(event_id=copy.id)).capacity == 5
    assert (await Quota.get(id=quota.id)).capacity == 9
