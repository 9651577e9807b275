"""Results as server-sent events, after the protocol of npm's graphql-sse in its mode of distinct connections."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, suppress

import orjson
from starlette.requests import Request
from starlette.responses import StreamingResponse

from civicgraph.graph.http.following import Refused, SignedOut

STREAM_TYPE = "text/event-stream"
SILENT_SECONDS = 15
"""After so long without news a comment is sent, so that no proxy on the way gives the connection up."""
COMPLETE = b"event: complete\ndata:\n\n"
SIGNED_OUT = {"errors": [{"message": "You are signed out.", "extensions": {"code": "UNAUTHENTICATED"}}]}


def is_stream_wanted(request: Request) -> bool:
    """Whether events are asked for, and nothing else."""
    return request.headers.get("accept", "").partition(";")[0].strip() == STREAM_TYPE


def stream(found: AsyncIterator[bytes]) -> StreamingResponse:
    """The results as events; an operation that is not run answers why, by an event as well."""
    return events(_named(found))


def events(found: AsyncIterator[bytes]) -> StreamingResponse:
    """Ready-made events, with comments between them when they are rare."""
    headers = {"cache-control": "no-store", "x-accel-buffering": "no", "vary": "Accept, Authorization, Cookie"}
    return StreamingResponse(_with_comments(found), headers=headers, media_type=STREAM_TYPE)


async def _named(found: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    try:
        async for result in found:
            yield b"event: next\ndata: %b\n\n" % result
    except Refused as refused:
        yield b"event: next\ndata: %b\n\n" % refused.answer.body
    except SignedOut:
        yield b"event: next\ndata: %b\n\n" % orjson.dumps(SIGNED_OUT)
    yield COMPLETE


async def _with_comments(found: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    async with aclosing(found):  # type: ignore[type-var]
        yield b":\n\n"
        coming: asyncio.Task[bytes] | None = None
        try:
            while True:
                coming = coming or asyncio.ensure_future(anext(found))
                done, _ = await asyncio.wait({coming}, timeout=SILENT_SECONDS)
                if not done:
                    yield b":\n\n"
                    continue
                try:
                    event = coming.result()
                except StopAsyncIteration:
                    return
                coming = None
                yield event
        finally:
            if coming is not None:
                coming.cancel()
                with suppress(asyncio.CancelledError, StopAsyncIteration):
                    await coming
