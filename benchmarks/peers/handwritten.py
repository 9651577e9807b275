"""The statement that one would write by hand for each read, behind stock Starlette: `uvicorn …:app`."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph import db
from civicgraph.settings import Settings

SETTINGS = Settings()
DIALECT = "postgres" if db.is_postgres(SETTINGS) else "sqlite"
PARAMETERS = {
    "listing": ("first",),
    "nested": ("codes", "grids", "open"),
    "register": ("within", "industry", "first", "after"),
    "place": ("code", "month"),
}
"""The variables of each read, in the order of its statement's parameters."""


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """A pool as asyncpg makes it; for SQLite one connection in the event loop: nothing is quicker by itself."""
    if DIALECT == "postgres":
        async with asyncpg.create_pool(
            **db.postgres_credentials(SETTINGS), server_settings={"timezone": "UTC"}
        ) as pool:
            app.state.pool = pool
            yield
        return
    app.state.file = sqlite3.connect(db.sqlite_reading(SETTINGS), uri=True)
    app.state.file.execute("PRAGMA cache_size=-65536")
    app.state.file.execute("PRAGMA mmap_size=2147483648")
    yield
    app.state.file.close()


def _route(name: str) -> Route:
    statement = (Path(__file__).parent / "statements" / DIALECT / f"{name}.sql").read_text(encoding="utf-8")
    names = PARAMETERS[name]

    async def postgres(request: Request) -> Response:
        given = (await request.json())["variables"]
        found = await request.app.state.pool.fetchval(statement, *(given[one] for one in names))
        return Response(b'{"data":%b}' % found.encode(), media_type="application/json")

    async def sqlite(request: Request) -> Response:
        given = (await request.json())["variables"]
        values = [_plain(given[one]) for one in names]
        found = request.app.state.file.execute(statement, values).fetchone()[0]
        return Response(b'{"data":%b}' % found.encode(), media_type="application/json")

    endpoint: Callable[..., Any] = postgres if DIALECT == "postgres" else sqlite
    return Route(f"/{name}", endpoint, methods=["POST"])


def _plain(value: Any) -> Any:
    return orjson.dumps(value).decode() if isinstance(value, list) else value


app = Starlette(routes=[_route(name) for name in PARAMETERS], lifespan=lifespan)
