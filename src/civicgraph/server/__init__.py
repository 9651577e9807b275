"""The HTTP server: uvicorn with deadlines, bounds on connections, and one write for each answer.

uvicorn by itself closes neither a connection whose request never comes nor one that never reads, takes
heads of any length, and writes an answer's head and body by two system calls.
"""

from __future__ import annotations

import gc
import resource
import socket
from contextlib import suppress
from typing import Any

import uvicorn

from civicgraph.graph import limits
from civicgraph.server.connections import Connections
from civicgraph.server.protocol import IDLE_SECONDS, AtOnce, Protocol
from civicgraph.settings import Settings

OWN_FILES = 512
"""Open files kept back from connections: the database's, logs, static files."""
UNSENT_BYTES = 131_072
"""What the system takes of an answer ahead of its client, who could otherwise leave megabytes there unread."""


class _Server(uvicorn.Server):
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start; what stands then stays: looking through it for garbage stopped everybody for 80 ms now and then."""
        await super().startup(sockets)
        for server in self.servers:
            for listener in server.sockets:
                listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES)
        gc.collect()
        gc.freeze()
        gc.enable()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End; whoever follows something is let go, since requests under way are waited for."""
        app: Any = self.config.app
        app.state.live.end()
        await super().shutdown(sockets)


def serve(app: Any, settings: Settings, host: str, port: int, at_once: AtOnce) -> None:
    """Serve until interrupted; requests under way have ten seconds to end. What `at_once` answers the app is not asked."""
    Protocol.at_once = staticmethod(at_once)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    files = most - OWN_FILES if most != resource.RLIM_INFINITY else settings.connections
    Protocol.guests = Connections(
        total=max(1, min(settings.connections, files)),
        per_address=settings.connections_per_address,
        exempt=frozenset(one.strip() for one in settings.trusted_proxies.split(",") if one.strip()),
    )
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http=Protocol,
        ws="websockets-sansio",
        ws_max_size=limits.MAX_BYTES,
        ws_per_message_deflate=False,
        loop="uvloop",
        backlog=4096,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # `trusted_proxies` says who is believed; uvicorn would believe this machine whatever it says
        timeout_graceful_shutdown=10,
        timeout_keep_alive=IDLE_SECONDS,
    )
    with suppress(KeyboardInterrupt):
        _Server(config).run()
