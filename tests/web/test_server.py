"""The server on its sockets: who is slow, idle or many keeps nobody else waiting."""

from __future__ import annotations

import asyncio
import gc
import itertools
import json
import signal
import socket
import time
import weakref
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from civicgraph.server.corked import Corked
from civicgraph.server.protocol import Protocol
from tests.conftest import SECRET
from tests.support.mail import free_port
from tests.support.servers import Server

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

ASK = b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n"
LARGE = b"GET /static/vendor/graphiql/graphiql.min.js HTTP/1.1\r\nhost: a\r\n\r\n"
READ = "{ divisions(first: 5) { nodes { code } } }"
POST = b"POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n"


@pytest.fixture
def running(database: str, tmp_path: Path) -> Iterator[Server]:
    """A server that trusts no proxy, so that this machine's address is bounded as any other."""
    with Server(database, SECRET, tmp_path, CIVICGRAPH_TRUSTED_PROXIES="") as server:
        yield server


@pytest.fixture
def impatient(database: str, tmp_path: Path) -> Iterator[Server]:
    """A server with the same deadlines, only shorter."""
    deadlines = {"HEAD_SECONDS": 1, "BODY_SECONDS": 2, "READ_SECONDS": 2, "IDLE_SECONDS": 3}
    with Server(database, SECRET, tmp_path, deadlines) as server:
        yield server


def connected(server: Server, buffer: int = 0) -> socket.socket:
    """A connection; `buffer` is how many bytes it takes before they are read."""
    connection = socket.socket()
    if buffer:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    connection.settimeout(20)
    connection.connect(("127.0.0.1", server.port))
    return connection


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


def is_refused(server: Server) -> bool:
    """Nothing is said to a connection too many; its reset may come before `connect` has returned."""
    try:
        return until_closed(connected(server)) == b""
    except ConnectionResetError:
        return True


def is_answered(server: Server) -> bool:
    return httpx.get(f"{server.url}/healthz", timeout=2).status_code == 200


def dripped(connection: socket.socket, drop: bytes, most: float) -> tuple[bytes, float]:
    """Send `drop` twice a second until the server closes: what it said, and after how many seconds."""
    began = time.monotonic()
    connection.settimeout(0.5)
    while time.monotonic() - began < most:
        try:
            return connection.recv(65536), time.monotonic() - began
        except TimeoutError:
            connection.sendall(drop)
    return b"", time.monotonic() - began


def test_a_head_that_drips_is_ended_by_its_deadline(running: Server) -> None:
    connection = connected(running)
    connection.sendall(b"GET / HTTP/1.1\r\nhost: a\r\n")
    said, seconds = dripped(connection, b"x: y\r\n", 15)
    assert 9 < seconds < 13
    assert said.startswith(b"HTTP/1.1 408")


def test_a_connection_that_never_asks_is_closed(running: Server) -> None:
    connection = connected(running)
    began = time.monotonic()
    assert until_closed(connection) == b""
    assert 9 < time.monotonic() - began < 13


def test_empty_lines_do_not_keep_a_connection(impatient: Server) -> None:
    connection = connected(impatient)
    connection.sendall(ASK)
    assert connection.recv(1_000).startswith(b"HTTP/1.1 200")
    said, seconds = dripped(connection, b"\r\n", 6)
    assert said.startswith(b"HTTP/1.1 408")
    assert seconds < 3


def test_a_body_that_drips_is_ended_and_one_that_flows_is_not(impatient: Server) -> None:
    slow = connected(impatient)
    slow.sendall(POST + b"content-length: 60000\r\n\r\n{")
    said, seconds = dripped(slow, b" ", 6)
    assert said.startswith(b"HTTP/1.1 408")
    assert 1.5 < seconds < 4

    steady = connected(impatient)
    body = b'{"query":"{__typename}"}'.ljust(10_000)
    steady.sendall(POST + b"content-length: 10000\r\nconnection: close\r\n\r\n")
    for start in range(0, 10_000, 1_000):  # five seconds, two deadlines and a half
        steady.sendall(body[start : start + 1_000])
        time.sleep(0.5)
    assert until_closed(steady).startswith(b"HTTP/1.1 200")


