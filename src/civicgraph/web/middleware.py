"""What every request needs: an id, a language, an actor, safe headers, a log line, a page for errors."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from functools import cache, lru_cache

import structlog
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from civicgraph import clock, crypto, i18n, logs, settings
from civicgraph.addresses import line
from civicgraph.permissions import ANONYMOUS, Actor
from civicgraph.web import errors

log = structlog.get_logger()

Authenticate = Callable[[Request], Awaitable[Actor | None]]

CSP = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
REQUEST_SECONDS = 15
"""From the last part of a request that came to the beginning of its answer."""
HEADERS = {
    "content-security-policy": CSP,
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin-when-cross-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
}


class Ground:
    """The one middleware, in plain ASGI (Starlette's BaseHTTPMiddleware costs a third of a read)."""

    def __init__(self, app: ASGIApp, authenticate: Authenticate) -> None:
        self._app = app
        self._authenticate = authenticate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        call = _Call(scope, receive, send)
        scope.setdefault("state", {})
        i18n.current.set(_language(request) if _has(scope, b"cookie") else i18n.DEFAULT_LOCALE)
        try:
            scope["state"]["request_id"] = call.request_id
            async with call.deadline:
                scope["state"]["actor"] = await self._actor(request)
                await self._app(scope, call.receive, call.send)
        except ClientDisconnect:
            pass  # nobody is left to be told
        except Exception as error:
            log.exception("request.failed", request_id=call.request_id, path=scope["path"])
            if call.status:
                raise
            scope["state"].setdefault("actor", Actor(request_id=call.request_id))
            response = errors.error_page(request, 503 if isinstance(error, TimeoutError) else 500)
            await response(scope, receive, call.send)
        finally:
            call.finish()

    async def _actor(self, request: Request) -> Actor:
        scope = request.scope
        if scope["path"].startswith("/static/") or not (_has(scope, b"cookie") or _has(scope, b"authorization")):
            return as_asked(request, ANONYMOUS)
        return as_asked(request, await self._authenticate(request) or ANONYMOUS)


def as_asked(request: HTTPConnection, actor: Actor) -> Actor:
    """The actor as it comes with this request: its language, address and id."""
    return replace(
        actor,
        locale=_language(request) if _has(request.scope, b"cookie") else i18n.DEFAULT_LOCALE,
        request_id=request.state.request_id,
        address_key=address_key(request.scope),
        _prefixes={},
    )


class _Call:
    """One request while it is answered."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.request_id = logs.new_request_id()
        self.status = 0
        self.deadline = asyncio.timeout(REQUEST_SECONDS)
        """Writes go on behind it to their commit or not: an operation is not interrupted."""
        self._scope, self._receive, self._send, self._began = scope, receive, send, clock.monotonic()

    async def receive(self) -> Message:
        message = await self._receive()
        if message.get("more_body") and not self.status:
            self.deadline.reschedule(asyncio.get_running_loop().time() + REQUEST_SECONDS)
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            with suppress(RuntimeError):  # it is over when an error is told
                self.deadline.reschedule(None)
            self.status = message["status"]
            headers: list[tuple[bytes, bytes]] = list(message.get("headers", []))
            given = {name for name, _ in headers}
            headers += [pair for pair in safe_headers(settings.current().base_url) if pair[0] not in given]
            headers.append((b"x-request-id", self.request_id.encode()))
            message["headers"] = headers
        await self._send(message)

    def finish(self) -> None:
        """The request's line in the log."""
        route = getattr(self._scope.get("route"), "path", "") or "-"
        logs.request(self._scope["method"], route, self.status, self._began, self.request_id)


@cache
def safe_headers(base_url: str) -> tuple[tuple[bytes, bytes], ...]:
    """The headers that make an answer safe in a browser; over https it stays with https."""
    extra = {"strict-transport-security": "max-age=63072000; includeSubDomains"}
    chosen = {**HEADERS, **(extra if base_url.startswith("https://") else {})}
    return tuple((name.encode(), value.encode()) for name, value in chosen.items())


def _language(request: HTTPConnection) -> str:
    chosen = request.cookies.get("lang", "")
    return chosen if chosen in i18n.LOCALES else i18n.DEFAULT_LOCALE


def address_key(scope: Scope) -> str:
    """What stands for the client's address where it is counted; the address itself is kept nowhere else."""
    return _address_key(client_address(scope), settings.current().secret_key.get_secret_value())


@lru_cache(4_096)
def _address_key(address: str, _secret: str) -> str:
    return crypto.keyed_hash("address", line(address))


def _has(scope: Scope, header: bytes) -> bool:
    return any(name == header for name, _ in scope["headers"])


def client_address(scope: Scope) -> str:
    """The client's address: the last one before proxies that we trust."""
    peer: str = scope["client"][0] if scope.get("client") else ""
    if not _has(scope, b"x-forwarded-for"):
        return peer
    trusted = {one.strip() for one in settings.current().trusted_proxies.split(",")}
    forwarded = Headers(scope=scope)["x-forwarded-for"]
    hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
    while peer in trusted and hops:
        peer = hops.pop()
    return peer
