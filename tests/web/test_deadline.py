"""A request has a deadline, and who is past it is told so."""

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
