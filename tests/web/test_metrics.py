"""Figures about the process, for those who watch over it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from starlette.applications import Starlette

from civicgraph import clock
from civicgraph.permissions import Role
from civicgraph.scheduler.models import Deadline, DeadlineState
from tests.support import city

TOKEN = {"authorization": "Bearer the token of the watch"}


@pytest.fixture
async def watched(app: Starlette) -> AsyncIterator[Starlette]:
    before = app.state.settings
    app.state.settings = before.model_copy(update={"metrics_token": SecretStr("the token of the watch")})
    yield app
    app.state.settings = before


async def figures(client: httpx.AsyncClient) -> dict[str, float]:
    answer = await client.get("/metrics", headers=TOKEN)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    families = text_string_to_metric_families(answer.text)
    return {
        one.name + "".join(f"[{value}]" for value in one.labels.values()): one.value
        for family in families
        for one in family.samples
    }


async def test_metrics_are_closed_until_they_have_a_token_and_open_to_it_alone(
    app: Starlette, client: httpx.AsyncClient
) -> None:
    assert (await client.get("/metrics", headers=TOKEN)).status_code == 404
    app.state.settings = app.state.settings.model_copy(update={"metrics_token": SecretStr("the token of the watch")})
    for headers in ({}, {"authorization": "Bearer another"}, {"authorization": "Basic the token of the watch"}):
        refused = await client.get("/metrics", headers=headers)
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, 'Bearer realm="metrics"')
    assert (await client.get("/metrics", headers=TOKEN)).status_code == 200


async def test_reads_outside_the_plans_are_counted_and_no_page_is_among_them(
    watched: Starlette, client: httpx.AsyncClient
) -> None:
    await city.build()
    await city.person("editor", Role.EDITOR, city.FENGGANG)
    before = await figures(client)
    for path in ("/", "/events", "/places", f"/places/{city.FENGQUAN}"):
        assert (await client.get(path, headers={"accept": "text/html"})).status_code == 200
    after = await figures(client)
    assert after["civicgraph_graphql_statements_total"] >= before["civicgraph_graphql_statements_total"] + 3
    assert after["civicgraph_graphql_outside_plans_total"] == before["civicgraph_graphql_outside_plans_total"] == 0
    assert after["civicgraph_requests_total[200]"] >= before["civicgraph_requests_total[200]"] + 4
    assert after["civicgraph_pages_kept"] >= 3
    for _ in range(3):  # the first may find that the city was still being written when it was kept
        await client.get("/places", headers={"accept": "text/html"})
    assert (await figures(client))["civicgraph_pages_from_memory_total"] >= 2


async def test_what_waits_is_told_and_nothing_of_a_person(watched: Starlette, client: httpx.AsyncClient) -> None:
    assert (await figures(client))["civicgraph_deadlines_unclaimed"] == 0
    passed = clock.now() - timedelta(minutes=1)
    await Deadline.create(
        subject_type="Grievance", subject_id=1, kind="resolution", due_at=passed, state=DeadlineState.PENDING
    )
    found = await figures(client)
    assert found["civicgraph_deadlines_unclaimed"] == 1
    assert found["civicgraph_messages_waiting"] == found["civicgraph_messages_parked"] == 0
    assert found["civicgraph_seconds_since_tick"] >= 0
    openmetrics = await client.get("/metrics", headers={**TOKEN, "accept": "application/openmetrics-text"})
    assert openmetrics.text.endswith("# EOF\n")
