"""One session of an event is called off while the rest goes on; places that nobody ever took are taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from civicgraph import clock
from civicgraph.bookings import operations
from civicgraph.bookings.models import CallReason, Quota, QuotaQuestion, Registration
from civicgraph.events import operations as events
from civicgraph.events.models import Event
from civicgraph.notifications.models import OutboxMessage
from civicgraph.operations import Forbidden, Unavailable
from civicgraph.permissions import ANONYMOUS, Actor
from civicgraph.scheduler.models import Deadline
from tests.bookings.conftest import Offer, come, counted, states
from tests.bookings.test_graphql import ask
from tests.bookings.test_places import EMAIL, leave, told
from tests.support.browser import Browser, signed_in

WHY = "老师生病，这一场不上了"


def named(quota: Quota, **values: Any) -> dict[str, Any]:
    return {"code": quota.code, "version": quota.version, **values}


async def test_one_session_is_called_off_and_its_people_are_told_while_the_rest_goes_on(
    offer: Offer, editor: Actor, night: Event
) -> None:
    session, other = await offer(title="剪纸", capacity=1), await offer(title="蜡染")
    first = await come(session, "一", **EMAIL)
    await come(session, "二", contact_phone="13800001234")
    await come(other, "三", **EMAIL)
    off = await operations.call_off_quota(editor, named(session, reason=WHY))
    assert (off.status.value, off.off_reason) == ("called_off", WHY)
    assert [one[0] for one in await told()][-1] == "booking_called_off"
    assert (await OutboxMessage.all().order_by("-id").first()).values["off_reason"] == WHY  # type: ignore[union-attr]
    assert (await Registration.get(contact_name="二")).call_about is CallReason.CALLED_OFF
    assert await OutboxMessage.filter(template="booking_called_off").count() == 1
    assert not await Deadline.filter(subject_id=str(session.id), state="pending").exists()
    with pytest.raises(Unavailable):
        await come(session, "四")
    with pytest.raises(Unavailable):
        await operations.call_off_quota(editor, named(off, reason=WHY))
    # The event is changed, cancelled and takes place after all: the session stays off, with its own words.
    given = {"slug": night.slug, "version": night.version, "reason": "暴雨"}
    cancelled = await events.cancel_event(editor, given)
    assert await OutboxMessage.filter(template="booking_called_off").count() == 2  # the other session's
    with pytest.raises(Unavailable):
        await operations.reinstate_quota(editor, named(await Quota.get(id=session.id)))
    await events.reinstate_event(editor, {**given, "version": cancelled.version, "reason": "雨停了"})
    found = await Quota.get(id=session.id)
    assert (found.status.value, found.off_reason) == ("called_off", WHY)
    assert (await Quota.get(id=other.id)).status.value == "open"
    # Taken back, everybody stands where they stood, and what was given back goes on.
    await leave(first)
    back = await operations.reinstate_quota(editor, named(await Quota.get(id=session.id)))
    assert (back.status.value, back.off_reason, back.is_off_alone) == ("open", "", False)
    assert await states(session) == {"一": "cancelled", "二": "confirmed"}
    assert await counted(session) == (1, 0)
    assert await Deadline.filter(subject_id=str(session.id), state="pending").exists()


async def test_what_is_over_or_all_of_the_event_is_not_called_off_as_a_session(
    offer: Offer, editor: Actor, neighbour: Actor, night: Event
) -> None:
    session, whole = await offer(title="剪纸"), await offer()
    for actor in (neighbour, ANONYMOUS):
        for work, values in ((operations.call_off_quota, {"reason": WHY}), (operations.remove_quota, {})):
            with pytest.raises(Forbidden):
                await work(actor, named(session, **values))
    with pytest.raises(Unavailable):
        await operations.call_off_quota(editor, named(whole, reason=WHY))
    with clock.override(night.ends_at + timedelta(hours=1)), pytest.raises(Unavailable):
        await operations.call_off_quota(editor, named(session, reason=WHY))


async def test_places_that_nobody_ever_took_are_taken_back_and_others_stay(offer: Offer, editor: Actor) -> None:
    mistake = await offer(questions=[{"label": "几岁？", "kind": "text"}])
    await operations.remove_quota(editor, named(mistake))
    assert not await Quota.filter(id=mistake.id).exists()
    assert not await QuotaQuestion.exists()
    assert not await Deadline.filter(subject_id=str(mistake.id), state="pending").exists()
    kept = await offer(title="剪纸")
    await leave(await come(kept, "一"))  # given back, and still somebody's
    with pytest.raises(Unavailable):
        await operations.remove_quota(editor, named(kept))


async def test_staff_do_both_on_the_page_of_the_places(
    app: Starlette, client: httpx.AsyncClient, offer: Offer, editor: Actor, night: Event
) -> None:
    whole, session = await offer(), await offer(title="剪纸")
    staff, stranger = await signed_in(app, editor), Browser(client)
    await stranger.open(f"/book/{session.code}")
    own = await stranger.send(f"/book/{session.code}", contact_name="张三")
    assert "不举行" not in own
    here = f"/staff/bookings/{session.code}"
    text = await staff.open(here)
    assert f"{here}/removal" not in text
    said = await staff.send(f"{here}/cancellation", reason=WHY)
    assert "这一场已取消" in said
    assert WHY in said
    assert "您约的这一场不举行了" in (page := await stranger.open(f"/events/{night.slug}"))
    assert WHY in page
    said = await staff.send(f"{here}/reinstatement")
    assert "已恢复举行" in said
    assert WHY not in await stranger.open(f"/events/{night.slug}")
    there = f"/staff/bookings/{whole.code}"
    text = await staff.open(there)
    assert f"{there}/cancellation" not in text
    said = await staff.send(f"{there}/removal")
    assert "没有人报过名" in said
    assert staff.address.endswith(f"/staff/events/{night.slug}")
    removed = "mutation($input: RemoveQuotaInput!) { removeQuota(input: $input) { code errors { code } } }"
    refused = await ask(client, removed, input={"code": session.code, "version": 1})
    assert refused["removeQuota"]["code"] is None