def test_a_client_that_reads_a_byte_a_second_is_given_up_and_a_slow_one_is_not(impatient: Server) -> None:
    crawling, slow = connected(impatient, 4096), connected(impatient, 65_536)
    crawling.sendall(LARGE * 8)
    slow.sendall(LARGE.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n"))
    assert impatient.process is not None
    process = psutil.Process(impatient.process.pid)
    found, began = 0, time.monotonic()
    while time.monotonic() - began < 8:
        crawling.recv(1)
        found += len(slow.recv(20_000))
        time.sleep(0.1)
    found += len(until_closed(slow))
    size = httpx.get(f"{impatient.url}/static/vendor/graphiql/graphiql.min.js").content
    assert found > len(size)  # the head as well: it came to its end, though not within a deadline
    crawlers = [
        one for one in process.net_connections("tcp") if one.raddr and one.raddr.port == crawling.getsockname()[1]
    ]
    assert crawlers == []
    crawling.recv(65_536)
    with pytest.raises(ConnectionResetError):  # the system keeps nothing for it either
        crawling.recv(1)


def test_idle_connections_leave_innocent_requests_answered(database: str, tmp_path: Path) -> None:
    with Server(database, SECRET, tmp_path) as server:  # this machine is a trusted proxy here, and so unbounded
        idle = [connected(server) for _ in range(500)]
        for _ in range(50):
            assert is_answered(server)
        for connection in idle:
            connection.close()


def test_when_all_places_are_taken_the_oldest_idle_connection_makes_room(database: str, tmp_path: Path) -> None:
    with Server(database, SECRET, tmp_path, CIVICGRAPH_CONNECTIONS="50") as server:
        idle = [connected(server) for _ in range(200)]
        for _ in range(20):
            assert is_answered(server)
        assert until_closed(idle[0]) == b""
        youngest = idle[-1]
        youngest.sendall(ASK)
        assert youngest.recv(100).startswith(b"HTTP/1.1 200")


def test_an_address_has_so_many_connections_and_gets_them_back(running: Server) -> None:
    held = [connected(running) for _ in range(200)]
    for connection in held:
        connection.sendall(ASK)
        assert connection.recv(100).startswith(b"HTTP/1.1 200")
    assert is_refused(running)
    for connection in held:
        connection.close()
    end = time.monotonic() + 5
    while True:
        try:
            assert is_answered(running)
            break
        except httpx.TransportError:
            assert time.monotonic() < end


def test_forwarded_addresses_are_believed_of_trusted_proxies_alone(database: str, tmp_path: Path) -> None:
    def last(server: Server) -> int:
        """The answer to the third of three reads that are two too many for one address in a minute."""
        for number in range(3):
            forwarded = {"x-forwarded-for": f"203.0.113.{number}"}
            answer = httpx.post(f"{server.url}/graphql", json={"query": READ}, headers=forwarded)
        return answer.status_code

    for trusted, status in (("", 429), ("127.0.0.1", 200)):
        few = {"CIVICGRAPH_COST_PER_MINUTE": "10", "CIVICGRAPH_TRUSTED_PROXIES": trusted}
        with Server(database, SECRET, tmp_path, None, **few) as server:
            assert last(server) == status


def test_a_client_that_does_not_read_holds_nothing_up(running: Server) -> None:
    slow = []
    for _ in range(20):
        connection = connected(running, 4096)
        connection.sendall(LARGE * 5)
        slow.append(connection)
    for _ in range(20):
        assert is_answered(running)
    for connection in slow:
        connection.close()


def test_who_asks_and_does_not_read_is_not_answered_on(database: str, tmp_path: Path) -> None:
    long = b"GET /graphql?query={%b:divisions(first:1){totalCount}} HTTP/1.1\r\nhost: a\r\n\r\n" % (b"a" * 10_000)
    with Server(database, SECRET, tmp_path, CIVICGRAPH_COST_PER_MINUTE=str(10**9)) as server:
        connection = connected(server, 4096)
        connection.sendall(
            long
        )  # known from now on: what queues up behind a document that is compiled first is given up
        assert connection.recv(100).startswith(b"HTTP/1.1 200")
        connection.settimeout(1)
        with suppress(TimeoutError, ConnectionResetError):  # it may be given up before it stops sending
            for _ in range(200):
                connection.sendall(long * 10)
                time.sleep(0.01)
        assert is_answered(server)
        end = time.monotonic() + 20
        while (answered := server.log.count('"route":"/graphql"')) <= 10 and time.monotonic() < end:
            time.sleep(0.05)  # lines are written together, a moment later
        assert 10 < answered < 500  # some megabytes are in the system's own buffers


def test_a_burst_of_connections_is_answered_each(database: str, tmp_path: Path) -> None:
    with Server(database, SECRET, tmp_path) as server:
        burst = [connected(server) for _ in range(1_000)]
        for connection in burst:
            connection.sendall(ASK)
        assert all(connection.recv(100).startswith(b"HTTP/1.1 200") for connection in burst)


@pytest.mark.parametrize(
    "head",
    [b"\x16\x03\x01\x02\x00", b"GET / HTTP/9.9\r\n\r\n", b"NONSENSE\r\n\r\n", b"GET /\x00 HTTP/1.1\r\nhost: a\r\n\r\n"],
)
def test_what_is_no_http_is_refused(running: Server, head: bytes) -> None:
    connection = connected(running)
    connection.sendall(head)
    answer = until_closed(connection)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 400")
    assert is_answered(running)


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\nhost: a\r\nx: " + b"y" * 40_000 + b"\r\n\r\n",
        b"GET /" + b"y" * 40_000 + b" HTTP/1.1\r\nhost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: a\r\n" + b"x: y\r\n" * 8_000 + b"\r\n",
    ],
    ids=["a long header", "a long address", "many headers"],
)
def test_a_head_has_a_bound(running: Server, head: bytes) -> None:
    connection = connected(running)
    connection.sendall(head)
    assert until_closed(connection).startswith(b"HTTP/1.1 431")
    allowed = connected(running)
    allowed.sendall(ASK.replace(b"\r\n\r\n", b"\r\nx: " + b"y" * 30_000 + b"\r\nconnection: close\r\n\r\n"))
    assert until_closed(allowed).startswith(b"HTTP/1.1 200")


