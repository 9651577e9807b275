"""Delivering the outbox to a real mail server, whatever the server does."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from civicgraph import clock, crypto
from civicgraph import settings as configuration
from civicgraph.accounts.models import Person
from civicgraph.notifications import delivery
from civicgraph.notifications.delivery import check_smtp, deliver_due
from civicgraph.notifications.models import MessageState, OutboxMessage
from civicgraph.notifications.operations import notify_address
from civicgraph.notifications.sending.mail import message_id
from civicgraph.settings import Settings
from tests.notifications.conftest import tell
from tests.support.mail import Mailbox, free_port
from tests.support.plans import plan_of


class Moody(Mailbox):
    """A mail server that refuses as it is told to."""

    answer = ""
    after_text = ""

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        """Take the recipient, or refuse."""
        if self.answer:
            return self.answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Keep the message, or refuse it."""
        return self.after_text or await super().handle_DATA(server, session, envelope)


@pytest.fixture
def mailbox() -> Any:
    """A mail server with moods, in place of the plain one."""
    with Moody() as box:
        yield box


def use(connected: Settings, **values: Any) -> None:
    """Settings with changes."""
    configuration.use(connected.model_copy(update=values))


async def test_a_message_arrives_with_a_subject_a_text_and_an_id_that_stays(lin: Person, posted: Mailbox) -> None:
    await tell(lin)
    assert await deliver_due() == 1
    (mail,) = posted.messages
    assert (mail["To"], mail["Subject"]) == ("lin@example.cn", "办好了: 路灯坏了")
    assert "路灯坏了 & more" in mail.get_content()
    assert mail["Auto-Submitted"] == "auto-generated"
    row = await OutboxMessage.get()
    assert mail["Message-ID"] == message_id(row.dedupe_key)
    assert (row.state, row.attempts, row.last_error) == (MessageState.SENT, 1, "")
    assert await deliver_due() == 0
    assert len(posted.messages) == 1


async def test_without_a_mail_server_messages_wait(lin: Person) -> None:
    await tell(lin)
    assert await deliver_due() == 0
    assert (await OutboxMessage.get()).attempts == 0


async def test_many_are_sent_in_batches_each_once(
    lin: Person, posted: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "BATCH", 3)
    for number in range(8):
        await tell(lin, dedupe=f"lamp {number}", what=f"lamp {number}")
    await asyncio.gather(deliver_due(), deliver_due(), deliver_due())
    assert sorted(mail["Subject"] for mail in posted.messages) == [f"办好了: lamp {number}" for number in range(8)]
    assert await OutboxMessage.filter(state=MessageState.SENT).count() == 8


async def test_a_refused_message_waits_longer_each_time_and_is_parked_after_three_days(
    lin: Person, posted: Moody
) -> None:
    posted.answer = "450 try later"
    await tell(lin)
    row = await OutboxMessage.get()
    moment, pauses = row.created_at, []
    while row.state is MessageState.PENDING:
        with clock.override(moment):
            assert await deliver_due() == 0
        row = await OutboxMessage.get()
        pauses.append(row.next_attempt_at - moment)
        moment = row.next_attempt_at
    assert row.state is MessageState.PARKED
    assert timedelta(hours=72) <= moment - row.created_at <= timedelta(hours=85)
    assert timedelta(minutes=1) < pauses[0] < timedelta(minutes=3)
    assert all(later > earlier for earlier, later in pairwise(pauses[:7]))
    assert row.last_error == "SMTP 450: try later"
    assert posted.messages == []


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("550 5.1.1 <lin@example.cn>: no such person here", "SMTP 550: 5.1.1 <＊＊＊>: no such person here"),
        ("553 mailbox LIN unknown, ask 13800001234", "SMTP 553: mailbox ＊＊＊ unknown, ask ＊＊＊"),
    ],
)
async def test_what_is_refused_for_good_is_parked_at_once_with_the_servers_words_and_the_next_goes_out(
    lin: Person, posted: Moody, answer: str, said: str
) -> None:
    await tell(lin)
    await tell(lin, dedupe="lamp 2", what="第二盏")
    posted.answer = answer
    await deliver_due()
    assert {(row.state, row.attempts, row.last_error) for row in await OutboxMessage.all()} == {
        (MessageState.PARKED, 1, said)
    }
    posted.answer = ""
    await tell(lin, dedupe="lamp 3", what="第三盏")
    assert await deliver_due() == 1


