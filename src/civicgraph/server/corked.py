"""Writes that leave together."""

from __future__ import annotations

import asyncio
from typing import Any

FLUSH_BYTES = 65_536


class Corked:
    """A transport that holds what is written until the event loop's next turn, and sends it as one."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self.raw = transport
        self._loop = loop
        self._held: list[bytes] = []
        self._length = 0
        self._written = 0

    @property
    def left(self) -> int:
        """Bytes that have been given to the system."""
        return self._written - self.raw.get_write_buffer_size()

    def write(self, data: bytes) -> None:
        """Hold `data`; a long answer goes out as it comes."""
        if not self._held:
            self._loop.call_soon(self.flush)
        self._held.append(data)
        self._length += len(data)
        if self._length > FLUSH_BYTES:
            self.flush()

    def send(self, data: bytes) -> None:
        """Send what nothing will follow: at once, unless something before it is held."""
        if self._held:
            self.write(data)
        else:
            self._written += len(data)
            self.raw.write(data)

    def flush(self) -> None:
        """Send what is held."""
        if self._held:
            data = b"".join(self._held) if len(self._held) > 1 else self._held[0]
            self._written += self._length
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
