"""Operations over a WebSocket, after the protocol graphql-transport-ws (npm's graphql-ws)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any, NoReturn

import orjson
from graphql import GraphQLError
from starlette.websockets import WebSocket, WebSocketDisconnect

from civicgraph.graph.engine import Engine
from civicgraph.graph.http.answers import refusal
from civicgraph.graph.http.asked import Asked, Caller
from civicgraph.graph.http.calls import BadRequest, Call, checked
from civicgraph.graph.http.following import Refused, SignedOut, results
from civicgraph.graph.live import Live

PROTOCOL = "graphql-transport-ws"
INIT_SECONDS = 10
"""From the connection to the client's first message."""
SEND_SECONDS = 30
"""How long a client may leave a message unread that does not fit the buffers."""
MAX_OPERATIONS = 50
"""Operations under way on one connection."""
MAX_ID = 100
Enter = Callable[[str], Awaitable[Caller | None]]
"""Who the caller is, by the authorization that the first message gave or by the handshake; None: not let in."""


class _Close(Exception):
    """The connection ends with this code, as the protocol has it."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


class Connection:
    """One connection and what runs on it."""

    def __init__(self, websocket: WebSocket, engine: Engine, live: Live, enter: Enter) -> None:
        self._websocket, self._engine, self._live, self._enter = websocket, engine, live, enter
        self._caller: Caller | None = None
        self._authorization = ""
        self._running: dict[str, asyncio.Task[None]] = {}

    async def serve(self) -> int:
        """Speak until one of the two ends it; gives the code it was closed with."""
        if PROTOCOL not in self._websocket.scope["subprotocols"]:
            await self._websocket.accept()
            await self._websocket.close(4406, f"Speak {PROTOCOL}.")
            return 4406
        await self._websocket.accept(PROTOCOL)
        try:
            await self._listen()
        except _Close as end:
            await self._close(end)
            return end.code
        except WebSocketDisconnect as end:
            return end.code
        finally:
            for task in self._running.values():
                task.cancel()
            await asyncio.gather(*self._running.values(), return_exceptions=True)

    async def _listen(self) -> NoReturn:
        try:
            async with asyncio.timeout(INIT_SECONDS):
                while self._caller is None:
                    await self._take(await self._message())
        except TimeoutError:
            raise _Close(4408, "Connection initialisation timeout") from None
        while True:
            await self._take(await self._message())

    async def _message(self) -> dict[str, Any]:
        """The next message. Raises `_Close` for what is none, and `WebSocketDisconnect`."""
        received = await self._websocket.receive()
        if received["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(received.get("code") or 1005)
        try:
            message = orjson.loads(received.get("text") or b"")
        except orjson.JSONDecodeError:
            raise _Close(4400, "Messages are JSON in text frames.") from None
        if not isinstance(message, dict) or not isinstance(message.get("payload", {}), dict | None):
            raise _Close(4400, "A message is an object, and so is its payload.")
        return message

    async def _take(self, message: dict[str, Any]) -> None:
        kind = message.get("type")
        if kind == "connection_init":
            await self._begin(message.get("payload") or {})
        elif kind == "ping":
            await self._send({"type": "pong"})
        elif kind == "subscribe":
            self._subscribe(_id_of(message), message.get("payload") or {})
        elif kind == "complete":
            if (task := self._running.pop(_id_of(message), None)) is not None:
                task.cancel()
        elif kind != "pong":
            raise _Close(4400, "There is no message of this type.")

    async def _begin(self, payload: dict[str, Any]) -> None:
        if self._caller is not None:
            raise _Close(4429, "Too many initialisation requests")
        given = payload.get("authorization") or payload.get("Authorization") or ""
        self._authorization = given if isinstance(given, str) else ""
        self._caller = await self._enter(self._authorization)
        if self._caller is None:
            raise _Close(4403, "This token is unknown, expired or revoked.")
        await self._send({"type": "connection_ack"})

    def _subscribe(self, key: str, payload: dict[str, Any]) -> None:
        if self._caller is None:
            raise _Close(4401, "Unauthorized")
        if key in self._running:
            raise _Close(4409, f"Subscriber for {key} already exists")
        self._running[key] = asyncio.create_task(self._operate(key, payload))

    async def _operate(self, key: str, payload: dict[str, Any]) -> None:
        """Run one operation to its end, and say so."""
        try:
            asked = Asked(self._call(payload), self._engine, await self._renewed())
            async with aclosing(results(asked, self._live, self._renew)) as found:  # type: ignore[type-var]
                async for result in found:
                    await self._send({"id": key, "type": "next", "payload": orjson.Fragment(result)})
            await self._send({"id": key, "type": "complete"})
        except Refused as refused:
            errors = orjson.loads(refused.answer.body)["errors"]
            await self._send({"id": key, "type": "error", "payload": errors})
        except SignedOut:
            await self._close(_Close(4403, "The session or token has ended."))
        except (_Close, WebSocketDisconnect):
            return  # the listener hears of it as well
        finally:
            if self._running.get(key) is asyncio.current_task():
                del self._running[key]

    def _call(self, payload: dict[str, Any]) -> Call:
        try:
            if len(self._running) > MAX_OPERATIONS:
                raise BadRequest(
                    f"A connection runs at most {MAX_OPERATIONS} operations at a time.", code="LIMIT_EXCEEDED"
                )
            return checked(payload)
        except BadRequest as error:
            raise Refused(refusal([GraphQLError(str(error))], error.code)) from error

    async def _renew(self) -> Caller | None:
        return await self._enter(self._authorization)

    async def _renewed(self) -> Caller:
        """Who the caller is by now. Raises `SignedOut`."""
        assert self._caller is not None
        if self._caller.actor.is_staff:
            found = await self._renew()
            if found is None or not found.actor.is_staff:
                raise SignedOut
            self._caller = found
        return self._caller

    async def _send(self, message: dict[str, Any]) -> None:
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self._websocket.send_text(orjson.dumps(message).decode())
        except TimeoutError:
            raise WebSocketDisconnect(1006) from None

    async def _close(self, end: _Close) -> None:
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self._websocket.close(end.code, end.reason)
        except (TimeoutError, RuntimeError, WebSocketDisconnect):
            return  # it is closed


def _id_of(message: dict[str, Any]) -> str:
    key = message.get("id")
    if not isinstance(key, str) or not 1 <= len(key) <= MAX_ID:
        raise _Close(4400, f"An id is a text of 1 to {MAX_ID} characters.")
    return key
