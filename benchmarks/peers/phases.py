"""Where the time of our own answers goes: each phase by itself, in one process, on SQLite."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median
from time import perf_counter
from typing import Any

import orjson
from graphql import validate
from starlette.applications import Starlette

from benchmarks.peers.reads import Read
from civicgraph import settings as configuration
from civicgraph.app import create_app
from civicgraph.graph import limits
from civicgraph.graph.engine import Engine
from civicgraph.graph.readers import open_reader
from civicgraph.permissions import ANONYMOUS
from civicgraph.schema import schema
from civicgraph.settings import Settings
from civicgraph.web.templating import document

TIMES = 200
EVENTS = {"place": "5203", "filter": {"isUpcoming": True}, "orderBy": "SOONEST", "first": 20}
"""What the page of the events list asks for."""


@dataclass(frozen=True)
class Phases:
    """Milliseconds of each phase by name."""

    title: str
    times: dict[str, float]


def phases(settings: Settings, reads: Sequence[Read]) -> list[Phases]:
    """Those of each read, cold and warm, and those of the page."""
    made = settings.model_copy(update={"is_scheduler_enabled": False})
    configuration.use(made)
    return asyncio.run(_phases(made, reads))


async def _phases(settings: Settings, reads: Sequence[Read]) -> list[Phases]:
    engine = Engine(schema()._schema, open_reader(settings))
    found = [Phases(read.name, await _of_read(engine, read)) for read in reads]
    await engine.reader.close()
    return [*found, Phases("page", await _of_page(create_app(settings)))]


async def _of_read(engine: Engine, read: Read) -> dict[str, float]:
    given = dict(read.variables)
    known = engine.document(read.document)
    operation = known.operation(None)
    variables = engine.variables(operation, given)
    plan = engine.plan(known, operation, variables, ANONYMOUS)

    def warm() -> None:
        found = engine.document(read.document)
        coerced = engine.variables(found.operation(None), given)
        engine.cost(engine.plan(found, operation, coerced, ANONYMOUS), coerced, ANONYMOUS, 10**9)

    def cold_variables() -> None:
        Engine(engine.schema, engine.reader).variables(operation, given)

    parameters = engine.parameters(plan.slots, variables, ANONYMOUS)
    return {
        "cold: parse, count": _timed(lambda: limits.check(limits.parsed(read.document))),
        "cold: validate": _timed(lambda: validate(engine.schema, known.parsed, max_errors=5)),
        "cold: variables": _timed(cold_variables),
        "cold: compile": _timed(lambda: engine._compile(known, operation, variables, ANONYMOUS)),
        "warm: find the plan, cost": _timed(warm),
        "each: parameters": _timed(lambda: engine.parameters(plan.slots, variables, ANONYMOUS)),
        "each: statement": await _awaited(partial(engine.reader.fetch, plan.statement, parameters)),
    }


async def _of_page(app: Starlette) -> dict[str, float]:
    async with app.router.lifespan_context(app):
        engine: Engine = app.state.engine
        text = document("events/list")
        answer = await engine.fetch(text, EVENTS, ANONYMOUS)
        numbers = iter(range(10**9))
        found = {
            "whole page, drawn": await _awaited(lambda: _asked(app, b"number=%d" % next(numbers))),
            "its statement, warm": await _awaited(lambda: engine.fetch(text, EVENTS, ANONYMOUS)),
            "its JSON read": _timed(lambda: orjson.loads(answer)),
            "whole page, kept": await _awaited(lambda: _asked(app, b"")),
        }
    drawn = found["whole page, drawn"] - found["its statement, warm"] - found["its JSON read"]
    return {**found, "template, tag, middleware": drawn}


async def _asked(app: Starlette, query: bytes) -> None:
    """The events list as a server asks for it."""
    scope: dict[str, Any] = {
        "type": "http", "method": "GET", "path": "/events", "raw_path": b"/events", "query_string": query,
        "headers": [(b"host", b"localhost"), (b"accept", b"text/html")], "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80), "scheme": "http", "http_version": "1.1", "root_path": "",
    }  # fmt: skip
    statuses = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        statuses.append(message.get("status", 200))

    await app(scope, receive, send)
    if set(statuses) != {200}:
        raise RuntimeError(f"the events list answered {statuses}")


def _timed(run: Callable[[], Any]) -> float:
    times = []
    for _ in range(TIMES):
        began = perf_counter()
        run()
        times.append(perf_counter() - began)
    return median(times) * 1000


async def _awaited(run: Callable[[], Awaitable[Any]]) -> float:
    times = []
    for _ in range(TIMES):
        began = perf_counter()
        await run()
        times.append(perf_counter() - began)
    return median(times) * 1000
