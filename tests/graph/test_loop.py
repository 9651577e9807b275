"""The whole loop of a grievance through GraphQL alone."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from civicgraph.accounts.operations import create_token
from civicgraph.permissions import Role
from tests.graph.test_reads import report
from tests.support import city


class Partner:
    """An app with a token, or without one."""

    def __init__(self, client: httpx.AsyncClient, token: str = "") -> None:
        self._client = client
        self._headers = {"accept": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})

    async def __call__(self, text: str, **variables: Any) -> dict[str, Any]:
        answer = await self._client.post(
            "/graphql", json={"query": text, "variables": variables}, headers=self._headers
        )
        assert "errors" not in answer.json(), answer.text
        found: dict[str, Any] = answer.json()["data"]
        return found


FILE = "mutation($input: FileGrievanceInput!) { fileGrievance(input: $input) { grievance { number status } trackingSecret errors { field message } } }"
WORK = "{ grievance { number status version } errors { field code message } }"
TRACK = "query($n: String!, $s: String!) { trackedGrievance(number: $n, secret: $s) { status outcome updates { nodes { status byLine publicNote } } } }"


@pytest.fixture
async def apps(app: Starlette, client: httpx.AsyncClient) -> dict[str, Partner]:
    await city.build()
    await report()  # the categories
    found = {"resident": Partner(client)}
    for name, role in (("point", Role.DISPATCHER), ("grid", Role.GRID_WORKER)):
        actor = await city.person(name, role, city.FENGQUAN)
        made = await create_token(actor, {"name": name, "scopes": ["read", "grievances"], "days": 1})
        found[name] = Partner(client, made["secret"])
    return found


async def test_a_report_is_filed_assigned_resolved_and_followed_by_apps(apps: dict[str, Partner]) -> None:
    given = {
        "category": "lighting",
        "divisionCode": city.FENGQUAN,
        "description": "二楼灯不亮了",
        "channel": "API",
        "idempotencyKey": "k" * 20,
    }
    filed = (await apps["resident"](FILE, input=given))["fileGrievance"]
    again = (await apps["resident"](FILE, input=given))["fileGrievance"]
    assert filed == again
    assert filed["errors"] == []
    number, secret = filed["grievance"]["number"], filed["trackingSecret"]

    worker = (await apps["grid"]("{ me { number } }"))["me"]["number"]
    assign = f"mutation($input: AssignGrievanceInput!) {{ assignGrievance(input: $input) {WORK} }}"
    assigned = (await apps["point"](assign, input={"number": number, "assigneeId": worker, "version": 1}))[
        "assignGrievance"
    ]
    assert assigned["errors"] == []
    assert assigned["grievance"]["status"] == "ASSIGNED"

    mine = await apps["grid"]("{ grievances(filter: {assignedToMe: true, isOpen: true}) { nodes { number version } } }")
    assert [one["number"] for one in mine["grievances"]["nodes"]] == [number]
    resolve = f"mutation($input: ResolveGrievanceInput!) {{ resolveGrievance(input: $input) {WORK} }}"
    version = mine["grievances"]["nodes"][0]["version"]
    stale = (await apps["grid"](resolve, input={"number": number, "outcome": "已修好。", "version": version - 1}))[
        "resolveGrievance"
    ]
    assert stale["errors"][0]["code"] == "CONFLICT"
    done = (await apps["grid"](resolve, input={"number": number, "outcome": "已修好。", "version": version}))[
        "resolveGrievance"
    ]
    assert done["grievance"]["status"] == "RESOLVED"

    seen = (await apps["resident"](TRACK, n=number, s=secret))["trackedGrievance"]
    assert seen["status"] == "RESOLVED"
    assert seen["outcome"] == "已修好。"
    assert {"SUBMITTED", "ASSIGNED", "RESOLVED"} <= {one["status"] for one in seen["updates"]["nodes"]}
    assert (await apps["resident"](TRACK, n=number, s="WRONG"))["trackedGrievance"] is None
