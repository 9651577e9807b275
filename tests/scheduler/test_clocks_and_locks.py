"""Clocks that are set, databases that lock, two processes at once: no step lost, none twice."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
import time_machine
from tortoise.connection import get_connection
from tortoise.exceptions import OperationalError

from civicgraph import clock, db
from civicgraph import settings as configuration
from civicgraph.accounts.models import Person
from civicgraph.divisions.models import Division
from civicgraph.grievances.models import Grievance
from civicgraph.grievances.operations import file_grievance
from civicgraph.notifications import delivery
from civicgraph.notifications.delivery import deliver_due
from civicgraph.notifications.models import MessageState, OutboxMessage
from civicgraph.notifications.operations import notify_person
from civicgraph.permissions import ANONYMOUS, Role
from civicgraph.scheduler import lease
from civicgraph.scheduler.deadlines import set_deadline
from civicgraph.scheduler.heartbeat import Fence, Heartbeat
from civicgraph.scheduler.models import Deadline
from civicgraph.settings import Settings
from tests.conftest import SECRET
from tests.grievances.conftest import fill, words
from tests.grievances.test_reminders import PATIENCE, tick, told
from tests.support import city as place
from tests.support.city import FENGGANG, FENGQUAN, LONGQUAN
from tests.support.killing import Killer
from tests.support.mail import Mailbox

Work = Callable[[], Awaitable[Any]]


class Interrupting(Mailbox):
    """A mail server at whose "250" something happens first."""

    def __init__(self) -> None:
        super().__init__()
        self.first: Work | None = None

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Keep the message."""
        if self.first is not None:
            first, self.first = self.first, None
            await first()
        return await super().handle_DATA(server, session, envelope)


@pytest.fixture
def mailbox() -> Any:
    """The interrupting mail server in place of the plain one."""
    with Interrupting() as box:
        yield box


@pytest.fixture
async def lin(connected: Settings, mailbox: Interrupting, monkeypatch: pytest.MonkeyPatch) -> Person:
    """Somebody with an address, a mail server, and a database whose locks are waited for only shortly."""
    configuration.use(connected.model_copy(update={"smtp_url": mailbox.url, "delivery_lease_seconds": 4}))
    monkeypatch.setattr(delivery, "LOCKED_SECONDS", 1)
    await wait_shortly(connected)
    await place.build()
    return await Person.create(username="lin", name="林", email="lin@example.cn")


async def wait_shortly(settings: Settings) -> None:
    """Let SQLite give up early where the database is locked."""
    if not db.is_postgres(settings):
        await get_connection("default").execute_query("PRAGMA busy_timeout = 200")


async def tell(person: Person, what: str = "one") -> None:
    """A message to somebody."""
    values = {
        "number": what,
        "category": "路灯",
        "place": "凤泉",
        "urgency": "general",
        "due_at": "2026-05-28T04:00:00Z",
    }
    await notify_person(person, "grievance_assigned", values, dedupe=what, division_code=FENGQUAN)


@asynccontextmanager
async def locked(settings: Settings, table: str) -> AsyncIterator[None]:
    """Somebody else holds the database of SQLite, or the rows of a table of PostgreSQL."""
    if db.is_postgres(settings):
        connection = await asyncpg.connect(**db.postgres_credentials(settings))
        try:
            async with connection.transaction():
                await connection.fetch(f"SELECT 1 FROM {table} FOR UPDATE")
                yield
        finally:
            await connection.close()
        return
    other = sqlite3.connect(db.sqlite_path(settings), isolation_level=None, check_same_thread=False)
    try:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")
    finally:
        other.close()


async def until(happened: Callable[[], Awaitable[Any]], seconds: float = 10) -> None:
    """Wait until something has happened."""
    async with asyncio.timeout(seconds):
        while not await happened():
            await asyncio.sleep(0.05)


async def test_what_was_taken_is_not_sent_again_though_the_database_locks_before_it_is_marked(
    lin: Person, mailbox: Interrupting, connected: Settings
) -> None:
    await tell(lin)
    async with AsyncExitStack() as held:

        async def lock() -> None:
            await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(hold(), loop))

        async def hold() -> None:
            await held.enter_async_context(locked(connected, "outbox_message"))

        loop, mailbox.first = asyncio.get_running_loop(), lock
        with suppress(OperationalError):  # SQLite cannot claim more
            await deliver_due()
        assert len(mailbox.messages) == 1
        assert (await OutboxMessage.get()).state is MessageState.PENDING
    await until(lambda: OutboxMessage.filter(state=MessageState.SENT).exists())
    with clock.override(clock.now() + timedelta(days=1)):
        assert await deliver_due() == 0
    assert len(mailbox.messages) == 1
    assert not delivery._insisting


@pytest.mark.parametrize("table", ["deadline", "lease"])
async def test_a_tick_that_meets_a_lock_tells_once_when_it_is_gone(
    subject: Division, missed: list[str], connected: Settings, table: str
) -> None:
    await wait_shortly(connected)

    async def nothing(_: Fence) -> int:
        return 0

    heart = Heartbeat(connected.model_copy(update={"tick_seconds": 1, "lease_seconds": 3}), nothing)
    await lease.take(heart._holder, 3)
    await set_deadline(subject, "response", clock.now())
    async with locked(connected, table):
        await heart.start()
        await asyncio.sleep(2.5)
        assert missed == []
    await until(lambda: Deadline.filter(state="fired").exists())
    await asyncio.sleep(1.2)
    await heart.stop()
    assert missed == ["response"]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("hours", [-1, 24])
