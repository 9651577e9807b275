"""One HTTP connection, with deadlines for its client."""

from __future__ import annotations

import asyncio
import fcntl
import socket
import struct
import termios
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from civicgraph.server.connections import Connections
from civicgraph.server.corked import Corked

HEAD_SECONDS = 10
"""From the first byte of a request, or from the connection, to the end of its head."""
BODY_SECONDS = 30
"""How often a body that is still coming is looked at."""
READ_SECONDS = 30
"""How often a client is looked at that leaves its answer in our buffers."""
IDLE_SECONDS = 20
"""How long a connection is kept open for another request."""
SLOWEST = 500
"""Bytes a second that a client sends and reads at least; who is slower is given up at the next look."""
MAX_HEAD = 32_768
"""Bytes of a request's line and headers."""
MAX_FRAMING = 262_144
"""Bytes of a request that are neither head nor body: the sizes of chunks, lines behind the last."""
_FORGET = struct.pack("ii", 1, 0)
MAX_AHEAD = 64
"""Requests that a client may send while it waits for an answer."""
MAX_SOON = 16_384
"""Bytes of a body for whose end an answer waits."""
WHOLE = "civicgraph.whole"
"""The extension of the scope by which an answer with a ready head is sent at once."""


def _refusal(status: int, words: str) -> bytes:
    head = b"content-type: text/plain; charset=utf-8\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % len(words)
    return STATUS_LINE[status] + head + words.encode()


TIMED_OUT = _refusal(408, "The request took too long.\n")
NOT_HTTP = _refusal(400, "This is not HTTP.\n")
HEAD_TOO_LARGE = _refusal(431, f"The head of the request is longer than {MAX_HEAD} bytes.\n")


def _unconfirmed(connection: socket.socket) -> int:
    """Bytes that our system keeps until the client's has confirmed them; 0 where it does not tell."""
    try:
        (found,) = struct.unpack("i", fcntl.ioctl(connection.fileno(), termios.TIOCOUTQ, bytes(4)))
    except (OSError, ValueError):
        return 0
    return int(found)


class HeadTooLarge(Exception):
    """A request whose head is over the bound."""


class TooManyAhead(Exception):
    """A client that asks and asks, and does not wait for answers."""


AtOnce = Callable[[Any, bytes], bool]
"""Answers a request, by its scope and its body, where it stands; says whether it did."""


def _never(_scope: Any, _body: bytes) -> bool:
    return False


