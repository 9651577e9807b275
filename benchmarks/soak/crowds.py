"""Crowds of clients that mean no good: a process of its own that holds and reopens their connections."""

from __future__ import annotations

import multiprocessing
import select
import socket
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.sharedctypes import SynchronizedArray

from benchmarks.soak.process import raise_file_limit

OPENED_A_SECOND = 1_000
"""How fast a crowd comes, and comes back."""
LARGE = b"GET /static/vendor/graphiql/graphiql.min.js HTTP/1.1\r\nhost: soak\r\n\r\n"
_GONE = select.EPOLLRDHUP | select.EPOLLHUP | select.EPOLLERR
OPEN, ENDED, LONGEST = range(3)
"""Open connections; how many the server ended; for how many milliseconds it kept the longest."""


class Client:
    """Asks once, and then neither asks nor leaves."""

    opening = b"GET /healthz HTTP/1.1\r\nhost: soak\r\n\r\n"
    buffer = 0
    """Bytes that are taken before they are read; 0 for what the system gives."""
    events = select.EPOLLIN | _GONE

    def __init__(self, address: str) -> None:
        self.address = address
        self.socket = socket.socket()
        self.born = 0.0

    def open(self, port: int) -> None:
        """Connect. Raises `OSError`."""
        self.socket = socket.socket()
        if self.buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.buffer)
        self.socket.bind((self.address, 0))
        self.socket.settimeout(5)
        self.born = time.monotonic()
        self.socket.connect(("127.0.0.1", port))
        self.socket.setblocking(False)
        self.socket.send(self.opening)

    def hear(self, event: int) -> bool:
        """Take what came; False when the server has ended it."""
        return bool(event & select.EPOLLIN and self.socket.recv(65_536))

    def tick(self) -> None:
        """What is done each second. Raises `OSError` when the server has ended it."""


class Reader(Client):
    """Asks for much and reads one byte a second."""

    opening = LARGE * 8
    buffer = 4_096
    events = _GONE

    def tick(self) -> None:
        """Read a byte."""
        self.socket.recv(1)


class HeadSender(Client):
    """Sends the head of a request, one byte a second."""

    opening = b"GET /"

    def tick(self) -> None:
        """Send a byte."""
        self.socket.send(b"a")


class BodySender(HeadSender):
    """Sends the body of a request, one byte a second."""

    opening = b"POST /graphql HTTP/1.1\r\nhost: soak\r\ncontent-type: application/json\r\ncontent-length: 60000\r\n\r\n"


SLOW: tuple[type[Client], ...] = (Reader, HeadSender, BodySender)


@dataclass
class Crowd:
    """What a crowd has found out so far."""

    figures: SynchronizedArray[int]

    @property
    def open(self) -> int:
        """Connections that are open now, so far as the clients know."""
        return self.figures[OPEN]

    @property
    def ended(self) -> int:
        """How many connections the server has ended."""
        return self.figures[ENDED]

    @property
    def longest(self) -> float:
        """How many seconds it kept the longest, ended or not."""
        return self.figures[LONGEST] / 1000


@contextmanager
def crowd(port: int, size: int, kinds: Sequence[type[Client]], addresses: int) -> Iterator[Crowd]:
    """So many clients, each kind as many, from so many addresses of this machine; they leave at the end."""
    context = multiprocessing.get_context("spawn")
    figures = context.Array("q", [0, 0, 0])
    process = context.Process(target=_hold, args=(port, size, tuple(kinds), addresses, figures), daemon=True)
    process.start()
    try:
        yield Crowd(figures)
    finally:
        process.terminate()
        process.join()


def _hold(
    port: int, size: int, kinds: tuple[type[Client], ...], addresses: int, figures: SynchronizedArray[int]
) -> None:
    raise_file_limit(size + 100)
    # Not 127.0.0.1: it is a trusted proxy, and exempt from the bound that is tried.
    clients = [kinds[number % len(kinds)](f"127.0.{1 + number % addresses}.2") for number in range(size)]
    waiting, held, epoll = deque(clients), dict[int, Client](), select.epoll()
    ticked = opened = time.monotonic()

    def end(client: Client) -> None:
        held.pop(client.socket.fileno(), None)
        client.socket.close()
        figures[ENDED] += 1
        waiting.append(client)

    while True:
        now = time.monotonic()
        for _ in range(min(len(waiting), int((now - opened) * OPENED_A_SECOND))):
            opened = now
            client = waiting.popleft()
            try:
                client.open(port)
                epoll.register(client.socket, client.events)
                held[client.socket.fileno()] = client
            except OSError:
                end(client)
        if not waiting:
            opened = now
        for file, event in epoll.poll(0.02, 1_000):
            client = held[file]
            try:
                is_there = client.hear(event)
            except OSError:
                is_there = False
            if not is_there:
                end(client)
        if now - ticked >= 1:
            ticked = now
            age = now - min((client.born for client in held.values()), default=now)
            figures[LONGEST] = max(figures[LONGEST], int(age * 1000))
            for client in list(held.values()):
                try:
                    client.tick()
                except BlockingIOError:
                    continue
                except OSError:
                    end(client)
            figures[OPEN] = len(held)
