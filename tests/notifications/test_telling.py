"""Telling people: in the transaction of what is told, and once."""

from __future__ import annotations

from typing import Any

import pytest
from tortoise.transactions import in_transaction

from civicgraph import crypto
from civicgraph.accounts.models import Person
from civicgraph.graph.engine import Engine
from civicgraph.notifications import operations, rules
from civicgraph.notifications.models import InboxMessage, MessageState, OutboxMessage
from civicgraph.notifications.operations import notify_address
from civicgraph.notifications.rendering import render_message
from civicgraph.operations import NotFound, Unavailable
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import ANONYMOUS, Actor, Role
from tests.notifications.conftest import tell
from tests.support import city as place
from tests.support.city import FENGGANG, FENGQUAN, SUIYANG

INBOX = "query ($filter: InboxMessageFilter) { inbox(filter: $filter) { nodes { subject text link readAt } } }"
OUTBOX = """query ($filter: OutboxMessageFilter) { outbox(filter: $filter) {
  nodes { number template state attempts lastError person { name } }
} }"""


def me(row: Person) -> Actor:
    """The actor behind a person."""
    return Actor(kind="person", person_id=row.id, name=row.name)


async def test_a_person_hears_in_the_inbox_and_by_e_mail(lin: Person) -> None:
    await tell(lin)
    inbox, outbox = await InboxMessage.get(), await OutboxMessage.get()
    assert (inbox.subject, inbox.link) == ("办好了: 路灯坏了", "/staff")
    assert inbox.text.startswith("路灯坏了 & more")
    assert (outbox.person_id, outbox.state, outbox.attempts) == (lin.id, MessageState.PENDING, 0)
    assert crypto.decrypt(outbox.address) == "lin@example.cn"
    assert "lin@example.cn" not in str(dict(outbox))


async def test_the_same_thing_is_told_once_though_it_is_said_twice(lin: Person) -> None:
    for _ in range(3):
        async with in_transaction():
            await tell(lin)
            await tell(lin)
    await tell(lin, dedupe="lamp 2")
    assert await InboxMessage.all().count() == 2
    assert await OutboxMessage.all().count() == 2


async def test_a_transaction_goes_on_after_telling_what_was_told(lin: Person) -> None:
    await tell(lin)
    async with in_transaction():
        await tell(lin)
        await tell(lin, dedupe="lamp 2")
    assert await InboxMessage.all().count() == 2


async def test_what_did_not_happen_is_not_told(lin: Person) -> None:
    async def fail() -> None:
        async with in_transaction():
            await tell(lin)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await InboxMessage.all().count() == await OutboxMessage.all().count() == 0


async def test_everyone_hears_in_their_own_language(lin: Person) -> None:
    lin.locale = "en"
    await tell(lin)
    assert (await InboxMessage.get()).subject == "Done: 路灯坏了"


async def test_who_has_no_address_has_the_inbox_and_who_left_hears_nothing(lin: Person) -> None:
    lin.email = ""
    await tell(lin)
    lin.is_active = False
    await tell(lin, dedupe="lamp 2")
    assert await InboxMessage.all().count() == 1
    assert await OutboxMessage.all().count() == 0


async def test_a_reporter_hears_by_the_address_they_left(lin: Person) -> None:
    sealed = crypto.encrypt("chen@example.cn")
    for _ in range(2):
        await notify_address(sealed, "en", "lamp", {"what": "lamp"}, dedupe="lamp 1", division_code=FENGQUAN)
    await notify_address("", "en", "lamp", {"what": "lamp"}, dedupe="lamp 2", division_code=FENGQUAN)
    row = await OutboxMessage.get()
    assert (row.person_id, row.locale, row.address) == (None, "en", sealed)


async def test_a_line_break_in_a_subject_starts_no_header(lin: Person) -> None:
    subject, _ = render_message("lamp", {"what": "灯\r\nBcc: all@example.cn", "link": ""}, "zh")
    assert "\n" not in subject
    assert "\r" not in subject


def test_a_long_key_still_tells_things_apart() -> None:
    keys = {rules.message_key("thing" * 40, name) for name in ("lin", "chen")}
    assert len(keys) == 2
    assert all(len(key) <= rules.MAX_KEY for key in keys)


async def test_an_inbox_is_read_by_its_owner_alone(engine: Engine, lin: Person) -> None:
    other = await place.person("chen", Role.ADMINISTRATOR, FENGGANG)
    await tell(lin)

    async def inbox(actor: Actor, **filters: Any) -> list[Any]:
        return list((await engine.read(INBOX, {"filter": filters}, actor))["inbox"]["nodes"])

    assert [one["subject"] for one in await inbox(me(lin), isUnread=True)] == ["办好了: 路灯坏了"]
    assert await inbox(other) == await inbox(ANONYMOUS) == []
    number = (await InboxMessage.get()).id
    for actor in (other, ANONYMOUS):
        with pytest.raises(NotFound):
            await operations.read_message(actor, {"id": number})
    await operations.read_message(me(lin), {"id": number})
    assert await inbox(me(lin), isUnread=True) == []
    assert (await inbox(me(lin)))[0]["readAt"]


async def test_reading_all_leaves_what_came_later_unread(lin: Person) -> None:
    for number in range(3):
        await tell(lin, dedupe=f"lamp {number}")
    numbers = [row.id for row in await InboxMessage.all().order_by("id")]
    await operations.read_all_messages(me(lin), {"id": numbers[1]})
    assert [row.id for row in await InboxMessage.filter(read_at=None)] == [numbers[2]]


async def test_the_outbox_is_seen_by_those_who_oversee_the_place_and_never_an_address(
    engine: Engine, lin: Person
) -> None:
    await tell(lin)
    supervisor = await place.person("supervisor", Role.SUPERVISOR, FENGGANG)
    for role, code in ((Role.SUPERVISOR, SUIYANG), (Role.DISPATCHER, FENGQUAN)):
        other = await place.person(f"{role}{code}", role, code)
        assert (await engine.read(OUTBOX, {}, other))["outbox"]["nodes"] == []
    found = (await engine.read(OUTBOX, {"filter": {"isWaiting": True, "within": FENGGANG}}, supervisor))["outbox"]
    assert [(one["template"], one["state"]) for one in found["nodes"]] == [("lamp", "PENDING")]
    assert (await engine.read(OUTBOX, {"filter": {"isParked": True}}, supervisor))["outbox"]["nodes"] == []
    assert "address" not in str(engine.schema.type_map["OutboxMessage"].fields.keys())  # type: ignore[attr-defined]


async def test_a_parked_message_is_sent_again_by_those_who_oversee_the_place(lin: Person) -> None:
    await tell(lin)
    row = await OutboxMessage.get()
    supervisor = await place.person("supervisor", Role.SUPERVISOR, FENGGANG)
    stranger = await place.person("stranger", Role.SUPERVISOR, SUIYANG)
    with pytest.raises(Unavailable):
        await operations.resend_message(supervisor, {"id": row.id})
    await OutboxMessage.all().update(state=MessageState.PARKED, attempts=40)
    with pytest.raises(NotFound):
        await operations.resend_message(stranger, {"id": row.id})
    again = await operations.resend_message(supervisor, {"id": row.id})
    assert (again.state, again.attempts) == (MessageState.PENDING, 0)
    assert (await AuditEntry.all().order_by("-id").first()).operation == "resend_message"  # type: ignore[union-attr]
