"""Hundreds want thirty places at once, and the process is killed in the middle: never more than there are, nothing lost."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from civicgraph import db
from civicgraph import settings as configuration
from civicgraph.bookings import operations
from civicgraph.bookings.models import Quota, Registration
from civicgraph.events import operations as events
from civicgraph.events import quotas as quotas  # events are in step with their quotas
from civicgraph.operations.audit import verify
from civicgraph.permissions import Role
from tests.bookings.conftest import LATER, Offer, come, counted
from tests.conftest import SECRET, make_settings
from tests.support import city as place
from tests.support.city import FENGGANG
from tests.support.servers import Server
from tests.support.templates import run

CROWD, PLACES, RESIDENTS = 500, 30, 60
REGISTER = """mutation ($input: RegisterInput!) { register(input: $input) { registration { number state } } }"""
BOUNDS = {"CIVICGRAPH_BOOKINGS_PER_MINUTE": "100000", "CIVICGRAPH_COST_PER_MINUTE": "100000000"}


async def test_five_hundred_at_once_take_exactly_thirty_places_and_the_rest_wait_in_turn(offer: Offer) -> None:
    quota = await offer(capacity=PLACES)
    rows = await asyncio.gather(*(come(quota, f"人{number}") for number in range(CROWD)))
    assert await counted(quota) == (PLACES, CROWD - PLACES)
    assert sorted(one.rank for one in rows) == list(range(1, CROWD + 1))
    in_turn = await Registration.filter(quota_id=quota.id).order_by("rank")
    assert [one.state.value for one in in_turn] == ["confirmed"] * PLACES + ["waiting"] * (CROWD - PLACES)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_who_was_answered_keeps_the_place_when_the_process_is_killed_and_who_sends_again_has_one(
    database: str, tmp_path: Path
) -> None:
    settings = make_settings(database)

    async def connected(work: Any) -> Any:
        configuration.use(settings)
        async with db.connected(settings):
            return await work()

    async def fill() -> str:
        await place.build()
        editor = await place.person("editor", Role.EDITOR, FENGGANG)
        row = await events.create_event(editor, LATER)
        await events.publish_event(editor, {"slug": row.slug, "version": row.version})
        given = {"subject_kind": "event", "subject_slug": row.slug, "capacity": PLACES}
        return (await operations.create_quota(editor, given)).code

    code = run(connected(fill))
    with Server(database, SECRET, tmp_path, **BOUNDS) as server:
        first = run(_crowd(server, code, kill_after=RESIDENTS // 3))
    assert RESIDENTS // 3 <= len(first) < RESIDENTS
    with Server(database, SECRET, tmp_path, **BOUNDS) as server:
        again = run(_crowd(server, code))
    assert len(again) == RESIDENTS
    assert {number: again[number] for number in first} == first

    async def look() -> tuple[tuple[int, int], int, int | None]:
        quota = await Quota.get(code=code)
        return await counted(quota), await Registration.all().count(), await verify()

    assert run(connected(look)) == ((PLACES, RESIDENTS - PLACES), RESIDENTS, None)


async def _crowd(server: Server, code: str, kill_after: int = 0) -> dict[int, str]:
    """All of them at once; the process is killed when so many were answered."""
    acknowledged: dict[int, str] = {}

    async def one(client: httpx.AsyncClient, number: int) -> None:
        given = {"quotaCode": code, "contactName": f"人{number}", "idempotencyKey": f"resident-{number:012}"}
        try:
            answer = await client.post("/graphql", json={"query": REGISTER, "variables": {"input": given}})
            acknowledged[number] = answer.json()["data"]["register"]["registration"]["number"]
        except (httpx.HTTPError, ValueError, TypeError, KeyError):
            return
        if kill_after and len(acknowledged) == kill_after:
            server.kill()

    # Half of them at a time where the process is killed: some must not have been answered when it is.
    limits = httpx.Limits(max_connections=RESIDENTS // 2 if kill_after else 100)
    headers = {"accept": "application/json"}
    async with httpx.AsyncClient(base_url=server.url, limits=limits, headers=headers, timeout=60) as client:
        await asyncio.gather(*(one(client, number) for number in range(RESIDENTS)))
    return acknowledged