async def test_the_heart_beats_on_when_the_clock_is_set(connected: Settings, hours: int) -> None:
    beats: list[float] = []

    async def count(_: Fence) -> int:
        beats.append(clock.monotonic())
        return 0

    heart = Heartbeat(connected.model_copy(update={"tick_seconds": 1}), count)
    await heart.start()
    await asyncio.sleep(1.5)
    before = len(beats)
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=hours), tick=True):
        await asyncio.sleep(3.5)
        await heart.stop()
    assert before
    assert len(beats) >= before + 2


async def test_a_dead_process_does_not_lead_on_when_the_clock_is_set_back(
    connected: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await lease.take("dead", 15)
    watch, began = lease.Watch(), clock.monotonic()
    with time_machine.travel(datetime.now(UTC) - timedelta(hours=1), tick=True):
        for seconds, leads in ((0, False), (14, False), (16, True)):
            monkeypatch.setattr(clock, "monotonic", lambda seconds=seconds: began + seconds)
            assert bool(await lease.take("next", 15, watch)) is leads


async def test_a_living_one_that_renews_leads_on_when_the_clock_is_set_back(
    connected: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await lease.take("alive", 15)
    watch, began = lease.Watch(), clock.monotonic()
    with time_machine.travel(datetime.now(UTC) - timedelta(hours=1), tick=True) as moment:
        for seconds in range(0, 60, 5):
            monkeypatch.setattr(clock, "monotonic", lambda seconds=seconds: began + seconds)
            moment.shift(5)
            assert await lease.take("alive", 15)
            assert await lease.take("next", 15, watch) is None


async def test_who_takes_over_sends_nothing_while_the_one_before_may_still_be_sending(
    lin: Person, mailbox: Interrupting
) -> None:
    settings = configuration.current()
    first, second = Heartbeat(settings, deliver_due), Heartbeat(settings, deliver_due)
    await tell(lin)

    async def a_day_later() -> None:
        with time_machine.travel(datetime.now(UTC) + timedelta(days=1), tick=True):
            took.append(await second.tick_once())

    async def jump() -> None:
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(a_day_later(), loop))

    loop, took, mailbox.first = asyncio.get_running_loop(), list[Any](), jump
    assert not (await first.tick_once()).is_leader, "it sent what it had claimed, and then was replaced"
    assert [(one.is_leader, one.delivered) for one in took] == [(True, 0)]
    assert (await second.tick_once()).delivered == 0
    assert len(mailbox.messages) == 1


async def test_who_was_replaced_claims_nothing_more(lin: Person, mailbox: Interrupting) -> None:
    settings = configuration.current()
    heart = Heartbeat(settings, deliver_due)
    await heart._take()
    await lease.Lease.all().update(expires_at=clock.wall() - timedelta(seconds=1))
    assert await lease.take("successor", 15)
    await tell(lin)
    with pytest.raises(lease.LeadershipLost):
        await deliver_due(heart._fence)
    assert mailbox.messages == []
    assert (await OutboxMessage.get()).attempts == 0


async def test_no_rung_is_left_out_or_told_twice_when_the_clock_is_set(connected: Settings) -> None:
    await fill()
    for name, role, code in (
        ("dispatcher", Role.DISPATCHER, FENGQUAN),
        ("street", Role.DISPATCHER, LONGQUAN),
        ("county", Role.SUPERVISOR, FENGGANG),
    ):
        await place.person(name, role, code)
    row: Grievance = (await file_grievance(ANONYMOUS, words()))["grievance"]
    due, hour = row.response_due_at, timedelta(hours=1)
    ladder = ["dispatcher", "street", "county"]
    for moment, reached in (
        (due, 1), (due - hour, 1), (due, 1), (due + PATIENCE, 2), (due + PATIENCE - hour, 2),
        (due + timedelta(days=1), 3), (due + timedelta(days=1) - hour, 3), (due + timedelta(days=1, hours=1), 3),
    ):  # fmt: skip
        await tick(moment)
        await tick(moment)
        assert [name for name, _ in await told()] == ladder[:reached]


@pytest.mark.slow
async def test_two_processes_that_tick_at_once_send_everything_once_and_in_order(
    lin: Person, mailbox: Interrupting, database: str
) -> None:
    chen = await Person.create(username="chen", name="陈", email="chen@example.cn")
    for number in range(6):
        for person in (lin, chen):
            await tell(person, f"{person.username}{number}")
    with Killer(database, SECRET, mailbox.url) as one, Killer(database, SECRET, mailbox.url) as other:
        await asyncio.gather(*(asyncio.to_thread(process.tick, ticks=4) for process in (one, other)))
    assert await OutboxMessage.filter(state=MessageState.SENT).count() == 12
    assert set(Counter(str(mail["Message-ID"]) for mail in mailbox.messages).values()) == {1}
    for person in (lin, chen):
        came = [str(mail["Subject"]) for mail in mailbox.to(person.email)]
        assert len(came) == 6
        assert came == sorted(came)
