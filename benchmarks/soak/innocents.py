"""People who only want to read, and how long they wait."""

from __future__ import annotations

import asyncio
import itertools
import json
import statistics
import time
from collections import Counter
from dataclasses import dataclass, field

PATIENCE = 10
"""Seconds after which an innocent has not been answered."""
ADDRESSES = tuple(f"127.9.0.{number}" for number in range(1, 41))
"""Where they come from: none is a trusted proxy, none asks for more than the shipped budgets give."""
_PAUSE = 0.02
_READ = json.dumps(
    {"query": "{events(first: 10) {nodes {title startsAt} } divisions(first: 10) {nodes {name parent {name}}}}"}
).encode()


@dataclass
class Waits:
    """What became of the innocents' requests."""

    milliseconds: list[float] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)

    @property
    def is_all_answered(self) -> bool:
        """Whether each was answered in time and well, and there was one at all."""
        return bool(self.milliseconds) and not self.failures

    @property
    def longest(self) -> float:
        """The longest wait, in milliseconds."""
        return max(self.milliseconds, default=float("nan"))

    def __str__(self) -> str:
        asked = len(self.milliseconds) + self.failures.total()
        cuts = statistics.quantiles(self.milliseconds, n=100) if len(self.milliseconds) > 1 else [float("nan")] * 99
        failed = "".join(f", {count} × {reason}" for reason, count in self.failures.items())
        answered = f"{len(self.milliseconds):,} of {asked:,} answered"
        return f"{answered}, p50 {cuts[49]:.1f} ms, p99 {cuts[98]:.1f} ms, longest {self.longest:.0f} ms{failed}"


def requests(token: str = "") -> list[bytes]:
    """What an innocent asks for: pages and a read by GraphQL; with a token as somebody who is known."""
    known = f"authorization: Bearer {token}\r\n" if token else ""
    head = f"HTTP/1.1\r\nhost: soak\r\nconnection: close\r\n{known}".encode()
    read = b"POST /graphql %bcontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (head, len(_READ), _READ)
    return [read] if token else [*(b"GET %b %b\r\n" % (path, head) for path in (b"/", b"/events", b"/services")), read]


async def watched(port: int, seconds: float, asked: list[bytes] | None = None) -> Waits:
    """Two innocents at a time, each by a new connection, for so long."""
    waits = Waits()
    rotating = itertools.cycle(itertools.product(ADDRESSES, asked or requests()))
    end = time.monotonic() + seconds

    async def one_after_the_other() -> None:
        while time.monotonic() < end:
            address, request = next(rotating)
            await _ask(port, address, request, waits)
            await asyncio.sleep(_PAUSE)

    await asyncio.gather(one_after_the_other(), one_after_the_other())
    return waits


async def _ask(port: int, address: str, request: bytes, waits: Waits) -> None:
    began = time.perf_counter()
    try:
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0))
            try:
                writer.write(request)
                answer = await reader.read(-1)
            finally:
                writer.close()
    except (OSError, TimeoutError) as error:
        waits.failures[type(error).__name__] += 1
        return
    status = answer[9:12].decode("latin-1")
    if status != "200":
        waits.failures[f"status {status or 'none'}"] += 1
    elif b'"errors"' in answer:
        waits.failures["errors"] += 1
    else:
        waits.milliseconds.append((time.perf_counter() - began) * 1000)
