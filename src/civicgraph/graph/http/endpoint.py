"""The endpoint: what a request is answered, and what goes around the answers of its operations."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError
from starlette.requests import Request
from starlette.responses import Response

from civicgraph import compression
from civicgraph.graph.engine import Engine, Plan
from civicgraph.graph.http.answers import Answer, refusal
from civicgraph.graph.http.asked import Asked, Caller, answer
from civicgraph.graph.http.calls import BadRequest, Calls, read_calls
from civicgraph.graph.http.following import Renew, results
from civicgraph.graph.http.negotiation import JSON_TYPE, accepted
from civicgraph.graph.http.stream import is_stream_wanted, stream
from civicgraph.graph.live import Live

REQUEST_SECONDS = 10
"""For all operations of a request together."""
TOO_SLOW = (
    f"The request was not answered within {REQUEST_SECONDS} seconds and was given up. If it was to change something,"
    " look whether it did before you send it again."
)


@dataclass(frozen=True)
class Prepared:
    """What a stranger's read by POST came to mean, for the next that is the same letter for letter."""

    plan: Plan
    variables: dict[str, Any]
    cost: int
    media: str


async def handle(request: Request, engine: Engine, live: Live, caller: Caller, renew: Renew) -> Response:
    """Answer a GraphQL request. `renew` says who the caller is by now, for as long as a subscription lasts."""
    if request.method == "OPTIONS":
        return Response(status_code=204, headers={"allow": "GET, HEAD, OPTIONS, POST"})
    actor = caller.actor
    if is_stream_wanted(request):
        return await _streamed(request, engine, live, caller, renew)
    media = accepted(request.headers.get("accept", ""))
    if media is None:
        return Response("GraphQL answers application/json or application/graphql-response+json.\n", 406)
    try:
        asked = await read_calls(request)
    except BadRequest as error:
        failure = refusal([GraphQLError(str(error))], error.code)
        return _response(media, failure.body, error.status, {})
    try:
        async with asyncio.timeout(REQUEST_SECONDS):
            found = [await answer(Asked(call, engine, caller, request.method)) for call in asked.calls]
    except TimeoutError:
        failure = refusal([GraphQLError(TOO_SLOW)], "LIMIT_EXCEEDED")
        return _response(media, failure.body, 503, {})
    response = _joined(media, asked, found)
    if found[0].prepared is not None and not asked.is_batch and not asked.calls[0].digest and not actor.is_staff:
        request.state.prepared = Prepared(*found[0].prepared, media)
    if request.method != "POST" and not actor.is_staff and found[0].is_kept:
        request.state.is_for_anyone = True
        response.headers["cache-control"] = "private, no-cache"
        return response
    return response if actor.kind == "person" else _encoded(request, response)


async def _streamed(request: Request, engine: Engine, live: Live, caller: Caller, renew: Renew) -> Response:
    """The answer as events: each of a subscription, the one of another operation."""
    try:
        asked = await read_calls(request)
        if asked.is_batch:
            raise BadRequest("A stream is of one operation.")
    except BadRequest as error:
        failure = refusal([GraphQLError(str(error))], error.code)
        return _response(JSON_TYPE, failure.body, error.status, {})
    one = Asked(asked.calls[0], engine, caller, request.method)
    return stream(results(one, live, renew))


def unauthenticated(request: Request) -> Response:
    """The answer to a token that is unknown, expired or revoked."""
    failure = refusal([GraphQLError("This token is unknown, expired or revoked.")], "UNAUTHENTICATED")
    media = accepted(request.headers.get("accept", "")) or JSON_TYPE
    return _response(media, failure.body, 401, {"www-authenticate": "Bearer"})


def _encoded(request: Request, response: Response) -> Response:
    """The answer in the encoding asked for; whoever comes with a cookie gets it plain (`compression`)."""
    encoding = compression.accepted(request.headers.get("accept-encoding", ""))
    if encoding and len(response.body) >= compression.MIN_BYTES:
        response.body = compression.encode(bytes(response.body), encoding)
        response.headers["content-encoding"] = encoding
        response.headers["content-length"] = str(len(response.body))
    return response


def _joined(media: str, asked: Calls, found: list[Answer]) -> Response:
    if asked.is_batch:
        body = b"[" + b",".join(one.body for one in found) + b"]"
        return _response(media, body, 200, found[-1].headers)
    one = found[0]
    status = 200 if media == JSON_TYPE and not one.is_run and one.status == 400 else one.status
    return _response(media, one.body, status, one.headers)


def _response(media: str, body: bytes, status: int, headers: dict[str, str]) -> Response:
    """A response in the negotiated type; what people may see differs, so nobody keeps it."""
    kept = {"cache-control": "no-store", "vary": "Accept, Accept-Encoding, Authorization, Cookie", **headers}
    return Response(body, status, kept, f"{media}; charset=utf-8")