async def test_a_text_that_the_server_will_not_take_is_parked_at_once(lin: Person, posted: Moody) -> None:
    posted.after_text = "554 looks like advertising"
    await tell(lin)
    assert await deliver_due() == 0
    row = await OutboxMessage.get()
    assert (row.state, row.last_error) == (MessageState.PARKED, "SMTP 554: looks like advertising")


async def test_a_server_that_is_away_loses_nothing(lin: Person, connected: Settings) -> None:
    use(connected, smtp_url=f"smtp://127.0.0.1:{free_port()}")
    await tell(lin)
    assert await deliver_due() == 0
    row = await OutboxMessage.get()
    assert (row.state, row.attempts) == (MessageState.PENDING, 1)


async def test_a_server_that_stalls_is_given_up_before_another_sender_may_begin(
    lin: Person, connected: Settings, mailbox: Moody
) -> None:
    use(connected, smtp_url=mailbox.url, delivery_lease_seconds=2)
    mailbox.stall = 30
    await tell(lin)
    began = clock.monotonic()
    assert await deliver_due() == 0
    assert clock.monotonic() - began < 2
    row = await OutboxMessage.get()
    assert (row.state, row.last_error) == (MessageState.PENDING, "TimeoutError")


async def test_a_sender_that_died_between_claiming_and_sending_loses_nothing(lin: Person, posted: Mailbox) -> None:
    await tell(lin)
    settings = configuration.current()
    assert len(await delivery._claim(settings, delivery.unfenced)) == 1  # and then it is gone
    assert await deliver_due() == 0
    with clock.override(clock.now() + timedelta(seconds=settings.delivery_lease_seconds)):
        assert await deliver_due() == 1
    assert len(posted.messages) == 1


async def test_a_repeat_carries_the_same_id(lin: Person, posted: Mailbox) -> None:
    await tell(lin)
    await deliver_due()
    await OutboxMessage.all().update(state=MessageState.PENDING, next_attempt_at=clock.now())
    await deliver_due()
    assert len({mail["Message-ID"] for mail in posted.messages}) == 1
    assert len(posted.messages) == 2


async def test_one_message_that_cannot_be_written_does_not_hold_up_the_others(lin: Person, posted: Mailbox) -> None:
    for number in range(2):
        await tell(lin, dedupe=f"lamp {number}")
    first = await OutboxMessage.all().order_by("id").first()
    await OutboxMessage.filter(id=first.id).update(template="broken")  # type: ignore[union-attr]
    assert await deliver_due() == 1
    assert (await OutboxMessage.get(template="broken")).last_error == "UndefinedError"


async def test_an_address_with_a_line_break_sends_nothing(lin: Person, posted: Mailbox) -> None:
    await tell(lin)
    await OutboxMessage.all().update(address=crypto.encrypt("lin@example.cn\r\nBcc: all@example.cn"))
    assert await deliver_due() == 0
    assert posted.messages == []


async def test_an_address_sealed_with_another_key_is_not_guessed(lin: Person, posted: Mailbox) -> None:
    await tell(lin)
    sealed = (await OutboxMessage.get()).address
    await OutboxMessage.all().update(address=sealed[:-6] + "AAAAAA")
    assert await deliver_due() == 0
    assert (await OutboxMessage.get()).state is MessageState.PENDING


async def test_looking_for_what_is_due_reads_an_index_of_waiting_messages_alone(connected: Settings) -> None:
    assert "outbox_pending" in await plan_of(delivery._due(connected, clock.now()).limit(20))


async def test_the_check_says_what_is_wrong_with_the_mail_server(connected: Settings, mailbox: Moody) -> None:
    assert await check_smtp(connected) is None
    assert await check_smtp(connected.model_copy(update={"smtp_url": mailbox.url})) is None
    trouble = await check_smtp(connected.model_copy(update={"smtp_url": f"smtp://127.0.0.1:{free_port()}"}))
    assert trouble is not None
    assert "CIVICGRAPH_SMTP_URL" in trouble


async def test_a_message_that_can_be_ended_says_how_to_people_and_to_mail_programs(
    connected: Settings, posted: Mailbox
) -> None:
    values: dict[str, Any] = {"dedupe": "lamp 1", "division_code": "5203", "unsubscribe": "/unfollow/f1.abc"}
    await notify_address(crypto.encrypt("li@example.cn"), "zh", "lamp", {"what": "路灯"}, **values)
    assert await deliver_due() == 1
    (mail,) = posted.messages
    assert mail["List-Unsubscribe"] == "<http://127.0.0.1:8000/unfollow/f1.abc>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"  # RFC 8058
    assert "http://127.0.0.1:8000/unfollow/f1.abc" in mail.get_content()
