"""Reads that strangers asked for before, letter for letter: straight to the statement.

What a body means does not change: its document, variables, plan and cost are found by the body itself, so
that such a request pays for its statement and little more. Everything else, and whatever goes wrong here,
takes the ordinary way, which says what there is to say.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import State
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from civicgraph import clock, compression, logs, settings
from civicgraph.budgets import Balance, BudgetExceeded
from civicgraph.graph.bounded import Cache
from civicgraph.graph.engine import Bound, Engine
from civicgraph.graph.http import Prepared, told
from civicgraph.permissions import ANONYMOUS
from civicgraph.server.protocol import WHOLE
from civicgraph.web.middleware import address_key, safe_headers
from civicgraph.web.ready import Headers, send_ready, send_whole

PATH = "/graphql"
_SHAPING = frozenset({b"accept", b"content-type"})

Key = tuple[bytes, ...]


@dataclass(frozen=True)
class Known:
    """A read, its parameters as far as its body gives them, and the headers of its answers."""

    prepared: Prepared
    bound: Bound
    headers: Headers


class KnownReads(Cache[Known]):
    """Those of one process, by what shapes the answer and the body."""

    def __init__(self) -> None:
        super().__init__(2_048, 2_000_000)


class HotReads:
    """Answers such requests, and remembers what the ordinary way made of the others."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        shaping = _shaping(scope)
        if shaping is None:
            await self._app(scope, receive, send)
            return
        first = await receive()
        again = _replay(first, receive)
        if first["type"] != "http.request" or first.get("more_body"):
            await self._app(scope, again, send)
            return
        key = (*shaping, first["body"])
        state = scope["app"].state
        known = state.reads.get(key)
        if known is None or not await _answered(scope, send, state.engine, known):
            await self._app(scope, again, send)
            self._remember(state, key, scope)

    def _remember(self, state: State, key: Key, scope: Scope) -> None:
        prepared: Prepared | None = scope["state"].get("prepared")
        if prepared is not None:
            headers = (*safe_headers(settings.current().base_url), *_described(prepared.media))
            bound = state.engine.bind(prepared.plan, prepared.variables)
            state.reads.put(key, Known(prepared, bound, headers), len(key[-1]))


def at_once(app: Starlette) -> Callable[[Scope, bytes], bool]:
    """Answers such requests whose statement is quick without asking the application; says whether it did."""
    state = app.state

    def answered(scope: Scope, body: bytes) -> bool:
        shaping = _shaping(scope)
        known = state.reads.get((*shaping, body)) if shaping is not None else None
        if known is None or WHOLE not in scope["extensions"]:
            return False
        engine: Engine = state.engine
        if not engine.reader.is_quick(known.prepared.plan.statement):
            return False
        began = clock.monotonic()
        balance = _paid(engine, scope, known.prepared)
        if balance is None:
            return False
        try:
            found = engine.at_once(known.prepared.plan, _parameters(engine, known))
        except Exception:
            found = None  # whatever it is, the ordinary way meets it again and says so
        if found is None:
            engine.budgets.give_back(_payer(scope), known.prepared.cost)
            return False
        request_id = logs.new_request_id()
        headers, own, made = _reply(scope, known, balance, found)
        send_whole(scope, 200, headers, request_id, made, own)
        logs.request("POST", PATH, 200, began, request_id)
        return True

    return answered


def _shaping(scope: Scope) -> list[bytes] | None:
    """The headers that an answer depends on; None for what is no stranger's read by POST."""
    if scope["type"] != "http" or scope["path"] != PATH or scope["method"] != "POST":
        return None
    found = []
    for name, value in scope["headers"]:
        if name in (b"cookie", b"authorization"):
            return None
        if name in _SHAPING:
            found += [name, value]
    return found


def _described(media: str) -> Headers:
    return (
        (b"content-type", f"{media}; charset=utf-8".encode()),
        (b"cache-control", b"no-store"),
        (b"vary", b"Accept, Accept-Encoding, Authorization, Cookie"),
    )


def _replay(first: Message, receive: Receive) -> Receive:
    """The body for the ordinary way, as if nobody had looked at it."""
    waiting = [first]

    async def again() -> Message:
        return waiting.pop() if waiting else await receive()

    return again


async def _answered(scope: Scope, send: Send, engine: Engine, known: Known) -> bool:
    """Run and send; False when the ordinary way has to, since something is not as it should be."""
    began, request_id = clock.monotonic(), logs.new_request_id()
    balance = _paid(engine, scope, known.prepared)
    if balance is None:
        return False
    try:
        found = await engine.again(known.prepared.plan, _parameters(engine, known))
    except Exception:  # as above
        return False
    headers, own, body = _reply(scope, known, balance, found)
    await send_ready(scope, send, 200, headers, request_id, body, own)
    logs.request("POST", PATH, 200, began, request_id)
    return True


def _parameters(engine: Engine, known: Known) -> list[Any]:
    return engine.parameters_of(known.bound, known.prepared.variables, ANONYMOUS)


def _payer(scope: Scope) -> str:
    return f"address:{address_key(scope)}"


def _paid(engine: Engine, scope: Scope, prepared: Prepared) -> Balance | None:
    """What is left of the address's budget; None when that does not suffice."""
    try:
        return engine.budgets.spend(_payer(scope), prepared.cost, settings.current().cost_per_minute)
    except BudgetExceeded:
        return None


def _reply(scope: Scope, known: Known, balance: Balance, data: bytes) -> tuple[Headers, Headers, bytes]:
    """Headers that all its answers share, this one's own, and the body in the encoding asked for."""
    cost = told(known.prepared.cost, settings.current().cost_limit, balance)
    body, headers = b'{"data":%b,"extensions":%b}' % (data, cost), known.headers
    encoding = next((value for name, value in scope["headers"] if name == b"accept-encoding"), b"")
    chosen = compression.accepted(encoding.decode("latin-1")) if encoding and len(body) >= compression.MIN_BYTES else ""
    if chosen:
        body, headers = compression.encode(body, chosen), (*headers, (b"content-encoding", chosen.encode()))
    return headers, tuple((name.encode(), value.encode()) for name, value in balance.headers.items()), body
