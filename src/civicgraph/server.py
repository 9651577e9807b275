"""The HTTP server: uvicorn with deadlines, a bound on connections, and one write for each answer.

uvicorn by itself closes neither a connection whose request never comes nor one that never reads, and
writes an answer's head and body by two system calls.
"""

from __future__ import annotations

import asyncio
import gc
import resource
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from socket import socket
from typing import Any, ClassVar

import uvicorn
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from civicgraph.graph import limits
from civicgraph.settings import Settings

HEAD_SECONDS = 10
"""From the first byte of a request, or from the connection, to the end of its head."""
BODY_SECONDS = 30
"""From the end of the head to the end of the body."""
READ_SECONDS = 30
"""How long a client may leave an answer unread that does not fit the buffers."""
IDLE_SECONDS = 20
"""How long a connection is kept open for another request."""
FLUSH_BYTES = 65_536
WHOLE = "civicgraph.whole"
"""The extension of the scope by which an answer with a ready head is sent at once."""

TIMED_OUT = (
    b"HTTP/1.1 408 Request Timeout\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: 27\r\n"
    b"connection: close\r\n\r\nThe request took too long.\n"
)


class Corked:
    """A transport that holds what is written until the event loop's next turn, and sends it as one."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self.raw = transport
        self._loop = loop
        self._held: list[bytes] = []
        self._length = 0

    def write(self, data: bytes) -> None:
        """Hold `data`; a long answer goes out as it comes."""
        if not self._held:
            self._loop.call_soon(self.flush)
        self._held.append(data)
        self._length += len(data)
        if self._length > FLUSH_BYTES:
            self.flush()

    def flush(self) -> None:
        """Send what is held."""
        if self._held:
            data = b"".join(self._held) if len(self._held) > 1 else self._held[0]
            self._held, self._length = [], 0
            self.raw.write(data)

    def close(self) -> None:
        """Close once everything is sent."""
        self.flush()
        self.raw.close()

    def is_closing(self) -> bool:
        """Whether it is closed or about to be."""
        return self.raw.is_closing()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.raw, name)


class Protocol(HttpToolsProtocol):
    """One connection. `per_address` bounds those from one address; proxies that we trust are exempt."""

    per_address: ClassVar[int] = 200
    trusted: ClassVar[frozenset[str]] = frozenset()
    _open: ClassVar[Counter[str]] = Counter()

    _address = ""
    _awaited = HEAD_SECONDS
    """Seconds for the part of a request that comes next; 0 when nothing is awaited."""
    _expected = 0
    """Seconds of the deadline that is set."""
    _deadline: asyncio.TimerHandle | None = None
    _unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Take the connection, or refuse it when its address has too many."""
        super().connection_made(transport)
        self.transport = Corked(transport, self.loop)  # type: ignore[assignment]
        address = self.client[0] if self.client else ""
        if address and address not in self.trusted:
            self._address = address
            self._open[address] += 1
            if self._open[address] > self.per_address:
                transport.abort()
                return
        self._expect(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._expect(0)
        self._stop_waiting_for_reader()
        self._release(self._address)
        super().connection_lost(exc)

    @classmethod
    def _release(cls, address: str) -> None:
        if address:
            cls._open[address] -= 1
            if not cls._open[address]:
                del cls._open[address]

    def data_received(self, data: bytes) -> None:
        """Take what comes; a deadline is set only for a request that is not there as a whole."""
        super().data_received(data)
        if self._awaited != self._expected:
            self._expect(self._awaited)

    def on_message_begin(self) -> None:
        """A request begins: its head has to come in time."""
        self._awaited = HEAD_SECONDS
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head is there: the body has to come in time."""
        self._awaited = BODY_SECONDS
        super().on_headers_complete()
        self.scope["extensions"] = {WHOLE: partial(self._send_whole, self.cycle)}  # type: ignore[dict-item]

    def on_message_complete(self) -> None:
        """The request is there; how long the answer takes is our own affair."""
        self._awaited = 0
        super().on_message_complete()

    def _send_whole(self, cycle: RequestResponseCycle, status: int, head: bytes, body: bytes) -> None:
        """Send an answer whose head is ready made: header lines, each with its end, and no empty one."""
        if cycle.disconnected or cycle.response_started:
            return
        cycle.response_started = cycle.response_complete = True
        closing = b"" if cycle.keep_alive else b"connection: close\r\n"
        is_bare = cycle.scope["method"] == "HEAD" or status == 304
        self.transport.write(b"".join((STATUS_LINE[status], head, closing, b"\r\n", b"" if is_bare else body)))
        cycle.message_event.set()
        if not cycle.keep_alive:
            self.transport.close()
        cycle.on_response()

    def handle_websocket_upgrade(self) -> None:
        """Give the bare transport on: another protocol has its own deadlines. It still counts for its address."""
        self._awaited = 0
        self._expect(0)
        if isinstance(self.transport, Corked):
            self.transport = self.transport.raw
        super().handle_websocket_upgrade()
        protocol = self.transport.get_protocol()
        if isinstance(protocol, WebSocket):
            protocol.on_lost = partial(self._release, self._address)
            self._address = ""

    def pause_writing(self) -> None:
        """The client does not read: it has some time to begin."""
        super().pause_writing()
        if self._unread is None:
            self._unread = self.loop.call_later(READ_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """The client reads."""
        self._stop_waiting_for_reader()
        super().resume_writing()

    def timeout_keep_alive_handler(self) -> None:
        """Close an idle connection; what its client has not read by now is dropped."""
        if self.transport.get_write_buffer_size():
            self.transport.abort()
        super().timeout_keep_alive_handler()

    def _stop_waiting_for_reader(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def _expect(self, seconds: int) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._expected = seconds
        self._deadline = self.loop.call_later(seconds, self._too_late) if seconds else None

    def _too_late(self) -> None:
        self._deadline, self._expected = None, 0
        if self.transport.is_closing():
            return
        is_answered = self.cycle is not None and self.cycle.response_started and not self.cycle.response_complete
        if self.scope is not None and not is_answered:
            self.transport.write(TIMED_OUT)
        self.transport.close()


class WebSocket(WebSocketsSansIOProtocol):
    """One connection that became a WebSocket."""

    on_lost: Callable[[], None] | None = None

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        super().connection_lost(exc)
        if self.on_lost is not None:
            self.on_lost()


class _Server(uvicorn.Server):
    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Start; what stands then stays: looking through it for garbage stopped everybody for 80 ms now and then."""
        await super().startup(sockets)
        gc.collect()
        gc.freeze()

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """End; whoever follows something is let go, since requests under way are waited for."""
        app: Any = self.config.app
        app.state.live.end()
        await super().shutdown(sockets)


def serve(app: Any, settings: Settings, host: str, port: int) -> None:
    """Serve until interrupted; requests under way have ten seconds to end."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    Protocol.per_address = settings.connections_per_address
    Protocol.trusted = frozenset(one.strip() for one in settings.trusted_proxies.split(",") if one.strip())
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http=Protocol,
        ws=WebSocket,
        ws_max_size=limits.MAX_BYTES,
        ws_per_message_deflate=False,
        loop="uvloop",
        backlog=4096,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,
        timeout_keep_alive=IDLE_SECONDS,
    )
    with suppress(KeyboardInterrupt):
        _Server(config).run()
