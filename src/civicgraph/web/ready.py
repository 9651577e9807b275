"""Sending an answer whose head is ready made, past what a server does for heads that it does not know."""

from __future__ import annotations

from functools import lru_cache

from starlette.types import Scope, Send

from civicgraph.server.protocol import WHOLE

Headers = tuple[tuple[bytes, bytes], ...]


@lru_cache(4_096)
def _head(headers: Headers) -> bytes:
    return b"".join(b"%b: %b\r\n" % pair for pair in headers)


def send_whole(scope: Scope, status: int, headers: Headers, request_id: str, body: bytes, own: Headers = ()) -> bool:
    """Send an answer at once; False under another server than ours, which cannot.

    `headers` are those that many answers share, `own` are this one's alone.
    """
    whole = scope.get("extensions", {}).get(WHOLE)
    if whole is None:
        return False
    length_line = b"" if status == 304 else b"content-length: %d\r\n" % len(body)
    lines = b"".join([b"%b: %b\r\n" % pair for pair in own])
    whole(status, b"%b%bx-request-id: %b\r\n%b" % (_head(headers), lines, request_id.encode(), length_line), body)
    return True


async def send_ready(
    scope: Scope, send: Send, status: int, headers: Headers, request_id: str, body: bytes, own: Headers = ()
) -> None:
    """The same, under another server by the ordinary way."""
    if send_whole(scope, status, headers, request_id, body, own):
        return
    length = () if status == 304 else ((b"content-length", str(len(body)).encode()),)
    shown = [*headers, *own, (b"x-request-id", request_id.encode()), *length]
    await send({"type": "http.response.start", "status": status, "headers": shown})
    await send({"type": "http.response.body", "body": body})