class Protocol(HttpToolsProtocol):
    """One connection. `guests` bounds those of one address and all together.

    What `at_once` answers needs no task of its own, nor a turn of the loop until that runs: both cost as much as an
    answer that is ready.
    """

    guests: ClassVar[Connections] = Connections(total=20_000, per_address=200, exempt=frozenset())
    at_once: ClassVar[AtOnce] = staticmethod(_never)

    _awaited = HEAD_SECONDS
    """Seconds for the part of a request that comes next; 0 when nothing is awaited."""
    _expected = 0
    """Seconds of the deadline that is set."""
    _deadline: asyncio.TimerHandle | None = None
    _came = 0
    """Bytes from the client since the deadline was set."""
    _chunk = 0
    """Bytes that came together."""
    _framing = 0
    """Bytes of the request that are no body, from the chunk after its first."""
    _refused = NOT_HTTP
    """What is said of a request that the parser does not take."""
    _unread: asyncio.TimerHandle | None = None
    _taken = 0
    """Bytes that the client had taken at the last look."""
    _answered: RequestResponseCycle | None = None
    """The request that is being answered; `cycle` is the last that came."""
    _held_back: Any = None
    """The application, while a request waits for its body before it is asked."""
    _is_held_up = False
    """Whether the next request waits for the client to read."""
    _is_upgraded = False

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being answered."""
        return not self._is_upgraded and (self.cycle is None or self.cycle.response_complete)

    def drop(self) -> None:
        """Close at once, whatever has not been read: the system forgets it as well."""
        connection = self.transport.get_extra_info("socket")
        if connection is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _FORGET)
        self.transport.abort()

    # The connection

    def connection_made(self, transport: Any) -> None:
        """Take the connection, or refuse it when there is no place for it."""
        super().connection_made(transport)
        self.transport = Corked(transport, self.loop)  # type: ignore[assignment]
        if self.guests.enter(self, self.client[0] if self.client else ""):
            self._expect(HEAD_SECONDS)
        else:
            self.drop()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._expect(0)
        self._stop_looking()
        self.guests.leave(self)
        if self._answered is not None:  # uvicorn tells only the last request that the client has left
            self._answered.disconnected = True
            self._answered.message_event.set()
        super().connection_lost(exc)

    def timeout_keep_alive_handler(self) -> None:
        """Close an idle connection, once its client has read what is left or was given up."""
        if self.transport.get_write_buffer_size():
            self._begin_looking()
            self.timeout_keep_alive_task = self.loop.call_later(IDLE_SECONDS, self.timeout_keep_alive_handler)
        else:
            super().timeout_keep_alive_handler()

    def handle_websocket_upgrade(self) -> None:
        """Give the bare transport on: another protocol has its own deadlines. The place is kept till its end."""
        self._awaited, self._is_upgraded = 0, True
        self._expect(0)
        transport = self.transport = self.transport.raw  # type: ignore[attr-defined]
        super().handle_websocket_upgrade()
        successor = transport.get_protocol()
        lost = successor.connection_lost

        def connection_lost(exc: Exception | None) -> None:
            self.guests.leave(self)
            lost(exc)

        successor.connection_lost = connection_lost

    # What the client sends

    def data_received(self, data: bytes) -> None:
        """Take what comes; a deadline is set only for a request that is not there as a whole."""
        self._chunk = len(data)
        self._came += self._chunk
        self._framing += self._chunk
        super().data_received(data)
        if not self._awaited and self.is_idle:  # empty lines before a request have ended the wait for it
            self._awaited = HEAD_SECONDS
        if self._awaited != self._expected:
            self._expect(self._awaited)
        if self._framing > MAX_HEAD and self._awaited == HEAD_SECONDS:
            self._refuse(HEAD_TOO_LARGE)
        elif self._framing > MAX_FRAMING and self._awaited == BODY_SECONDS:
            self._refuse(NOT_HTTP)

    def on_message_begin(self) -> None:
        """A request begins: its head has to come in time, whatever was awaited before."""
        self._awaited, self._expected, self._framing = HEAD_SECONDS, -1, 0
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header; lines behind a body are passed over: whoever asked for the headers has seen them."""
        if self._awaited == HEAD_SECONDS:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is there: the body has to come in time."""
        if max(self._chunk, self._framing) > MAX_HEAD and self._length_of_head() > MAX_HEAD:
            self._refused = HEAD_TOO_LARGE
            raise HeadTooLarge
        if len(self.pipeline) >= MAX_AHEAD:
            raise TooManyAhead
        self._awaited = BODY_SECONDS
        super().on_headers_complete()

    def _length_of_head(self) -> int:
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)

    def on_body(self, body: bytes) -> None:
        """A part of the body."""
        self._framing -= len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is there; how long the answer takes is our own affair."""
        self._awaited = 0
        super().on_message_complete()
        app, self._held_back = self._held_back, None
        if app is not None and not self._answer_at_once(self.cycle):
            super()._start_asgi_task(self.cycle, app)

    def send_400_response(self, msg: str) -> None:
        """Refuse what the parser did not take."""
        self._refuse(self._refused)

    # What it is told

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._answered = cycle
        scope: Any = cycle.scope
        scope["extensions"] = {WHOLE: partial(self._send_whole, cycle)}
        if scope["method"] == "POST" and cycle.more_body and self._is_soon_there(cycle):
            self._held_back = app
        elif not self._answer_at_once(cycle):
            super()._start_asgi_task(cycle, app)

    def _is_soon_there(self, cycle: RequestResponseCycle) -> bool:
        """Whether the body is short, so that it mostly comes with the head: then the answer begins with its end."""
        if cycle.waiting_for_100_continue:
            return False
        length = next((value for name, value in self.headers if name == b"content-length"), b"")
        return length.isdigit() and 0 < int(length) <= MAX_SOON

    def _answer_at_once(self, cycle: RequestResponseCycle) -> bool:
        """Whoever does not read, or asks for much at a time, waits for the loop's turn like everybody."""
        if self.flow.write_paused or self.pipeline:
            return False
        return type(self).at_once(cycle.scope, bytes(cycle.body))

    def on_response_complete(self) -> None:
        """Go on to the next request, once the client reads: unread answers would pile up."""
        if self._answered is not None:
            scope: Any = self._answered.scope
            scope["extensions"] = {}  # it leads back to the request: thousands in a second would wait for the collector
        if self.transport.is_closing():  # the last answer may lie in our buffers without filling them
            self._begin_looking()
        elif self.flow.write_paused:
            self._is_held_up = True
            self.flow.pause_reading()
            return
        super().on_response_complete()

    def _send_whole(self, cycle: RequestResponseCycle, status: int, head: bytes, body: bytes) -> None:
        """Send an answer whose head is ready made: header lines, each with its end, and no empty one."""
        if cycle.disconnected or cycle.response_started:
            return
        cycle.response_started = cycle.response_complete = True
        closing = b"" if cycle.keep_alive else b"connection: close\r\n"
        is_bare = cycle.scope["method"] == "HEAD" or status == 304
        answer = b"".join((STATUS_LINE[status], head, closing, b"\r\n", b"" if is_bare else body))
        self.transport.send(answer)  # type: ignore[attr-defined]
        cycle.message_event.set()
        if not cycle.keep_alive:
            self.transport.close()
        cycle.on_response()

    def _refuse(self, answer: bytes) -> None:
        """Close, and say why unless an earlier request's answer would be taken for it."""
        if self.transport.is_closing():
            return
        if self._awaited == BODY_SECONDS:
            is_ours_to_answer = not self.pipeline and not self.cycle.response_started
        else:
            is_ours_to_answer = self.is_idle
        if is_ours_to_answer and self.scope is not None:
            self.transport.write(answer)
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.transport.close()

    # Deadlines

    def _expect(self, seconds: int) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._expected, self._came = seconds, 0
        self._deadline = self.loop.call_later(seconds, self._too_late) if seconds else None

    def _too_late(self) -> None:
        self._deadline, self._expected = None, 0
        if self._awaited == BODY_SECONDS and not self.is_idle and self._came >= BODY_SECONDS * SLOWEST:
            self._expect(BODY_SECONDS)
        else:
            self._refuse(TIMED_OUT)

    def pause_writing(self) -> None:
        """The client does not read as fast as we write: it is looked at from now on."""
        super().pause_writing()
        self._begin_looking()

    def resume_writing(self) -> None:
        """The client has read most of it."""
        self._stop_looking()
        super().resume_writing()
        if self._is_held_up:
            self._is_held_up = False
            super().on_response_complete()

    def _begin_looking(self) -> None:
        if self._unread is None:
            self._taken = self._read()
            self._unread = self.loop.call_later(READ_SECONDS, self._look)

    def _look(self) -> None:
        self._unread = None
        if not self.transport.get_write_buffer_size():
            return
        if self._read() - self._taken < READ_SECONDS * SLOWEST:
            self.drop()
        else:
            self._begin_looking()

    def _read(self) -> int:
        """Bytes that the client's system has confirmed."""
        transport: Any = self.transport
        return int(transport.left) - _unconfirmed(transport.get_extra_info("socket"))

    def _stop_looking(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None
