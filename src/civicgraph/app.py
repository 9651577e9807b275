"""The composition root: settings, database, engine, scheduler and the rooms' pages as one application."""

from __future__ import annotations

import importlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.types import Scope

from civicgraph import db, health, logs
from civicgraph import settings as configuration
from civicgraph.gateway import GRAPHQL, authenticate, graphql, socket
from civicgraph.graph.engine import Engine
from civicgraph.graph.live import Live
from civicgraph.graph.readers import open_reader
from civicgraph.graph.versions import watch
from civicgraph.metrics import metrics
from civicgraph.operations import after_commit
from civicgraph.rounds import each_tick
from civicgraph.scheduler.heartbeat import Heartbeat
from civicgraph.schema import schema
from civicgraph.settings import Settings
from civicgraph.web import cache, hot
from civicgraph.web.assets import Assets
from civicgraph.web.cache import CachedPages, PageCache
from civicgraph.web.errors import HANDLERS
from civicgraph.web.hot import HotReads, KnownReads
from civicgraph.web.middleware import Ground
from civicgraph.web.offline import worker
from civicgraph.web.shell import html

PAGES = ("front", *db.ROOMS, "bookings", "privacy")


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
        WebSocketRoute(GRAPHQL, socket),
        Mount("/static", Assets(configuration.folder("static")), name="static"),
        Route("/healthz", healthz, name="healthz"),
        Route("/readyz", readyz, name="readyz"),
        Route("/metrics", metrics, name="metrics"),
    ]
    for room in PAGES:
        found += importlib.import_module(f"civicgraph.{room}.pages").ROUTES
    found.append(
        Route("/staff/kept-worker.js", worker, name="kept_worker")
    )  # may keep what is in the folder it stands in
    return [*found, Route("/styleguide", styleguide, name="styleguide")]


def at_once(app: Starlette) -> Callable[[Scope, bytes], bool]:
    """What is answered without asking the application: kept pages, and quick reads that were asked for before."""
    page, read = cache.at_once(app), hot.at_once(app)
    return lambda scope, body: read(scope, body) if scope["method"] == "POST" else page(scope, body)


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
            app.state.reads = KnownReads()
            after_commit.append(versions.written)
            app.state.live = Live(app.state.engine, versions)
            app.state.live.open()
            app.state.heartbeat = Heartbeat(settings, each_tick)
            if settings.is_scheduler_enabled:
                await app.state.heartbeat.start()
            try:
                yield
            finally:
                await app.state.heartbeat.stop()
                await app.state.live.close()
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
    app.state.authenticate = authenticate
    return app
