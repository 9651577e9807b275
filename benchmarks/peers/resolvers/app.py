"""The resolvers as a server: `uvicorn …:naive` or `uvicorn …:loaders`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import strawberry
from starlette.applications import Starlette
from starlette.routing import Route
from strawberry.asgi import GraphQL
from strawberry.extensions import ParserCache, ValidationCache

from benchmarks.peers.resolvers.sources import Loaded, Naive, Source
from benchmarks.peers.resolvers.types import Query
from civicgraph import db
from civicgraph.settings import Settings


def _app(source: Callable[[], Source], extensions: list[Any]) -> Starlette:
    class Endpoint(GraphQL[Source, None]):
        async def get_context(self, request: Any, response: Any) -> Source:
            return source()

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with db.connected(Settings()):
            yield

    schema = strawberry.Schema(Query, extensions=extensions)
    return Starlette(routes=[Route("/graphql", Endpoint(schema), methods=["POST"])], lifespan=lifespan)


naive = _app(Naive, [])
loaders = _app(Loaded, [ParserCache, ValidationCache])
