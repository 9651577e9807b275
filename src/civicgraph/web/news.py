"""Pages that keep up: a page's own address, asked for as events, says when the page has become another one.

The event says no more than that. The browser then draws the page again by its ordinary address, so that
what is seen goes through the same rules as ever (`static/js/following.js`).
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from civicgraph.graph.engine import Engine
from civicgraph.graph.http.stream import events, is_stream_wanted
from civicgraph.graph.live import Ending, Followed, Follower, Live, TooManyFollowed, viewer
from civicgraph.web.templating import document

__all__ = ["is_stream_wanted", "mark_of", "news"]
SEEN = "seen"
"""The parameter that says which answer the browser has, by its mark."""


def mark_of(answer: bytes) -> str:
    """What stands for an answer; another answer has another mark."""
    return hashlib.blake2b(answer, digest_size=9).hexdigest()


async def news(request: Request, name: str, variables: Mapping[str, Any]) -> Response:
    """The events of the page `templates/<name>.html` with these variables."""
    engine: Engine = request.app.state.engine
    live: Live = request.app.state.live
    actor = request.state.actor
    plan, coerced = engine.prepared(document(name), variables, actor)
    payer = f"person:{actor.person_id}" if actor.is_staff else f"address:{actor.address_key}"
    try:
        follower = await live.follow(Followed(plan, coerced, actor, cost=0), payer)
    except TooManyFollowed as error:
        return PlainTextResponse(f"{error}\n", 429)
    except Ending:
        raise HTTPException(503) from None
    return events(_changes(request, follower))


async def _changes(request: Request, follower: Follower) -> AsyncIterator[bytes]:
    """An event for each answer that is another than the browser's. Ends when the person is no longer who it was."""
    seen = request.query_params.get(SEEN, "")
    actor = request.state.actor
    try:
        while True:
            await follower.news()
            if actor.is_staff:
                found = await request.app.state.authenticate(request, is_use=False)
                if found is None or viewer(found) != viewer(actor):
                    yield b"event: changed\ndata: ended\n\n"
                    return
            mark = mark_of(follower.take())
            if mark != seen:
                seen = mark
                yield b"event: changed\ndata: %b\n\n" % mark.encode()
    except Ending:
        return
    finally:
        follower.close()
