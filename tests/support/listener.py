"""A real HTTP server for tests: keeps what is posted to it and answers as it is told to."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

import orjson


@dataclass(frozen=True)
class Posted:
    """One request: its path with the query, its headers by small names, its body."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return orjson.loads(self.body)


@dataclass
class Listener:
    """`status` and `answer` are what it says; it waits `stall` seconds before, or drops the connection."""

    status: int = 200
    answer: bytes = b'{"errcode":0,"errmsg":"ok","code":0}'
    stall: float = 0
    is_dropping: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    posted: list[Posted] = field(default_factory=list)

    def __enter__(self) -> Listener:
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers.get("content-length", 0))
                given = {name.lower(): value for name, value in self.headers.items()}
                listener.posted.append(Posted(self.path, given, self.rfile.read(length)))
                time.sleep(listener.stall)
                if listener.is_dropping:
                    self.close_connection = True
                    self.connection.close()
                    return
                self.send_response(listener.status)
                for name, value in listener.headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(listener.answer)))
                self.end_headers()
                self.wfile.write(listener.answer)

            def log_message(self, *_: Any) -> None:
                """Nothing is printed."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: Any, client_address: Any) -> None:
                """Who was answered has left: nothing to tell."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"
