"""Who left a telephone number and no e-mail is called: staff are asked to, see whom, and note that it was done."""

from __future__ import annotations

import re

import pytest
from starlette.applications import Starlette

from civicgraph.bookings import operations, rules
from civicgraph.bookings.models import CallReason, Quota, Registration
from civicgraph.events.models import Event
from civicgraph.notifications.models import InboxMessage
from civicgraph.operations import NotFound, Unavailable
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import ANONYMOUS, Actor
from tests.bookings.conftest import Offer, come
from tests.support.browser import signed_in

PHONE = {"contact_phone": "13800001234"}
EMAIL = {"contact_email": "zhang@example.cn"}


async def leave(row: Registration) -> None:
    """The holder gives the places back."""
    await operations.cancel_registration(ANONYMOUS, {"number": row.number, "secret": rules.secret_of(row.number)})


async def reasons(quota: Quota) -> dict[str, CallReason | None]:
    """What everybody is to be called about, by name."""
    return {one.contact_name: one.call_about for one in await Registration.filter(quota_id=quota.id).order_by("id")}


async def inbox(actor: Actor) -> list[tuple[str, str]]:
    """Subject and link of what a member of staff was asked."""
    rows = await InboxMessage.filter(person_id=actor.person_id).order_by("id")
    return [(one.subject, one.link) for one in rows]


def words(text: str) -> str:
    return re.sub(r"<[^>]+>|\s+", " ", text)


async def test_staff_are_asked_to_call_who_moved_up_and_note_that_they_did(
    app: Starlette, offer: Offer, editor: Actor, dispatcher: Actor, neighbour: Actor
) -> None:
    quota = await offer(capacity=1)
    first, second = await come(quota, "张三", **PHONE), await come(quota, "李四", **PHONE)
    assert await inbox(dispatcher) == []
    await leave(first)
    assert await reasons(quota) == {"张三": None, "李四": CallReason.MOVED_UP}  # who left by themselves knows
    asked = [(f"请打电话告知 1 人：{rules.name_of(quota)}", f"/staff/registrations/{second.number}")]
    assert await inbox(dispatcher) == await inbox(editor) == asked
    assert await inbox(neighbour) == []
    staff = await signed_in(app, dispatcher)
    assert "有 1 人没留邮箱" in words(await staff.open("/staff"))
    coming = words(await staff.open(f"/staff/bookings/{quota.code}"))
    assert "由候补转正" in coming
    assert "待电话告知：从候补转正" in coming
    assert "李四" in await staff.open("/staff/bookings?call=true")
    await staff.open(f"/staff/registrations/{second.number}")
    told = words(await staff.send(f"/staff/registrations/{second.number}/call"))
    assert staff.address.endswith(f"/staff/bookings/{quota.code}?view=calls")
    assert "没有需要电话告知的人" in told
    entry = await AuditEntry.get(operation="note_call")
    assert entry.person_id == dispatcher.person_id
    assert "已电话告知" in words(await staff.open(f"/staff/bookings/{quota.code}"))
    assert "没留邮箱" not in words(await staff.open("/staff"))
    with pytest.raises(Unavailable):
        await operations.note_call(dispatcher, {"number": second.number})


async def test_after_a_move_a_postponement_and_a_cancellation_staff_read_how_many_to_call_and_who(
    app: Starlette, offer: Offer, night: Event, editor: Actor
) -> None:
    quota, workshop = await offer(), await offer(title="手绘")
    await come(quota, "张三", **PHONE)
    await come(quota, "李四", **EMAIL)
    late = await come(workshop, "王五", **PHONE)
    staff, where = await signed_in(app, editor), f"/staff/events/{night.slug}"
    assert "没留邮箱" not in words(await staff.open(where))
    for verb, values, about in (
        ("postponement", {"starts_at": "2031-05-24T19:00"}, CallReason.CHANGED),
        ("postponement", {}, CallReason.POSTPONED),
        ("cancellation", {}, CallReason.CALLED_OFF),
    ):
        if (await reasons(workshop))["王五"] is not None:
            await operations.note_call(editor, {"number": late.number})  # each piece of news asks for a call of its own
        await staff.open(where)
        assert "有 2 人没留邮箱" in words(await staff.send(f"{where}/{verb}", reason="暴雨", **values)), about
        assert await reasons(quota) == {"张三": about, "李四": None}
        assert await reasons(workshop) == {"王五": about}
        listed = await staff.open(f"/staff/bookings?call=true&page=/events/{night.slug}")
        assert ("张三" in listed, "李四" in listed, "王五" in listed) == (True, False, True)
        assert "李四" not in await staff.open(f"/staff/bookings/{quota.code}?view=calls")
        await staff.open(where)
    asked = await inbox(editor)
    assert asked[-1] == (f"请打电话告知 1 人：{rules.name_of(workshop)}", f"/staff/bookings/{workshop.code}?view=calls")
    assert len(asked) == len(set(await InboxMessage.filter(person_id=editor.person_id).values_list("dedupe_key"))) == 6


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_who_is_moved_up_written_to_or_taken_off_by_hand_is_to_be_called_and_who_was_erased_is_not(
    app: Starlette, offer: Offer, editor: Actor, neighbour: Actor
) -> None:
    quota = await offer(capacity=1)
    first, second, third = [await come(quota, name, **PHONE) for name in "一二三"]
    staff = await signed_in(app, editor)
    await staff.open(f"/staff/registrations/{third.number}")
    await staff.send(f"/staff/registrations/{third.number}/advancement", reason="行动不便")
    await staff.open(f"/staff/registrations/{first.number}")
    removed = words(await staff.send(f"/staff/registrations/{first.number}/removal", reason="来电取消"))
    assert "请打电话告知：名额已不保留" in removed
    assert await reasons(quota) == {"一": CallReason.ENDED, "二": None, "三": CallReason.MOVED_UP}
    await staff.open(f"/staff/bookings/{quota.code}/messages")
    assert "有 1 人没留邮箱" not in words(await staff.send(words="请从东门进", is_for_waiting="true"))
    assert "有 3 人没留邮箱" in words(await staff.open(f"/staff/bookings/{quota.code}"))
    assert await reasons(quota) == {"一": CallReason.ENDED, "二": CallReason.MESSAGE, "三": CallReason.MESSAGE}
    with pytest.raises(NotFound):
        await operations.note_call(neighbour, {"number": second.number})
    await operations.erase_registration(ANONYMOUS, {"number": second.number, "secret": rules.secret_of(second.number)})
    assert (await reasons(quota))[""] is None


async def test_nobody_is_asked_to_call_who_left_no_telephone(
    app: Starlette, offer: Offer, editor: Actor, night: Event
) -> None:
    quota = await offer(capacity=1)
    first, second = await come(quota, "张三"), await come(quota, "李四")
    await leave(first)
    assert await reasons(quota) == {"张三": None, "李四": None}
    assert await inbox(editor) == []
    staff, where = await signed_in(app, editor), f"/staff/events/{night.slug}"
    await staff.open(where)
    assert "没留邮箱" not in words(await staff.send(f"{where}/cancellation", reason="暴雨"))
    assert await reasons(quota) == {"张三": None, "李四": None}
    there = f"/staff/bookings/{quota.code}/messages"
    await staff.open(there)
    assert "1 人既没留邮箱，也没留电话" in words(await staff.send(words="改天再约"))
    assert (await Registration.get(id=second.id)).call_about is None
