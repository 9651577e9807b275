"""Hundreds want thirty places at once, and the process is killed in the middle: never more than there are, nothing lost."""

from __future__ import annotations

import asyncio
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

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

CROWD, PLACES = 500, 30
RESIDENTS = int(os.environ.get("CIVICGRAPH_RESIDENTS", "60"))
"""How many ask by HTTP; `make soak` sends five hundred."""
REGISTER = """mutation ($input: RegisterInput!) { register(input: $input) { registration { number state } } }"""
BOUNDS = {"CIVICGRAPH_BOOKINGS_PER_MINUTE": "100000", "CIVICGRAPH_COST_PER_MINUTE": "100000000"}


async def test_five_hundred_at_once_take_exactly_thirty_places_and_the_rest_wait_in_turn(offer: Offer) -> None:
    quota = await offer(capacity=PLACES)
    rows = await asyncio.gather(*(come(quota, f"人{number}") for number in range(CROWD)))
    assert await counted(quota) == (PLACES, CROWD - PLACES)
    assert sorted(one.rank for one in rows) == list(range(1, CROWD + 1))
    in_turn = await Registration.filter(quota_id=quota.id).order_by("rank")
    assert [one.state.value for one in in_turn] == ["confirmed"] * PLACES + ["waiting"] * (CROWD - PLACES)


@dataclass(frozen=True)
class Answered:
    """Somebody whom the server told of their place; when they asked and when they heard."""

    number: str
    asked_at: float
    heard_at: float


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
    assert {one: again[one].number for one in first} == {one: told.number for one, told in first.items()}

    async def look() -> tuple[list[str], int | None]:
        quota = await Quota.get(code=code)
        assert await counted(quota) == (PLACES, RESIDENTS - PLACES)
        rows = await Registration.filter(quota_id=quota.id).order_by("rank")
        assert [one.rank for one in rows] == list(range(1, RESIDENTS + 1))
        assert [one.state.value for one in rows] == ["confirmed"] * PLACES + ["waiting"] * (RESIDENTS - PLACES)
        return [one.number for one in rows], await verify()

    in_turn, broken = run(connected(look))
    assert broken is None
    assert sorted(in_turn) == sorted(one.number for one in again.values())
    late = {one: told for one, told in again.items() if one not in first}
    for told in (first, late):
        assert_nobody_is_before_who_was_answered_when_they_asked(in_turn, told)


def assert_nobody_is_before_who_was_answered_when_they_asked(in_turn: list[str], told: dict[int, Answered]) -> None:
    """Of two whose requests overlap either may be first; who has heard stands before all who ask later."""
    by_rank = sorted(told.values(), key=lambda one: in_turn.index(one.number), reverse=True)
    first_heard = by_rank[0].heard_at
    for one in by_rank:  # from the last in turn: nobody behind had heard when this one asked
        first_heard = min(first_heard, one.heard_at)
        assert one.asked_at < first_heard


async def _crowd(server: Server, code: str, kill_after: int = 0) -> dict[int, Answered]:
    """All of them at once; the process is killed when so many were answered."""
    acknowledged: dict[int, Answered] = {}

    async def one(client: httpx.AsyncClient, number: int) -> None:
        given = {"quotaCode": code, "contactName": f"人{number}", "idempotencyKey": f"resident-{number:012}"}
        async with at_once:
            asked_at = time.monotonic()
            try:
                answer = await client.post("/graphql", json={"query": REGISTER, "variables": {"input": given}})
                told = answer.json()["data"]["register"]["registration"]["number"]
            except (httpx.HTTPError, ValueError, TypeError, KeyError):
                return
            acknowledged[number] = Answered(told, asked_at, time.monotonic())
        if kill_after and len(acknowledged) == kill_after:
            server.kill()

    # Half of them at a time where the process is killed: some must not have been answered when it is.
    at_once = asyncio.Semaphore(min(RESIDENTS // 2, 100) if kill_after else 100)
    limits = httpx.Limits(max_connections=None)
    headers = {"accept": "application/json"}
    async with httpx.AsyncClient(base_url=server.url, limits=limits, headers=headers, timeout=60) as client:
        await asyncio.gather(*(one(client, number) for number in range(RESIDENTS)))
    return acknowledged
