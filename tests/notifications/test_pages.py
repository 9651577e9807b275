"""Inbox and outbox, as a browser without JavaScript walks them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from starlette.applications import Starlette

from civicgraph.accounts.models import Person
from civicgraph.notifications.models import InboxMessage, MessageState, OutboxMessage
from civicgraph.permissions import Role
from tests.notifications.conftest import tell
from tests.support import city as place
from tests.support.browser import Browser, signed_in
from tests.support.city import FENGGANG, FENGQUAN, SUIYANG


@dataclass
class Site:
    """The running site, and who uses it."""

    person: Person
    mine: Browser
    centre: Browser
    neighbour: Browser


@pytest.fixture
async def site(app: Starlette) -> AsyncIterator[Site]:
    """The small city behind the whole application; a dispatcher, and the centres of two counties."""
    await place.build()
    actor = await place.person("lin", Role.DISPATCHER, FENGQUAN, email="lin@example.cn")
    centres = [await place.person(f"centre.{code}", Role.SUPERVISOR, code) for code in (FENGGANG, SUIYANG)]
    made = Site(await Person.get(id=actor.person_id), *[await signed_in(app, one) for one in (actor, *centres)])
    yield made
    for browser in (made.mine, made.centre, made.neighbour):
        await browser.http.aclose()


async def test_a_message_is_opened_and_leads_to_its_page(site: Site) -> None:
    await tell(site.person, what="路灯坏了", link="/staff/sessions")
    await site.mine.open("/staff/inbox")
    assert "路灯坏了 &amp; more" in site.mine.text
    assert "http://127.0.0.1:8000/staff/sessions" not in site.mine.text
    number = (await InboxMessage.get()).id
    await site.mine.send(f"/staff/inbox/{number}/opening")
    assert site.mine.address.endswith("/staff/sessions")
    assert (await InboxMessage.get()).read_at
    assert "路灯坏了" not in await site.mine.open("/staff/inbox?unread=1")


async def test_an_inbox_is_read_through_at_once(site: Site) -> None:
    for number in range(25):
        await tell(site.person, dedupe=f"lamp {number}")
    await site.mine.open("/staff/inbox")
    newest = await InboxMessage.all().order_by("-id").first()
    await site.mine.send(f"/staff/inbox/{newest.id}/reading")  # type: ignore[union-attr]
    assert await InboxMessage.filter(read_at=None).count() == 0


async def test_nobody_opens_anothers_message(site: Site) -> None:
    await tell(site.person)
    number = (await InboxMessage.get()).id
    assert "路灯" not in await site.centre.open("/staff/inbox")
    token = dict(site.centre.form("/sign-out").pairs)["csrf"]
    answer = await site.centre.http.post(f"/staff/inbox/{number}/opening", data={"csrf": token})
    assert answer.status_code == 404
    assert (await InboxMessage.get()).read_at is None


async def test_a_parked_message_is_sent_again_by_the_centre_of_its_county(site: Site) -> None:
    await tell(site.person)
    await OutboxMessage.all().update(state=MessageState.PARKED, last_error="SMTPConnectError")
    await site.neighbour.open("/staff/outbox?view=parked")
    assert "SMTPConnectError" not in site.neighbour.text
    number = (await OutboxMessage.get()).id
    token = dict(site.neighbour.form("/sign-out").pairs)["csrf"]
    answer = await site.neighbour.http.post(f"/staff/outbox/{number}/resending", data={"csrf": token})
    assert answer.status_code == 404
    await site.centre.open("/staff/outbox?view=parked")
    assert "SMTPConnectError" in site.centre.text
    assert "lin@example.cn" not in site.centre.text
    await site.centre.send(f"/staff/outbox/{number}/resending")
    assert "稍后会重新发送" in site.centre.text
    assert (await OutboxMessage.get()).state is MessageState.PENDING
    for view in ("", "?view=waiting", "?view=nonsense"):
        assert "lamp" in await site.centre.open(f"/staff/outbox{view}")


async def test_the_outbox_is_closed_to_those_who_oversee_nothing(site: Site) -> None:
    await tell(site.person)
    assert "lamp" not in await site.mine.open("/staff/outbox")
