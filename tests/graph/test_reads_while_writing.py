"""Whatever is read while others write: an answer, of one moment, that waits for nobody and lags behind nobody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from itertools import count
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as how
from hypothesis import strategies as st
from starlette.applications import Starlette
from tortoise.transactions import in_transaction

from civicgraph import clock
from civicgraph import settings as configuration
from civicgraph.accounts.operations import create_token
from civicgraph.graph import readers as graph_readers
from civicgraph.grievances import operations
from civicgraph.grievances.models import Grievance, GrievanceStatus
from civicgraph.grievances.rules import month_of
from civicgraph.permissions import SCOPES, Actor, Role
from civicgraph.settings import Settings
from tests.conftest import make_settings
from tests.graph.documents import documents
from tests.graph.test_reads import report
from tests.support import city

LIVES = 12
WHOLE = """query($within: DivisionCode!, $month: String!) {
  grievances(first: 100) { totalCount nodes { number status version firstResponseAt resolvedAt
    latestUpdate { status } updates(first: 100) { totalCount nodes { status } } } }
  performance(within: $within, month: $month) { received responded resolved }
}"""
_keys = count()


@pytest.fixture
def settings(database: str, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The test's settings, with budgets that no number of reads spends.

    What is asked here is whether answers are whole, and not how soon they come: `test_limits` holds that slow ones are
    stopped after two seconds, which a machine that does much else may need.
    """
    monkeypatch.setattr(graph_readers, "STATEMENT_SECONDS", 30)
    monkeypatch.setitem(graph_readers.SESSION, "statement_timeout", "30000")
    made = make_settings(
        database, cost_per_minute=10**9, staff_cost_per_minute=10**9, cost_limit=10**8, staff_cost_limit=10**8
    )
    configuration.use(made)
    return made


class Readers:
    """A stranger and an administrator with a token, who ask the application."""

    def __init__(self, app: Starlette, token: str) -> None:
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1:8000")
        self._headers = ({}, {"authorization": f"Bearer {token}"})
        self.versions: dict[str, int] = {}
        """What the writer was told so far: the version of each grievance."""

    async def ask(self, text: str, *, is_staff: bool, **variables: Any) -> dict[str, Any]:
        """The data of an answer without an error."""
        answer = await self.client.post(
            "/graphql", json={"query": text, "variables": variables}, headers=self._headers[is_staff]
        )
        assert answer.status_code == 200, f"{answer.text}\n{text}"
        assert "errors" not in answer.json(), f"{answer.text}\n{text}"
        found: dict[str, Any] = answer.json()["data"]
        return found

    async def see(self) -> None:
        """Ask for everything that a write changes at once; it agrees, and holds every write told of before."""
        told = dict(self.versions)
        month = month_of(clock.now())
        found = await self.ask(WHOLE, is_staff=True, within=city.CITY, month=month)
        rows = found["grievances"]["nodes"]
        assert found["grievances"]["totalCount"] == len(rows)
        for row in rows:
            steps = [one["status"] for one in row["updates"]["nodes"]]
            assert len(steps) == row["updates"]["totalCount"] == row["version"], row
            assert row["latestUpdate"]["status"] == row["status"], row
            assert row["status"] in steps, row
        counts = found["performance"] or {"received": 0, "responded": 0, "resolved": 0}
        assert counts == {
            "received": len(rows),
            "responded": sum(row["firstResponseAt"] is not None for row in rows),
            "resolved": sum(row["resolvedAt"] is not None for row in rows),
        }
        seen = {row["number"]: row["version"] for row in rows}
        assert all(seen[number] >= version for number, version in told.items()), (told, seen)


@pytest.fixture
async def writer(app: Starlette) -> Actor:
    """An administrator of the city."""
    await city.build()
    await report()  # the categories, and one grievance
    return await city.person("administrator", Role.ADMINISTRATOR, city.CITY)


@pytest.fixture
async def readers(app: Starlette, writer: Actor) -> AsyncIterator[Readers]:
    made = await create_token(writer, {"name": "reader", "scopes": list(SCOPES), "days": 1})
    found = Readers(app, made["secret"])
    yield found
    await found.client.aclose()


async def life(writer: Actor, versions: dict[str, int]) -> None:
    """A grievance from report to close; each version is noted when its operation has been acknowledged."""
    number = await report(description=f"第 {next(_keys)} 盏楼道灯坏了")
    versions[number] = 1
    for work, values in (
        (operations.accept_grievance, {}),
        (operations.assign_grievance, {"team": "水电维修队"}),
        (operations.start_grievance, {}),
        (operations.comment_on_grievance, {"note": "在路上", "is_public": True}),
        (operations.resolve_grievance, {"outcome": "已修好。"}),
        (operations.reopen_grievance, {"reason": "灯又坏了"}),
    ):
        row = await work(writer, {"number": number, "version": versions[number], **values})
        versions[number] = row.version


PROPERTY = how(
    max_examples=LIVES,
    deadline=None,
    phases=[Phase.generate],  # what depends on timing does not get smaller by trying it again
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


@PROPERTY
@given(asked=st.lists(st.tuples(documents(), st.booleans()), min_size=6, max_size=6))
async def test_reads_of_anything_while_others_write_are_whole_and_never_fail(
    writer: Actor, readers: Readers, asked: list[tuple[str, bool]]
) -> None:
    writing = asyncio.create_task(life(writer, readers.versions))
    while not writing.done():
        await asyncio.gather(readers.see(), *(readers.ask(text, is_staff=staff) for text, staff in asked))
    await writing
    await readers.see()


@PROPERTY
@given(text=documents())
async def test_no_read_of_a_stranger_waits_for_a_write_that_is_still_open(
    writer: Actor, readers: Readers, text: str
) -> None:
    before = await readers.ask("{ grievances { nodes { number status } } }", is_staff=False)
    may_read = asyncio.Event()

    async def read() -> list[dict[str, Any]]:
        await may_read.wait()
        asked = ("{ grievances { nodes { number status } } }", text)
        return [await readers.ask(one, is_staff=False) for one in asked]

    reading = asyncio.create_task(read())  # made here, for a task made in the transaction would read within it
    async with in_transaction():
        await Grievance.all().update(status=GrievanceStatus.CLOSED)
        may_read.set()
        found = await asyncio.wait_for(reading, 10)
        await Grievance.all().update(status=GrievanceStatus.SUBMITTED)
    assert found[0] == before
