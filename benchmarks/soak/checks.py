"""The checks: each tries the running server and says what it saw."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice

from rich.console import Console

from benchmarks.soak.crowds import SLOW, Client, crowd
from benchmarks.soak.documents import bodies
from benchmarks.soak.followers import follow_and_leave, speaking
from benchmarks.soak.innocents import Waits, requests, watched
from benchmarks.soak.process import Tried

CAP = 200
"""Connections from one address, as shipped (`CIVICGRAPH_CONNECTIONS_PER_ADDRESS`)."""
COMING = 1.06
"""How many more belong to a crowd than are to be there: the server closes them in turns, and they come back."""
SLACK = 60
"""Files that come and go besides: innocents, connections on their way out."""
LONGEST_LIFE = 70
"""Seconds that a dawdler may last: two looks of 30 seconds, and some."""
SENDERS = 8
PARTS = 10
"""How often the memory is looked at while documents are thrown."""
GROWTH = 1.1


@dataclass(frozen=True)
class Scale:
    """How much of each is done."""

    connections: int
    slow: int
    documents: int
    subscriptions: int
    seconds: float
    hold: float


@dataclass
class Result:
    """What one check saw."""

    name: str
    is_passed: bool
    line: str
    details: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{'passed' if self.is_passed else 'FAILED'}: {self.name}: {self.line}"


async def idle(server: Tried, scale: Scale, console: Console) -> Result:
    """Connections that ask once and then stay; what the server closes for idleness comes back."""
    name = f"{scale.connections:,} idle connections, 100 from each address"
    before = await watched(server.port, scale.seconds)
    own = server.files
    wanted = int(scale.connections * COMING)
    with crowd(server.port, wanted, [Client], max(1, wanted // 100)):
        await _until(lambda: server.files - own > scale.connections * (1 + COMING) / 2, 60)
        fewest, during = await _counted(server, scale.seconds)
        line = f"{_lines(before, during)}; at least {fewest - own:,} open at the server, {server.megabytes:.0f} MB"
    is_there = fewest - own >= scale.connections
    return Result(name, is_there and before.is_all_answered and during.is_all_answered, line)


async def one_address(server: Tried, scale: Scale, console: Console) -> Result:
    """The same from one address, which may have no more than its share."""
    name = f"{scale.connections:,} wanted from one address"
    before = await watched(server.port, scale.seconds)
    own = server.files
    with crowd(server.port, scale.connections, [Client], 1) as many:
        await _until(lambda: many.ended > scale.connections, 60)
        fewest, during = await _counted(server, scale.seconds)
        most, ended = server.files - own, many.ended
    is_held = fewest - own >= CAP * 0.9 and most <= CAP + SLACK
    line = f"{_lines(before, during)}; {most} open at the end, {ended:,} refused or closed"
    return Result(name, is_held and before.is_all_answered and during.is_all_answered, line)


async def slow(server: Tried, scale: Scale, console: Console) -> Result:
    """A third reads one byte a second, a third sends a head so, a third a body."""
    name = f"{scale.slow:,} clients that read or send one byte a second"
    seconds = max(scale.seconds, LONGEST_LIFE + 10)
    before = await watched(server.port, scale.seconds)
    own = server.megabytes
    with crowd(server.port, scale.slow, SLOW, max(1, scale.slow // 100)) as many:
        await _until(lambda: many.open >= scale.slow * 0.99, 60)
        _, during = await _counted(server, seconds)
        ended, longest = many.ended, many.longest
    is_ended = longest <= LONGEST_LIFE  # they were watched for longer
    line = f"{_lines(before, during)}; {ended:,} given up, the longest there for {longest:.0f} s, {own:.0f} to {server.megabytes:.0f} MB"
    return Result(name, is_ended and before.is_all_answered and during.is_all_answered, line)


async def documents(server: Tried, scale: Scale, console: Console) -> Result:
    """Different documents, and the memory after each tenth of them."""
    name = f"{scale.documents:,} different documents"
    endless, seen, sizes, statuses = bodies(5203), list[str](), list[float](), Counter[str]()
    part = max(1, scale.documents // PARTS)
    began = time.monotonic()
    for number in range(1, PARTS + 1):
        share = islice(endless, part)
        async with asyncio.TaskGroup() as group:
            for _ in range(SENDERS):
                group.create_task(_throw(server.port, share, statuses))
        sizes.append(server.megabytes)
        seen.append(f"{number * part:,} documents: {sizes[-1]:.1f} MB")
        console.print(f"  {seen[-1]}")
    first, last = max(sizes[: PARTS // 2]), max(sizes[PARTS // 2 :])
    is_flat = last <= first * GROWTH
    answers = ", ".join(f"{count:,} × {status}" for status, count in sorted(statuses.items()))
    rate = part * PARTS / (time.monotonic() - began)
    line = f"{first:.1f} MB at most in the first half, {last:.1f} MB in the last; {rate:.0f} a second; {answers}"
    return Result(name, is_flat and not any(status > "499" for status in statuses), line, seen)


async def subscriptions(server: Tried, scale: Scale, console: Console) -> Result:
    """Reads followed and left, each another, and the memory after each tenth of them."""
    name = f"{scale.subscriptions:,} subscriptions opened and dropped"
    seen, sizes = list[str](), list[float]()
    part = max(SENDERS, scale.subscriptions // PARTS)
    began = time.monotonic()
    for number in range(1, PARTS + 1):
        share = iter(range(number * part, (number + 1) * part))
        async with asyncio.TaskGroup() as group:
            for _ in range(SENDERS):
                group.create_task(_follow(server, share))
        sizes.append(server.megabytes)
        seen.append(f"{number * part:,} subscriptions: {sizes[-1]:.1f} MB")
        console.print(f"  {seen[-1]}")
    first, last = max(sizes[: PARTS // 2]), max(sizes[PARTS // 2 :])
    rate = part * PARTS / (time.monotonic() - began)
    line = f"{first:.1f} MB at most in the first half, {last:.1f} MB in the last; {rate:.0f} a second"
    return Result(name, last <= first * GROWTH, line, seen)


async def _follow(server: Tried, numbers: Iterator[int]) -> None:
    async with speaking(server.port, server.token) as socket:
        for number in numbers:
            await follow_and_leave(socket, number)


async def reads_beside_a_write(server: Tried, scale: Scale, console: Console) -> Result:
    """Reads by strangers and by somebody known, while another program holds the write lock."""
    name = f"reads while a write transaction is open for {scale.hold:g} s"
    known = requests(server.token)
    before = [await watched(server.port, scale.hold), await watched(server.port, scale.hold, known)]
    with closing(sqlite3.connect(server.database, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE division SET name = name")
        during = await asyncio.gather(watched(server.port, scale.hold), watched(server.port, scale.hold, known))
        writer.execute("ROLLBACK")
    # A read that waited for the lock would take as long as it is held, or as the busy time-out of five seconds.
    is_beside = max(one.longest for one in during) < min(scale.hold, 5) * 500
    details = [
        f"{who} {when}: {waits}"
        for when, both in (("before", before), ("during", during))
        for who, waits in zip(("strangers", "with a token"), both, strict=True)
    ]
    line = f"longest {max(one.longest for one in before):.0f} ms before, {max(one.longest for one in during):.0f} ms during"
    return Result(name, is_beside and all(one.is_all_answered for one in (*before, *during)), line, details)


CHECKS = {
    "idle": idle,
    "one-address": one_address,
    "slow": slow,
    "write": reads_beside_a_write,
    "documents": documents,
    "subscriptions": subscriptions,
}


def _lines(before: Waits, during: Waits) -> str:
    return f"innocents before: {before}; during: {during}"


async def _until(holds: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:  # noqa: ASYNC110 (what another process counts)
        await asyncio.sleep(0.2)


async def _counted(server: Tried, seconds: float) -> tuple[int, Waits]:
    """The fewest files that the server had open meanwhile, and what innocents waited."""
    watching = asyncio.create_task(watched(server.port, seconds))
    fewest = server.files
    while not watching.done():
        await asyncio.wait([watching], timeout=1)
        fewest = min(fewest, server.files)
    return fewest, await watching


async def _throw(port: int, share: Iterator[bytes], statuses: Counter[str]) -> None:
    """Send documents by one connection, as a proxy that we trust, for people at many addresses."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for body in share:
        number = statuses.total()
        person = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        head = (
            f"POST /graphql HTTP/1.1\r\nhost: soak\r\ncontent-type: application/json\r\n"
            f"x-forwarded-for: {person}\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        length = next(line for line in answer.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(int(length.partition(b":")[2]))
        statuses[answer[9:12].decode()] += 1
    writer.close()
