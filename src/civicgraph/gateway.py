"""Who calls, and the ways in for GraphQL: HTTP with the explorer, events, WebSockets."""

from __future__ import annotations

from functools import partial

from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, Response
from starlette.websockets import WebSocket

from civicgraph import clock, logs
from civicgraph import settings as configuration
from civicgraph.accounts.operations import actor_from_session, actor_from_token, trusted_document
from civicgraph.graph import http
from civicgraph.graph.http import Caller
from civicgraph.graph.persisted import TrustedList
from civicgraph.permissions import ANONYMOUS, Actor
from civicgraph.web.csrf import cookie_name, is_same_origin
from civicgraph.web.middleware import as_asked
from civicgraph.web.shell import html, wants_html

GRAPHQL = "/graphql"
EXPLORER_CSP = (
    "default-src 'self'; script-src 'self'; worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)


async def authenticate(connection: HTTPConnection, *, is_use: bool = True) -> Actor | None:
    """The actor behind a token or a session cookie; None for strangers.

    A token speaks GraphQL and opens no pages: a list of trusted documents would not bind it there.
    `is_use` is false when it is only looked whether they are still good.
    """
    authorization = connection.headers.get("authorization", "")
    if authorization.lower().startswith("bearer "):
        return await by_token(authorization) if connection.url.path == GRAPHQL else None
    cookie = connection.cookies.get(cookie_name("session"))
    return await actor_from_session(cookie, is_use=is_use) if cookie else None


async def by_token(authorization: str) -> Actor | None:
    """The actor behind the value of an `Authorization` header; None when it is no good."""
    scheme, _, token = authorization.partition(" ")
    return await actor_from_token(token.strip()) if scheme.lower() == "bearer" else None


async def graphql(request: Request) -> Response:
    """GraphQL for clients, the explorer for people."""
    if request.method == "GET" and wants_page(request):
        if not configuration.current().is_explorer_open and not request.state.actor.has_office:
            return PlainTextResponse("The explorer is closed.\n", 404)
        response = html(request, "graphql/explorer.html", {})
        response.headers["content-security-policy"] = EXPLORER_CSP
        return response
    actor: Actor = request.state.actor
    if request.headers.get("authorization") and not actor.is_staff:
        return http.unauthenticated(request)
    state = request.app.state
    return await http.handle(request, state.engine, state.live, caller(request, actor), partial(renewed, request))


def wants_page(request: Request) -> bool:
    """Whether a browser opens the address itself, rather than a client asking for data."""
    return "text/html" in request.headers.get("accept", "") and wants_html(request)


def caller(connection: HTTPConnection, actor: Actor) -> Caller:
    """What the actor may do with GraphQL: a cookie alone proves no intent."""
    return Caller(actor, actor.kind == "token" or is_same_origin(connection), trusted_by(actor))


def trusted_by(actor: Actor) -> TrustedList | None:
    """The documents that the actor's token is bound to; None for all others."""
    if actor.token_id is None or not (actor.documents_version or configuration.current().is_token_list_required):
        return None
    return TrustedList((actor.token_id, actor.documents_version), partial(trusted_document, actor))


async def renewed(connection: HTTPConnection) -> Caller | None:
    """The caller as it stands by now; None when the session or the token has ended."""
    found = await authenticate(connection, is_use=False)
    return caller(connection, as_asked(connection, found)) if found is not None else None


async def socket(websocket: WebSocket) -> None:
    """GraphQL over a WebSocket."""
    state, began, request_id = websocket.app.state, clock.monotonic(), logs.new_request_id()
    websocket.state.request_id = request_id
    code = await http.Connection(websocket, state.engine, state.live, partial(enter, websocket)).serve()
    logs.request("WEBSOCKET", GRAPHQL, code, began, request_id)


async def enter(websocket: WebSocket, authorization: str) -> Caller | None:
    """Who speaks over a WebSocket: by the token of its first message, else by the handshake's, else by the cookie.

    Browsers let any site open a WebSocket with the cookies of ours: those count from our own pages alone.
    """
    given = authorization or websocket.headers.get("authorization", "")
    if given:
        found = await by_token(given)
        return caller(websocket, as_asked(websocket, found)) if found is not None else None
    found = await authenticate(websocket, is_use=False) if is_same_origin(websocket) else None
    return caller(websocket, as_asked(websocket, found or ANONYMOUS))
