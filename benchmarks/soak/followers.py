"""Somebody who follows reads over a WebSocket, and leaves them again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
import websockets
from websockets.asyncio.client import ClientConnection, connect

LIST = """subscription($n: Int!, $text: String!) {
  grievances(first: $n, filter: {within: "520327", text: $text}) { nodes { number status } } }"""


@asynccontextmanager
async def speaking(port: int, token: str) -> AsyncIterator[ClientConnection]:
    """A WebSocket on which the first words were exchanged."""
    protocol = websockets.Subprotocol("graphql-transport-ws")
    async with connect(f"ws://127.0.0.1:{port}/graphql", subprotocols=[protocol]) as socket:
        await _tell(socket, type="connection_init", payload={"authorization": f"Bearer {token}"})
        await socket.recv()
        yield socket


async def follow_and_leave(socket: ClientConnection, number: int) -> None:
    """Follow a read that nobody else follows, wait for its answer, leave. Raises `RuntimeError` when it is refused."""
    variables = {"n": number % 10 + 1, "text": f"灯{number}"}
    await _tell(socket, id=str(number), type="subscribe", payload={"query": LIST, "variables": variables})
    answer = orjson.loads(await socket.recv())
    if answer["type"] != "next":
        raise RuntimeError(f"refused: {answer}")
    await _tell(socket, id=str(number), type="complete")


async def _tell(socket: ClientConnection, **message: Any) -> None:
    await socket.send(orjson.dumps(message).decode())
