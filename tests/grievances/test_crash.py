"""Many report at once and the process is killed in the middle: nothing acknowledged is lost, nothing is there twice.

Sixty here; `make histories` has two hundred.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import httpx
import pytest

from civicgraph import db
from civicgraph import settings as configuration
from civicgraph.grievances.figures.checking import check_all
from civicgraph.grievances.models import Grievance, GrievanceUpdate
from civicgraph.operations.audit import verify
from tests.conftest import SECRET, make_settings
from tests.grievances.conftest import fill
from tests.support.city import FENGQUAN
from tests.support.servers import Server
from tests.support.templates import run

RESIDENTS = int(os.environ.get("CIVICGRAPH_RESIDENTS", "60"))
FILE = """mutation ($key: String!, $words: String!) { fileGrievance(input: {category: "lighting",
  divisionCode: "520327001901", description: $words, idempotencyKey: $key}) { grievance { number } trackingSecret } }"""
BOUNDS = {"CIVICGRAPH_REPORTS_PER_MINUTE": "100000", "CIVICGRAPH_COST_PER_MINUTE": "100000000"}


async def file(client: httpx.AsyncClient, number: int) -> str | None:
    """The number that a resident was answered; None when the connection broke."""
    variables = {"key": f"resident-{number:012}", "words": f"楼道灯坏了，第{number}位反映"}
    try:
        answer = await client.post("/graphql", json={"query": FILE, "variables": variables})
        found: str = answer.json()["data"]["fileGrievance"]["grievance"]["number"]
    except (httpx.HTTPError, ValueError, TypeError, KeyError):
        return None
    return found


async def crowd(server: Server, kill_after: int = 0) -> dict[int, str]:
    """All of them at once; the process is killed when so many were answered."""
    acknowledged: dict[int, str] = {}
    # Half of them at a time where the process is killed: some must not have been answered when it is.
    limits = httpx.Limits(max_connections=RESIDENTS // 2 if kill_after else 100)
    headers = {"accept": "application/json"}

    async def one(client: httpx.AsyncClient, number: int) -> None:
        found = await file(client, number)
        if found:
            acknowledged[number] = found
        if kill_after and len(acknowledged) == kill_after:
            server.kill()

    async with httpx.AsyncClient(base_url=server.url, limits=limits, headers=headers, timeout=60) as client:
        await asyncio.gather(*(one(client, number) for number in range(RESIDENTS)))
    return acknowledged


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_who_was_answered_is_kept_and_who_sends_again_is_kept_once(database: str, tmp_path: Path) -> None:
    settings = make_settings(database)

    async def connected(work: Any) -> Any:
        configuration.use(settings)
        async with db.connected(settings):
            return await work()

    run(connected(fill))
    with Server(database, SECRET, tmp_path, **BOUNDS) as server:
        first = run(crowd(server, kill_after=RESIDENTS // 3))
    assert RESIDENTS // 3 <= len(first) < RESIDENTS
    with Server(database, SECRET, tmp_path, **BOUNDS) as server:
        again = run(crowd(server))
    assert len(again) == RESIDENTS
    assert {number: again[number] for number in first} == first

    async def look() -> tuple[int, int, int, int | None]:
        rows = await Grievance.filter(division_id=FENGQUAN).count()
        steps = await GrievanceUpdate.all().count()
        return rows, steps, await check_all(), await verify()

    assert run(connected(look)) == (RESIDENTS, RESIDENTS, 0, None)
