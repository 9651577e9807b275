"""The server on its sockets: who is slow, idle or many keeps nobody else waiting."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from civicgraph.server import Corked
from tests.conftest import SECRET
from tests.support.servers import Server

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def running(database: str, tmp_path: Path) -> Iterator[Server]:
    """A server that trusts no proxy, so that this machine's address is bounded as any other."""
    with Server(database, SECRET, tmp_path, CIVICGRAPH_TRUSTED_PROXIES="") as server:
        yield server


def connected(server: Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=20)


def until_closed(connection: socket.socket) -> bytes:
    found = b""
    while True:
        try:
            chunk = connection.recv(65536)
        except ConnectionResetError:
            return found
        if not chunk:
            return found
        found += chunk


def test_a_head_that_drips_is_ended_by_its_deadline(running: Server) -> None:
    connection = connected(running)
    connection.sendall(b"GET / HTTP/1.1\r\nhost: a\r\n")
    began = time.monotonic()
    connection.setblocking(False)
    closed = b""
    while time.monotonic() - began < 15:
        time.sleep(0.5)
        try:
            connection.sendall(b"x: y\r\n")
            closed = connection.recv(65536)
        except BlockingIOError:
            continue
        except OSError:
            break
        break
    assert 9 < time.monotonic() - began < 13
    assert closed.startswith(b"HTTP/1.1 408")


def test_a_connection_that_never_asks_is_closed(running: Server) -> None:
    connection = connected(running)
    began = time.monotonic()
    assert until_closed(connection) == b""
    assert 9 < time.monotonic() - began < 13


def test_idle_connections_leave_innocent_requests_answered(database: str, tmp_path: Path) -> None:
    with Server(database, SECRET, tmp_path) as server:  # this machine is a trusted proxy here, and so unbounded
        idle = [connected(server) for _ in range(500)]
        for _ in range(50):
            assert httpx.get(f"{server.url}/healthz", timeout=2).status_code == 200
        for connection in idle:
            connection.close()


def test_an_address_has_so_many_connections_and_gets_them_back(running: Server) -> None:
    held = [connected(running) for _ in range(200)]
    for connection in held:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 200")
    assert until_closed(connected(running)) == b""
    for connection in held:
        connection.close()
    end = time.monotonic() + 5
    while True:
        try:
            assert httpx.get(f"{running.url}/healthz").status_code == 200
            break
        except httpx.TransportError:
            assert time.monotonic() < end


def test_a_client_that_does_not_read_holds_nothing_up(running: Server) -> None:
    slow = []
    for _ in range(20):
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", running.port))
        connection.sendall(b"GET /static/vendor/graphiql/graphiql.min.js HTTP/1.1\r\nhost: a\r\n\r\n" * 5)
        slow.append(connection)
    for _ in range(20):
        assert httpx.get(f"{running.url}/healthz", timeout=2).status_code == 200
    for connection in slow:
        connection.close()


@pytest.mark.parametrize(
    "head",
    [b"\x16\x03\x01\x02\x00", b"GET / HTTP/9.9\r\n\r\n", b"NONSENSE\r\n\r\n", b"GET /\x00 HTTP/1.1\r\nhost: a\r\n\r\n"],
)
def test_what_is_no_http_is_refused(running: Server, head: bytes) -> None:
    connection = connected(running)
    connection.sendall(head)
    answer = until_closed(connection)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 400")
    assert httpx.get(f"{running.url}/healthz").status_code == 200


def test_requests_sent_ahead_are_answered_in_order(running: Server) -> None:
    connection = connected(running)
    connection.sendall(
        b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\nGET /nothing HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"
    )
    answer = until_closed(connection)
    assert answer.index(b"HTTP/1.1 200") < answer.index(b"HTTP/1.1 404")


def test_a_stop_under_load_fails_no_request(running: Server) -> None:
    async def load() -> list[int]:
        statuses: list[int] = []
        failures: list[str] = []
        async with httpx.AsyncClient(base_url=running.url) as client:

            async def ask() -> None:
                while True:
                    try:
                        answer = await client.get("/graphql?query={divisions(first:100){nodes{name}}}")
                    except (httpx.ConnectError, httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError) as error:
                        failures.append(str(error))
                        return
                    statuses.append(answer.status_code)

            tasks = [asyncio.create_task(ask()) for _ in range(16)]
            await asyncio.sleep(1)
            assert running.process is not None
            os.kill(running.process.pid, signal.SIGTERM)
            await asyncio.wait_for(asyncio.gather(*tasks), 20)
        assert not [one for one in failures if "incomplete" in one]  # no answer broke off half-way
        return statuses

    statuses = asyncio.run(load())
    assert len(statuses) > 50
    assert set(statuses) == {200}
    assert running.stop() in (0, -signal.SIGTERM)
    assert "error" not in running.log


class _Transport:
    def __init__(self) -> None:
        self.writes: list[bytes] = []
        self.is_closed = False

    def write(self, data: bytes) -> None:
        self.writes.append(data)

    def close(self) -> None:
        self.is_closed = True


async def test_head_and_body_leave_in_one_write(database: str) -> None:
    transport = _Transport()
    corked = Corked(transport, asyncio.get_running_loop())  # type: ignore[arg-type]
    corked.write(b"head")
    corked.write(b"body")
    assert transport.writes == []
    await asyncio.sleep(0)
    corked.write(b"last")
    corked.close()
    await asyncio.sleep(0)
    assert (transport.writes, transport.is_closed) == ([b"headbody", b"last"], True)
