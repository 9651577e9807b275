"""A request has a deadline; who is past it is told so, and who meets with an error of ours is told that."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph.web import middleware


async def endless(request: Request) -> Response:
    await asyncio.sleep(60)
    return Response()


async def test_a_request_past_its_deadline_gets_a_page_that_says_so(
    app: Starlette, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.router.routes.insert(0, Route("/endless", endless))
    monkeypatch.setattr(middleware, "REQUEST_SECONDS", 0.05)
    answer = await client.get("/endless")
    assert answer.status_code == 503
    assert "<h1" in answer.text


async def broken(request: Request) -> Response:
    raise ValueError("a mistake of ours")


async def test_an_error_of_ours_has_a_page_with_a_reference_and_without_the_reason(
    app: Starlette, client: httpx.AsyncClient
) -> None:
    app.router.routes.insert(0, Route("/broken", broken))
    answer = await client.get("/broken")
    assert answer.status_code == 500
    assert answer.headers["x-request-id"][:8] in answer.text
    assert "mistake" not in answer.text
