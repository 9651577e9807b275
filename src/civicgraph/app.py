"""The composition root: settings, database, engine, scheduler and the rooms' pages as one application."""

from __future__ import annotations

import importlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route

from civicgraph import db, health, logs
from civicgraph import settings as configuration
from civicgraph.accounts.operations import actor_from_session, actor_from_token, trusted_document
from civicgraph.graph import http
from civicgraph.graph.engine import Engine
from civicgraph.graph.persisted import TrustedList
from civicgraph.graph.readers import open_reader
from civicgraph.graph.versions import watch
from civicgraph.operations import after_commit
from civicgraph.permissions import Actor
from civicgraph.rounds import each_tick
from civicgraph.scheduler.heartbeat import Heartbeat
from civicgraph.schema import schema
from civicgraph.settings import Settings
from civicgraph.web.assets import Assets
from civicgraph.web.cache import CachedPages, PageCache
from civicgraph.web.csrf import cookie_name, is_same_origin
from civicgraph.web.errors import HANDLERS
from civicgraph.web.hot import HotReads
from civicgraph.web.middleware import Ground
from civicgraph.web.shell import html, wants_html

GRAPHQL = "/graphql"
PAGES = ("front", *db.ROOMS)


async def authenticate(request: Request) -> Actor | None:
    """The actor behind a token or a session cookie; None for strangers.

    A token speaks GraphQL and opens no pages: a list of trusted documents would not bind it there.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return await actor_from_token(token.strip()) if request.url.path == GRAPHQL else None
    cookie = request.cookies.get(cookie_name("session"))
    return await actor_from_session(cookie) if cookie else None


async def graphql(request: Request) -> Response:
    """GraphQL for clients, the explorer for people."""
    if request.method == "GET" and wants_page(request):
        if not configuration.current().is_explorer_open and not request.state.actor.is_staff:
            return PlainTextResponse("The explorer is closed.\n", 404)
        response = html(request, "graphql/explorer.html", {})
        response.headers["content-security-policy"] = EXPLORER_CSP
        return response
    actor: Actor = request.state.actor
    if request.headers.get("authorization") and not actor.is_staff:
        return http.unauthenticated(request)
    may_write = actor.kind == "token" or is_same_origin(request)
    return await http.handle(request, request.app.state.engine, actor, may_write=may_write, trusted=trusted_by(actor))


def trusted_by(actor: Actor) -> TrustedList | None:
    """The documents that the actor's token is bound to; None for all others."""
    if actor.token_id is None or not (actor.documents_version or configuration.current().is_token_list_required):
        return None
    return TrustedList((actor.token_id, actor.documents_version), partial(trusted_document, actor))


EXPLORER_CSP = (
    "default-src 'self'; script-src 'self'; worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)


def wants_page(request: Request) -> bool:
    """Whether a browser opens the address itself, rather than a client asking for data."""
    return "text/html" in request.headers.get("accept", "") and wants_html(request)


async def healthz(request: Request) -> Response:
    """The process is alive."""
    return PlainTextResponse("ok\n")


async def readyz(request: Request) -> Response:
    """The process can do its work; otherwise the reasons, in words."""
    troubles = await health.troubles(request.app.state.settings, request.app.state.heartbeat)
    return JSONResponse({"ready": not troubles, "troubles": troubles}, 503 if troubles else 200)


async def styleguide(request: Request) -> Response:
    """Every component of the pages, for those who build them."""
    return html(request, "styleguide.html", {})


def routes() -> list[Any]:
    """All routes: the rooms' pages, and what belongs to none of them."""
    found: list[Any] = [  # looked through in this order: what is asked for most comes first
        Route(GRAPHQL, graphql, name="graphql", methods=["GET", "OPTIONS", "POST"]),
        Mount("/static", Assets(configuration.folder("static")), name="static"),
        Route("/healthz", healthz, name="healthz"),
        Route("/readyz", readyz, name="readyz"),
    ]
    for room in PAGES:
        found += importlib.import_module(f"civicgraph.{room}.pages").ROUTES
    return [*found, Route("/styleguide", styleguide, name="styleguide")]


def create_app(settings: Settings) -> Starlette:
    """The application for these settings."""
    configuration.use(settings)
    logs.configure(settings)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with db.connected(settings):
            if not db.is_postgres(settings):  # PostgreSQL keeps its own up to date
                await db.refresh_statistics()
            app.state.engine = Engine(schema()._schema, open_reader(settings))
            for document in configuration.folder("templates").rglob("*.graphql"):
                app.state.engine.persisted.register(document.read_text(encoding="utf-8"))
            versions = watch(settings)
            await versions.open()
            app.state.pages = PageCache(versions)
            after_commit.append(versions.written)
            app.state.heartbeat = Heartbeat(settings, each_tick)
            if settings.is_scheduler_enabled:
                await app.state.heartbeat.start()
            try:
                yield
            finally:
                await app.state.heartbeat.stop()
                await app.state.engine.reader.close()
                after_commit.remove(versions.written)
                await versions.close()

    app = Starlette(
        routes=routes(),
        middleware=[Middleware(CachedPages), Middleware(HotReads), Middleware(Ground, authenticate=authenticate)],
        exception_handlers=HANDLERS,
        lifespan=lifespan,
    )
    app.state.settings = settings
    return app
