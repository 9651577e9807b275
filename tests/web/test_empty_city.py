"""A server whose city is not loaded says so, and what to do."""

from __future__ import annotations

import httpx
import pytest
from starlette.applications import Starlette

from tests.support import city


@pytest.mark.parametrize(
    "path", ["/", "/places", "/events", "/services", "/enterprises", "/products", "/markets", "/grievances", "/report"]
)
async def test_pages_of_a_city_that_is_not_there_are_not_broken(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 503


async def test_it_is_not_ready_until_the_city_is_there(app: Starlette, client: httpx.AsyncClient) -> None:
    before = await client.get("/readyz")
    assert before.status_code == 503
    assert "civicgraph demo" in before.json()["troubles"][0]
    await city.build()
    assert (await client.get("/readyz")).status_code == 200
    assert (await client.get("/")).status_code == 200
