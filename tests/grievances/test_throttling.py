"""What one address may do in a minute: reporting, guessing secrets, searching. Others are not held up by it."""

from __future__ import annotations

import httpx
import pytest
from starlette.applications import Starlette

from civicgraph import budgets
from civicgraph import settings as configuration
from civicgraph.budgets import Budgets
from civicgraph.grievances.models import Grievance
from civicgraph.permissions import Role
from tests.grievances.conftest import fill
from tests.support import city

ELSEWHERE = {"x-forwarded-for": "203.0.113.77"}


@pytest.fixture(autouse=True)
async def bounded(app: Starlette, monkeypatch: pytest.MonkeyPatch) -> None:
    await fill()
    limits = {"reports_per_minute": 3, "wrong_secrets_per_minute": 3, "searches_per_minute": 3}
    configuration.use(app.state.settings.model_copy(update=limits))
    monkeypatch.setattr(budgets, "shared", Budgets())


MUTATION = """mutation($input: FileGrievanceInput!) {
  fileGrievance(input: $input) { grievance { number } errors { code message } }
}"""


def report(number: int, key: str = "") -> dict[str, object]:
    words = {
        "category": "lighting",
        "divisionCode": city.FENGQUAN,
        "description": f"第{number}盏路灯不亮了，请来看看。",
    }
    return {"query": MUTATION, "variables": {"input": {**words, "idempotencyKey": key or f"key-{number}-0123456789"}}}


async def test_reports_from_one_address_are_bounded_and_a_retry_is_not_counted(client: httpx.AsyncClient) -> None:
    json = {"accept": "application/json"}

    async def send(number: int, headers: dict[str, str]) -> dict[str, object]:
        answer = await client.post("/graphql", json=report(number), headers={**json, **headers})
        found: dict[str, object] = answer.json()["data"]["fileGrievance"]
        return found

    for number in range(3):
        assert (await send(number, {}))["errors"] == []
    refused = await send(3, {})
    assert refused["grievance"] is None
    assert refused["errors"][0]["code"] == "LIMIT_EXCEEDED"  # type: ignore[index]
    assert "秒后再提交" in refused["errors"][0]["message"]  # type: ignore[index]
    assert (await send(1, {}))["errors"] == []  # the same report again is answered as before
    assert (await send(4, ELSEWHERE))["errors"] == []
    assert await Grievance.all().count() == 4


async def test_wrong_secrets_are_bounded_and_right_ones_never(client: httpx.AsyncClient) -> None:
    statuses = [(await client.get(f"/track/ZY-1123-7F3K/{n:0>18}")).status_code for n in range(5)]
    assert statuses == [404, 404, 404, 429, 429]
    refused = await client.get("/track/ZY-1123-7F3K/000000000000000000")
    assert int(refused.headers["retry-after"]) > 0
    assert "429" in refused.text
    assert (await client.get("/track/ZY-1123-7F3K/000000000000000000", headers=ELSEWHERE)).status_code == 404


async def test_searches_are_bounded_but_for_those_who_signed_in(client: httpx.AsyncClient) -> None:
    statuses = [(await client.get(f"/search?q=路灯{n}")).status_code for n in range(5)]
    assert statuses == [200, 200, 200, 429, 429]
    await city.sign_in(client, "worker", Role.DISPATCHER, city.FENGGANG)
    assert (await client.get("/search?q=路灯9")).status_code == 200
