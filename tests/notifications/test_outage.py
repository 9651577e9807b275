"""The mail server is away for an hour and comes back: everything arrives, each message once, each person's in order."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from civicgraph import clock, crypto
from civicgraph import settings as configuration
from civicgraph.accounts.models import Person
from civicgraph.notifications.delivery import deliver_due
from civicgraph.notifications.models import MessageState, OutboxMessage
from civicgraph.notifications.operations import notify_address
from civicgraph.settings import Settings
from tests.notifications.conftest import tell
from tests.support.city import FENGQUAN
from tests.support.mail import Mailbox

MINUTE = timedelta(minutes=1)
RESIDENTS = ("wang@example.cn", "zhao@example.cn")


async def test_a_server_that_is_away_for_an_hour_gets_everything_once_and_in_order(
    lin: Person, connected: Settings
) -> None:
    chen = await Person.create(username="chen", name="陈", email="chen@example.cn")
    mailbox, moment, told = Mailbox(), clock.now(), 0
    configuration.use(connected.model_copy(update={"smtp_url": mailbox.url, "delivery_lease_seconds": 60}))
    for minute in range(60):
        with clock.override(moment):
            if minute % 5 == 0:
                told += 1
                await _tell_all(lin, chen, told)
            assert await deliver_due() == 0
        moment += MINUTE
    assert await OutboxMessage.filter(state=MessageState.PENDING).count() == 4 * told
    assert await OutboxMessage.filter(attempts__gt=0).count() == 4  # nobody's second is tried before the first is there

    with mailbox:
        back = moment
        while await OutboxMessage.filter(state=MessageState.PENDING).exists():
            with clock.override(moment):
                await deliver_due()
            moment += MINUTE
            assert moment - back <= timedelta(minutes=75)  # the longest pause after an hour of trying, and its spread
    assert set(Counter(str(mail["Message-ID"]) for mail in mailbox.messages).values()) == {1}
    for address in (lin.email, chen.email, *RESIDENTS):
        subjects = [str(mail["Subject"]) for mail in mailbox.to(address)]
        assert subjects == [f"办好了: {number:02}" for number in range(1, told + 1)]


async def _tell_all(lin: Person, chen: Person, number: int) -> None:
    """The same to two of the staff and to two residents who left an address."""
    for person in (lin, chen):
        await tell(person, dedupe=f"{person.username} {number}", what=f"{number:02}")
    for address in RESIDENTS:
        await notify_address(
            crypto.encrypt(address),
            "zh",
            "lamp",
            {"what": f"{number:02}", "link": "/grievances"},
            dedupe=f"{address} {number}",
            division_code=FENGQUAN,
        )