def test_a_head_without_end_is_not_kept_until_its_end(running: Server) -> None:
    connection = connected(running)
    sent = 0
    connection.sendall(b"GET / HTTP/1.1\r\nx: ")
    with suppress(OSError):
        while sent < 50_000_000:
            sent += connection.send(b"y" * 100_000)
    assert sent < 10_000_000  # what the system's own buffers take besides


def test_lines_behind_a_body_are_no_headers_and_have_a_bound(running: Server) -> None:
    chunked = POST + b"transfer-encoding: chunked\r\nconnection: close\r\n\r\n"
    body = b'{"query":"{__typename}"}'
    polite = connected(running)
    polite.sendall(chunked + b"%x\r\n%b\r\n0\r\nauthorization: Bearer nonsense\r\n\r\n" % (len(body), body))
    assert until_closed(polite).startswith(b"HTTP/1.1 200")

    endless = connected(running)
    endless.sendall(chunked + b"%x\r\n%b\r\n0\r\n" % (len(body), body))
    sent = 0
    with suppress(OSError):
        while sent < 50_000_000:
            sent += endless.send(b"x: " + b"y" * 10_000 + b"\r\n")
    assert sent < 10_000_000


def test_requests_sent_ahead_are_answered_in_order(running: Server) -> None:
    connection = connected(running)
    connection.sendall(ASK * 60 + b"GET /nothing HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
    answer = until_closed(connection)
    assert answer.count(b"HTTP/1.1 200") == 60
    assert answer.rindex(b"HTTP/1.1 200") < answer.index(b"HTTP/1.1 404")


def asked(text: str, more: bytes = b"") -> bytes:
    """A read by POST."""
    body = json.dumps({"query": text}).encode()
    return POST + more + b"content-length: %d\r\n\r\n" % len(body) + body


def answers(connection: socket.socket, count: int) -> list[tuple[int, dict[str, str], bytes]]:
    """So many answers from a connection: status, headers, body."""
    source, found = connection.makefile("rb"), []
    for _ in range(count):
        status = int(source.readline().split()[1])
        headers = {}
        while line := source.readline().strip().decode():
            name, _, value = line.partition(": ")
            headers[name] = value
        found.append((status, headers, source.read(int(headers.get("content-length", 0)))))
    return found


def test_what_was_asked_before_is_answered_in_its_turn(running: Server) -> None:
    page = b"GET /graphql?query={kept:__typename} HTTP/1.1\r\nhost: a\r\n\r\n"
    known, other = asked(READ), asked("{ other: divisions(first: 7) { nodes { code } } }")
    connection = connected(running)
    for _ in range(4):  # drawn, compiled, run in a thread, and from then on at hand
        connection.sendall(page + known)
        answers(connection, 2)
    connection.sendall(
        page + known + other + ASK + known + page + known + b"GET /no HTTP/1.1\r\nhost: a\r\n\r\n" + page
    )
    found = answers(connection, 9)
    assert [status for status, _, _ in found] == [200] * 7 + [404, 200]
    assert [list(json.loads(found[index][2])["data"]) for index in (0, 1, 2, 4, 5, 6, 8)] == [
        *(["kept"], ["divisions"], ["other"], ["divisions"], ["kept"], ["divisions"], ["kept"])
    ]
    assert found[3][2] == b"ok\n"


def test_a_read_is_answered_the_same_whichever_way_it_takes(running: Server) -> None:
    connection, found = connected(running), []
    for _ in range(5):
        connection.sendall(asked(READ))
        found += answers(connection, 1)
    said = [json.loads(body) for _, _, body in found]
    assert [one["data"] for one in said] == [said[0]["data"]] * 5
    left = [one["extensions"]["cost"]["remaining"] for one in said]
    cost = said[0]["extensions"]["cost"]["requested"]
    assert [before - after for before, after in itertools.pairwise(left)] == [cost] * 4
    own = ("x-request-id", "ratelimit", "date")
    shared = [{name: value for name, value in headers.items() if name not in own} for _, headers, _ in found]
    assert shared[-1] | {"content-length": ""} == shared[1] | {"content-length": ""}
    assert len({headers["x-request-id"] for _, headers, _ in found}) == 5


def test_a_read_that_was_asked_before_keeps_to_its_budget(database: str, tmp_path: Path) -> None:
    with Server(database, SECRET, tmp_path, CIVICGRAPH_COST_PER_MINUTE="40", CIVICGRAPH_TRUSTED_PROXIES="") as server:
        connection = connected(server)
        connection.sendall(asked(READ) * 10)
        statuses = [status for status, _, _ in answers(connection, 10)]
    assert statuses[0] == 200
    assert statuses == sorted(statuses)
    assert statuses[-1] == 429


def test_a_body_that_comes_in_pieces_is_awaited(running: Server) -> None:
    head, _, body = asked(READ).partition(b"\r\n\r\n")
    pieces = [head + b"\r\n\r\n", body[:10], body[10:]]
    connection = connected(running)
    for _ in range(4):
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(0.05)
        ((status, _, found),) = answers(connection, 1)
        assert (status, list(json.loads(found)["data"])) == (200, ["divisions"])
    head, _, body = asked(READ, b"expect: 100-continue\r\n").partition(b"\r\n\r\n")
    connection.sendall(head + b"\r\n\r\n")
    assert connection.recv(100).startswith(b"HTTP/1.1 100")
    connection.sendall(body)
    assert answers(connection, 1)[0][0] == 200
    connection.sendall(pieces[0] + b"{")
    connection.close()
    assert is_answered(running)


def test_who_asks_and_asks_without_waiting_is_closed(running: Server) -> None:
    connection = connected(running)
    with suppress(OSError):
        for _ in range(100):
            connection.sendall(ASK * 1_000)
    assert until_closed(connection).count(b"HTTP/1.1 200") < 1_000
    assert is_answered(running)


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
            while len(statuses) <= 50:  # well under way, however busy the machine is
                await asyncio.sleep(0.01)
            assert running.process is not None
            running.process.terminate()
            await asyncio.wait_for(asyncio.gather(*tasks), 20)
        assert not [one for one in failures if "incomplete" in one]  # no answer broke off half-way
        return statuses

    statuses = asyncio.run(load())
    assert set(statuses) == {200}
    assert running.stop() in (0, -signal.SIGTERM)
    assert "error" not in running.log


async def test_who_leaves_is_noticed_though_more_was_asked_ahead(database: str) -> None:
    was_left = asyncio.Event()

    async def stream(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while (await receive())["type"] != "http.disconnect":
            pass
        was_left.set()

    port = free_port()
    server = uvicorn.Server(uvicorn.Config(stream, port=port, http=Protocol, lifespan="off", log_config=None))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(ASK * 2)
    assert (await reader.readline()).startswith(b"HTTP/1.1 200")
    writer.close()
    await asyncio.wait_for(was_left.wait(), 5)
    server.should_exit = True
    await serving


async def test_an_answered_request_is_forgotten_without_the_collector(database: str) -> None:
    requests = []

    async def app(scope: Scope, receive: Any, send: Send) -> None:
        requests.append(weakref.ref(receive.__self__))
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, http=Protocol, lifespan="off", log_config=None))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    gc.disable()
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(5):
            writer.write(ASK)
            await reader.readuntil(b"\r\n\r\n")
        assert [one() is None for one in requests[:-1]] == [True] * 4
        writer.close()
    finally:
        gc.enable()
    server.should_exit = True
    await serving


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
