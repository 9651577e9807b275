"""The embedded database while another program writes to it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from starlette.applications import Starlette
from tortoise.connection import get_connection
from tortoise.exceptions import OperationalError
from tortoise.transactions import in_transaction

from civicgraph import clock, db
from civicgraph.accounts.models import ApiToken
from civicgraph.accounts.operations import actor_from_token, create_token
from civicgraph.divisions.models import Division
from civicgraph.permissions import Role
from civicgraph.scheduler.models import Deadline
from civicgraph.settings import Settings
from tests.support import city

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@contextmanager
def write_elsewhere(settings: Settings) -> Iterator[None]:
    """Another program's write transaction."""
    with closing(sqlite3.connect(db.sqlite_path(settings), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


async def write() -> None:
    async with in_transaction():
        await Division.filter(code=city.FENGQUAN).update(name="凤泉")


def test_a_reading_connection_writes_nothing(settings: Settings) -> None:
    with closing(sqlite3.connect(db.sqlite_reading(settings), uri=True)) as file:
        assert file.execute("SELECT count(*) FROM table_version").fetchone()[0]
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            file.execute("DELETE FROM table_version")


async def test_a_write_that_waited_in_vain_holds_up_nothing_after_it(connected: Settings) -> None:
    await city.build()
    await get_connection("default").execute_script("PRAGMA busy_timeout=100")
    with write_elsewhere(connected), pytest.raises(OperationalError, match="locked"):
        await asyncio.create_task(write())
    await asyncio.wait_for(write(), 2)
    assert (await Division.get(code=city.FENGQUAN)).name == "凤泉"


async def test_a_write_that_was_given_up_while_it_waited_leaves_no_transaction_open(connected: Settings) -> None:
    await city.build()
    await get_connection("default").execute_script("PRAGMA busy_timeout=1000")
    with write_elsewhere(connected):
        waiting = asyncio.create_task(write())
        await asyncio.sleep(0.2)
        waiting.cancel()
        await asyncio.sleep(0.2)
    with pytest.raises(asyncio.CancelledError):
        await waiting
    with write_elsewhere(connected):  # nobody holds the lock
        pass
    await asyncio.wait_for(write(), 2)


async def test_who_somebody_is_does_not_wait_for_a_write(app: Starlette, settings: Settings) -> None:
    await city.build()
    person = await city.person("editor", Role.DISPATCHER, city.FENGQUAN)
    secret = (await create_token(person, {"name": "script", "scopes": ["read"], "days": 30}))["secret"]
    with write_elsewhere(settings):
        waiting = asyncio.create_task(write())
        await asyncio.sleep(0.1)
        actor = await asyncio.wait_for(actor_from_token(secret), 1)
        assert not waiting.done()
    assert actor is not None
    assert actor.person_id == person.person_id
    await waiting
    assert (await ApiToken.get()).last_used_at is None  # the lock was not waited for; the next use is kept
    await actor_from_token(secret)
    assert (await ApiToken.get()).last_used_at is not None


async def test_a_time_by_the_citys_clock_is_the_same_moment_as_in_utc(connected: Settings) -> None:
    opens = datetime(2026, 5, 22, 9, tzinfo=clock.CITY_ZONE)
    await Deadline.create(subject_type="Milestone", subject_id=1, kind="due", due_at=opens)
    for moment, is_due in ((opens - timedelta(seconds=1), 0), (opens, 1)):
        for zone in (clock.CITY_ZONE, UTC):
            assert await Deadline.filter(due_at__lte=moment.astimezone(zone)).count() == is_due
    assert (await Deadline.get()).due_at == opens
