"""Many report at once while staff work, and the process is killed in the middle: nothing acknowledged is lost or there twice.

Sixty residents here; `make histories` has two hundred.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest

from civicgraph import db
from civicgraph import settings as configuration
from civicgraph.accounts.operations import create_token
from civicgraph.grievances.figures.checking import check_all
from civicgraph.grievances.models import Grievance, GrievanceStatus, GrievanceUpdate
from civicgraph.grievances.operations import file_grievance
from civicgraph.operations.audit import verify
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import ANONYMOUS, Role
from tests.conftest import SECRET, make_settings
from tests.grievances.conftest import fill, words
from tests.support import city as place
from tests.support.city import FENGQUAN
from tests.support.servers import Server
from tests.support.templates import run

WAITING = 40
"""Reports of the day before, which the staff assign and resolve meanwhile."""
RESIDENTS = int(os.environ.get("CIVICGRAPH_RESIDENTS", "60"))
FILE = """mutation ($key: String!, $words: String!) { fileGrievance(input: {category: "lighting",
  divisionCode: "520327001901", description: $words, idempotencyKey: $key}) { grievance { number } trackingSecret } }"""
STEPS = {
    "assign": """mutation ($number: String!, $version: Int!) { assignGrievance(input: {number: $number, version: $version,
      team: "水电维修志愿服务队"}) { grievance { version status } errors { code } } }""",
    "resolve": """mutation ($number: String!, $version: Int!) { resolveGrievance(input: {number: $number, version: $version,
      outcome: "换了灯泡"}) { grievance { version status } errors { code } } }""",
}
STANDS = "query ($number: String!) { grievance(number: $number) { version status } }"
AFTER = {"SUBMITTED": "assign", "ASSIGNED": "resolve"}
BOUNDS = {
    "CIVICGRAPH_REPORTS_PER_MINUTE": "100000",
    "CIVICGRAPH_UNPROVEN_REPORTS_PER_MINUTE": "100000",
    "CIVICGRAPH_COST_PER_MINUTE": "100000000",
}


async def file(client: httpx.AsyncClient, number: int) -> str | None:
    """The number that a resident was answered; None when the connection broke."""
    variables = {"key": f"resident-{number:012}", "words": f"楼道灯坏了，第{number}位反映"}
    try:
        answer = await client.post("/graphql", json={"query": FILE, "variables": variables})
        found: str = answer.json()["data"]["fileGrievance"]["grievance"]["number"]
    except (httpx.HTTPError, ValueError, TypeError, KeyError):
        return None
    return found


async def asked(client: httpx.AsyncClient, query: str, **variables: Any) -> dict[str, Any] | None:
    """The grievance in the answer; None when the connection broke."""
    try:
        answer = (await client.post("/graphql", json={"query": query, "variables": variables})).json()["data"]
    except (httpx.HTTPError, ValueError, KeyError):
        return None
    (found,) = answer.values()
    assert not found.get("errors"), found
    row: dict[str, Any] = found.get("grievance", found)
    return row


async def work(client: httpx.AsyncClient, numbers: list[str], done: set[tuple[str, str]]) -> None:
    """One of the staff: assigns and resolves what nobody else has taken yet, and notes what was acknowledged."""
    while numbers:
        number = numbers.pop()
        row = await asked(client, STANDS, number=number)
        while row is not None and (verb := AFTER.get(row["status"])):
            row = await asked(client, STEPS[verb], number=number, version=row["version"])
            if row is not None:
                done.add((number, verb))
        if row is None:  # the server is gone
            return


async def crowd(
    server: Server, staff: str, numbers: list[str], done: set[tuple[str, str]], kill_after: int = 0
) -> dict[int, str]:
    """All residents at once and five of the staff; the process is killed when so many residents were answered."""
    acknowledged: dict[int, str] = {}
    # Half of them at a time where the process is killed: some must not have been answered when it is.
    limits = httpx.Limits(max_connections=RESIDENTS // 2 if kill_after else 100)
    headers = {"accept": "application/json"}

    async def one(client: httpx.AsyncClient, number: int) -> None:
        found = await file(client, number)
        if found:
            acknowledged[number] = found
        if kill_after and len(acknowledged) >= kill_after and done and server.process and server.process.is_alive():
            server.kill()

    own = {**headers, "authorization": f"Bearer {staff}"}
    async with (
        httpx.AsyncClient(base_url=server.url, limits=limits, headers=headers, timeout=60) as residents,
        httpx.AsyncClient(base_url=server.url, headers=own, timeout=60) as office,
    ):
        working = [work(office, numbers, done) for _ in range(5)]
        await asyncio.gather(*working, *(one(residents, number) for number in range(RESIDENTS)))
    return acknowledged


async def begin() -> tuple[str, list[str]]:
    """The small city, a dispatcher's token, and what waits for the staff."""
    await fill()
    dispatcher = await place.person("dispatcher", Role.DISPATCHER, FENGQUAN)
    made = await create_token(dispatcher, {"name": "desk", "scopes": ["read", "grievances"], "days": 1})
    filed = [await file_grievance(ANONYMOUS, words()) for _ in range(WAITING)]
    return str(made["secret"]), [one["number"] for one in filed]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_who_was_answered_is_kept_and_who_sends_again_is_kept_once(database: str, tmp_path: Path) -> None:
    settings = make_settings(database)

    async def connected(look: Any) -> Any:
        configuration.use(settings)
        async with db.connected(settings):
            return await look()

    staff, numbers = run(connected(begin))
    done: set[tuple[str, str]] = set()
    with Server(database, SECRET, tmp_path, **BOUNDS) as server:
        first = run(crowd(server, staff, list(numbers), done, kill_after=RESIDENTS // 3))
    assert RESIDENTS // 3 <= len(first) < RESIDENTS
    before = set(done)
    assert 0 < len(before) < 2 * WAITING

    async def taken() -> Counter[tuple[str, str]]:
        """How often each step stands in the history, each with its entry in the trail."""
        updates = await GrievanceUpdate.filter(verb__in=list(STEPS)).prefetch_related("grievance")
        found = Counter((one.grievance.number, one.verb) for one in updates)
        operations = [f"{verb}_grievance" for verb in STEPS]
        assert await AuditEntry.filter(operation__in=operations).count() == found.total()
        return found

    stands = run(connected(taken))
    assert before <= set(stands)
    assert set(stands.values()) == {1}
    with Server(database, SECRET, tmp_path, **BOUNDS) as server:
        again = run(crowd(server, staff, list(numbers), done))
    assert len(again) == RESIDENTS
    assert {number: again[number] for number in first} == first
    assert run(connected(taken)) == Counter((number, verb) for number in numbers for verb in STEPS)

    async def look() -> tuple[int, int, int, int, int | None]:
        rows = await Grievance.filter(division_id=FENGQUAN).count()
        resolved = await Grievance.filter(status=GrievanceStatus.RESOLVED, number__in=numbers).count()
        steps = await GrievanceUpdate.all().count()
        return rows, resolved, steps, await check_all(), await verify()

    assert run(connected(look)) == (RESIDENTS + WAITING, WAITING, RESIDENTS + 3 * WAITING, 0, None)
