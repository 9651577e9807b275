"""Two processes, one of them killed between claiming and sending: a reminder arrives exactly once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from civicgraph import clock
from civicgraph import settings as configuration
from civicgraph.grievances.models import Body, Grievance, GrievanceCategory, Urgency
from civicgraph.grievances.operations import assign_grievance, file_grievance
from civicgraph.notifications.delivery import deliver_due
from civicgraph.notifications.models import InboxMessage, MessageState, OutboxMessage
from civicgraph.permissions import ANONYMOUS, Role
from civicgraph.scheduler.models import Deadline, Lease
from civicgraph.settings import Settings
from tests.conftest import SECRET
from tests.support import city as place
from tests.support.city import FENGQUAN, LONGQUAN
from tests.support.mail import Mailbox
from tests.support.servers import Server

LEASE_SECONDS, CLAIM_SECONDS = 3, 6


class Doorkeeper(Mailbox):
    """A mail server that keeps senders waiting before they may hand anything over."""

    def __init__(self) -> None:
        super().__init__()
        self.is_open = False
        self.waiting = 0

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        """Let wait, then take the recipient."""
        self.waiting += 1
        while not self.is_open:
            await asyncio.sleep(0.05)
        envelope.rcpt_tos.append(address)
        return "250 OK"


@pytest.fixture
def mailbox() -> Any:
    """The doorkeeper in place of the plain mail server."""
    with Doorkeeper() as box:
        yield box
        box.is_open = True


@pytest.fixture
async def overdue(connected: Settings, mailbox: Doorkeeper) -> Grievance:
    """An assigned grievance whose worker, and the street above, have an address; so far all mail has arrived."""
    await place.build()
    await GrievanceCategory.create(
        code="lighting",
        group_code="home",
        group_name="房屋与水电",
        group_name_en="Homes and utilities",
        name="楼道与路灯照明",
        name_en="Corridor and street lighting",
        urgency=Urgency.GENERAL,
        body=Body.PROPERTY,
        position=0,
    )
    dispatcher = await place.person("dispatcher", Role.DISPATCHER, FENGQUAN, email="dispatcher@example.cn")
    worker = await place.person("worker", Role.GRID_WORKER, FENGQUAN, email="worker@example.cn")
    await place.person("street", Role.DISPATCHER, LONGQUAN, email="street@example.cn")
    given = {"category": "lighting", "division_code": FENGQUAN, "description": "三单元楼道灯坏了两天"}
    row: Grievance = (await file_grievance(ANONYMOUS, given))["grievance"]
    await assign_grievance(dispatcher, {"number": row.number, "assignee_id": worker.person_id, "version": row.version})
    configuration.use(connected.model_copy(update={"smtp_url": mailbox.url}))
    mailbox.is_open = True
    await deliver_due()
    mailbox.is_open, mailbox.waiting = False, 0
    mailbox.messages.clear()
    return await Grievance.get(id=row.id)


@pytest.fixture
async def start(
    database: str, overdue: Grievance, mailbox: Doorkeeper, tmp_path: Path
) -> AsyncIterator[Callable[[datetime], Server]]:
    """Starts a server whose clock has gone on to a moment."""
    running: list[Server] = []

    def start(moment: datetime) -> Server:
        environment = {
            "CIVICGRAPH_SMTP_URL": mailbox.url,
            "CIVICGRAPH_TICK_SECONDS": "1",
            "CIVICGRAPH_LEASE_SECONDS": str(LEASE_SECONDS),
            "CIVICGRAPH_DELIVERY_LEASE_SECONDS": str(CLAIM_SECONDS),
            "CIVICGRAPH_CLOCK_OFFSET_SECONDS": str(int((moment - clock.now()).total_seconds())),
        }
        running.append(Server(database, SECRET, tmp_path, **environment))
        return running[-1].start()

    yield start
    mailbox.is_open = True
    for server in running:
        if server.process is not None and server.process.is_alive():
            server.stop()


async def until(happened: Callable[[], Any], seconds: float = 60) -> None:
    """Wait until something has happened."""
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen in time"
        await asyncio.sleep(0.05)


async def leader(*servers: Server) -> Server:
    """The server that leads."""
    pid = int((await Lease.get(name="tick")).holder.split(":")[1])
    return next(one for one in servers if one.process is not None and one.process.pid == pid)


@pytest.mark.slow
async def test_a_reminder_arrives_once_though_its_sender_is_killed_and_the_street_is_told_once_later(
    overdue: Grievance, start: Callable[[datetime], Server], mailbox: Doorkeeper
) -> None:
    late = overdue.resolution_due_at + timedelta(minutes=1)
    resolution = Deadline.filter(kind="resolution")
    await resolution.update(due_at=late + timedelta(days=1))  # not before both are up
    servers = [await asyncio.to_thread(start, late) for _ in range(2)]
    await resolution.update(due_at=overdue.resolution_due_at)
    await until(lambda: mailbox.waiting)
    killed = await leader(*servers)
    (message,) = await OutboxMessage.filter(template="grievance_overdue", state=MessageState.PENDING)
    assert message.attempts == 1  # claimed, and on its way
    killed.kill()
    mailbox.is_open = True

    await until(lambda: mailbox.to("worker@example.cn"))
    assert await leader(*servers) is not killed
    await asyncio.sleep(CLAIM_SECONDS + 2)
    (mail,) = mailbox.to("worker@example.cn")
    assert overdue.number in mail["Subject"]
    assert mailbox.messages == [mail]
    (survivor,) = (one for one in servers if one is not killed)
    survivor.stop()
    assert (await Lease.get(name="tick")).expires_at < clock.wall()  # given back, the next need not wait

    later = late + timedelta(minutes=configuration.current().escalate_after_minutes)
    for _ in range(2):
        await asyncio.to_thread(start, later)
    await until(lambda: mailbox.to("street@example.cn"))
    await asyncio.sleep(CLAIM_SECONDS + 2)
    assert len(mailbox.to("street@example.cn")) == 1
    assert len(mailbox.messages) == 2

    assert await InboxMessage.filter(person__username="worker", subject__contains="已超时").count() == 1
    assert await InboxMessage.filter(person__username="street").count() == 1
