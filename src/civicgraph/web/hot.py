"""Reads that strangers asked for before, letter for letter: straight to the statement.

What a body means does not change: its document, variables, plan and cost are found by the body itself, so
that such a request pays for its statement and little more. Everything else, and whatever goes wrong here,
takes the ordinary way, which says what there is to say.
"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from civicgraph import clock, compression, i18n, logs, settings
from civicgraph.budgets import BudgetExceeded
from civicgraph.graph.bounded import Cache
from civicgraph.graph.engine import Engine
from civicgraph.graph.http import Prepared, told
from civicgraph.permissions import Actor
from civicgraph.web.middleware import address_key, safe_headers
from civicgraph.web.ready import Headers, send_ready

PATH = "/graphql"
_SHAPING = frozenset({b"accept", b"content-type"})

Key = tuple[bytes, ...]


class HotReads:
    """Answers such requests, and remembers what the ordinary way made of the others."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._known: Cache[tuple[Prepared, Headers]] = Cache(2_048, 2_000_000)

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
        known = self._known.get(key)
        if known is None or not await _answered(scope, send, *known):
            await self._app(scope, again, send)
            self._remember(key, scope)

    def _remember(self, key: Key, scope: Scope) -> None:
        prepared = scope["state"].get("prepared")
        if prepared is not None:
            headers = (*safe_headers(settings.current().base_url), *_described(prepared.media))
            self._known.put(key, (prepared, headers), len(key[-1]))


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


async def _answered(scope: Scope, send: Send, prepared: Prepared, headers: Headers) -> bool:
    """Run and send; False when the ordinary way has to, since something is not as it should be."""
    began, request_id = clock.monotonic(), logs.new_request_id()
    i18n.current.set(i18n.DEFAULT_LOCALE)
    engine: Engine = scope["app"].state.engine
    actor = Actor(locale=i18n.DEFAULT_LOCALE, request_id=request_id, address_key=address_key(Request(scope)))
    found = settings.current()
    try:
        balance = engine.budgets.spend(f"address:{actor.address_key}", prepared.cost, found.cost_per_minute)
        data = await engine.run(prepared.plan, prepared.variables, actor)
    except BudgetExceeded:
        return False
    except Exception:  # whatever it is, the ordinary way meets it again and says so
        return False
    body: Any = b'{"data":%b,"extensions":%b}' % (data, told(prepared.cost, found.cost_limit, balance))
    encoding = next((value for name, value in scope["headers"] if name == b"accept-encoding"), b"")
    chosen = compression.accepted(encoding.decode("latin-1")) if len(body) >= compression.MIN_BYTES else ""
    if chosen:
        body, headers = compression.encode(body, chosen), (*headers, (b"content-encoding", chosen.encode()))
    own = tuple((name.encode(), value.encode()) for name, value in balance.headers.items())
    await send_ready(scope, send, 200, headers, request_id, body, own)
    logs.request("POST", PATH, 200, began, request_id)
    return True
