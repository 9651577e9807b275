"""Live answers: reads that are run again when a table behind them changes, for all who follow them.

What is followed is the present answer, not every step on the way to it: whoever reads slowly gets the
newest, and nothing piles up for him. Those who follow the same read share it, so that a change costs a
statement for each read that is followed, not for each follower. All of them together take at most a
quarter of the process's time: when much is followed, news come later and nobody else waits.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from civicgraph import clock, settings
from civicgraph.graph.engine import Engine, Plan
from civicgraph.graph.versions import Versions, picked
from civicgraph.permissions import ANONYMOUS, Actor

MIN_SECONDS = 0.5
"""Between two runs of a read."""
PATIENCE = 20
"""A read that took long is left alone for so many times as long."""
WORKERS = 2
REST = 7
"""How many times as long as it worked a worker rests; two of them work a quarter of the time."""
SLICE_SECONDS = 0.005
"""Work that is done before a rest: timers are no finer than a millisecond."""
LOOK_SECONDS = 0.25
"""How often it is looked whether other processes wrote, or a minute has passed."""
MAX_FOLLOWERS = 20_000


class TooManyFollowed(Exception):
    """There is no room for another follower."""


class Ending(Exception):
    """The server ends: who follows may come back to another one."""


def viewer(actor: Actor) -> Actor:
    """The actor reduced to what decides what is seen."""
    if not actor.is_staff:
        return ANONYMOUS
    return replace(actor, request_id="", locale="", address_key="", session_id=None)


@dataclass(frozen=True)
class Followed:
    """A read that somebody follows: a plan with its variables, as an actor sees it, and what each answer costs."""

    plan: Plan
    variables: dict[str, Any]
    actor: Actor
    cost: int

    @property
    def key(self) -> tuple[str, str, Actor]:
        """The same for reads with the same answer."""
        return (self.plan.statement, repr(self.variables), viewer(self.actor))


class Watch:
    """One read and its followers."""

    def __init__(self, read: Followed) -> None:
        self.read = read
        self.tables = tuple(sorted(read.plan.tables))
        self.followers: set[Follower] = set()
        self.answer: bytes | None = None
        self.failure: Exception | None = None
        self.turn = 0
        """How often the answer has become another one."""
        self.versions: tuple[int, ...] | None = None
        """Those of its tables when it was last run; None when they were not known."""
        self.asked = clock.Asked.NOT
        """How closely its answer looks at the time."""
        self.period: int | None = None
        """The minute or the day it was last run in, when its answer depends on that."""
        self.is_queued = False
        self.rests_until = 0.0

    def is_stale(self, versions: tuple[int, ...] | None) -> bool:
        """Whether its answer may be another one by now."""
        is_over = bool(self.asked) and self.period != clock.period(self.asked, clock.minute())
        return versions != self.versions or is_over

    def tell(self, answer: bytes | None, failure: Exception | None) -> None:
        """Let the followers know of an answer unless it is the one they have, or of a failure."""
        if failure is None and answer == self.answer:
            return
        self.answer, self.failure, self.turn = answer, failure, self.turn + 1
        for follower in self.followers:
            follower.woken.set()


class Follower:
    """Somebody who follows a read. Closed by whoever made it."""

    def __init__(self, watch: Watch, payer: str, leave: Callable[[Follower], None]) -> None:
        self.watch = watch
        self.payer = payer
        self.woken = asyncio.Event()
        self._leave = leave
        self._told = 0

    async def news(self) -> None:
        """Wait until the answer is another one than the last that was taken."""
        while self.watch.turn == self._told:
            self.woken.clear()
            await self.woken.wait()

    def take(self) -> bytes:
        """The newest answer. Raises what running the read raised, and `Ending`."""
        self._told = self.watch.turn
        if self.watch.failure is not None:
            raise self.watch.failure
        assert self.watch.answer is not None
        return self.watch.answer

    def close(self) -> None:
        """Follow no longer."""
        self._leave(self)


class Live:
    """Everything that is followed in this process."""

    def __init__(self, engine: Engine, versions: Versions) -> None:
        self.engine = engine
        self._versions = versions
        self._watches: dict[Any, Watch] = {}
        self._followers: Counter[str] = Counter()
        self._is_ending = False
        self._changed = asyncio.Event()
        self._waiting: asyncio.Queue[Watch] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []

    def __len__(self) -> int:
        """How many follow something now."""
        return self._followers.total()

    def open(self) -> None:
        """Begin to look."""
        self._versions.on_change = self._changed.set
        self._tasks = [asyncio.create_task(work) for work in (self._look(), *(self._work() for _ in range(WORKERS)))]

    async def close(self) -> None:
        """Stop looking."""
        self.end()
        self._versions.on_change = None
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def end(self) -> None:
        """Let everybody go who follows something, and nobody begin: the server is about to end."""
        self._is_ending = True
        for watch in list(self._watches.values()):
            watch.tell(None, Ending())

    async def follow(self, read: Followed, payer: str) -> Follower:
        """Follow a read: its answer of this moment is there at once.

        `payer` is the address or the person for whom followers are counted. Raises `TooManyFollowed`, `Ending`.
        """
        most = settings.current().live_per_address
        if self._is_ending:
            raise Ending
        if self._followers[payer] >= most:
            raise TooManyFollowed(f"You follow {most} reads at once, and more are not allowed. Leave one first.")
        if self._followers.total() >= MAX_FOLLOWERS:
            raise TooManyFollowed("Too much is being followed here at this moment. Try again in a few minutes.")
        watch = self._watches.get(read.key)
        if watch is None:
            watch = self._watches[read.key] = Watch(read)
        follower = Follower(watch, payer, self._left)
        watch.followers.add(follower)
        self._followers[payer] += 1
        if watch.turn == 0 or watch.is_stale(picked(self._versions.now(), watch.tables)):
            try:
                await self._run(watch)
            except BaseException:
                follower.close()
                raise
        return follower

    @property
    def followers(self) -> int:
        """How many there are."""
        return self._followers.total()

    @property
    def watches(self) -> int:
        """How many different reads they follow."""
        return len(self._watches)

    def _left(self, follower: Follower) -> None:
        watch = follower.watch
        if follower not in watch.followers:
            return
        watch.followers.remove(follower)
        self._followers[follower.payer] -= 1
        if not self._followers[follower.payer]:
            del self._followers[follower.payer]
        if not watch.followers and self._watches.get(watch.read.key) is watch:
            del self._watches[watch.read.key]

    async def _look(self) -> None:
        """Queue what has to be run again, whenever something was written or a minute has passed."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._changed.wait()
            self._changed.clear()
            now = self._versions.now() if self._watches else None
            if now is None:  # nothing is followed, or the database does not tell us at this moment: later it will
                continue
            for watch in self._watches.values():
                if not watch.is_queued and watch.is_stale(picked(now, watch.tables)):
                    self._queue(watch)

    def _queue(self, watch: Watch) -> None:
        watch.is_queued = True
        loop = asyncio.get_running_loop()
        if (wait := watch.rests_until - loop.time()) > 0:
            loop.call_later(wait, self._waiting.put_nowait, watch)
        else:
            self._waiting.put_nowait(watch)

    async def _work(self) -> None:
        loop, worked = asyncio.get_running_loop(), 0.0
        while True:
            watch = await self._waiting.get()
            watch.is_queued = False
            if not watch.followers:
                continue
            began = loop.time()
            await self._run(watch)
            worked += loop.time() - began
            if worked > SLICE_SECONDS:
                await asyncio.sleep(worked * REST)
                worked = 0.0

    async def _run(self, watch: Watch) -> None:
        loop = asyncio.get_running_loop()
        began, read = loop.time(), watch.read
        versions, minute = picked(self._versions.now(), watch.tables), clock.minute()
        clock.asked.set(clock.Asked.NOT)
        try:
            answer, failure = await self.engine.run(read.plan, read.variables, read.actor), None
        except Exception as error:
            answer, failure = None, error
        took = loop.time() - began
        # What is not watched is looked at every minute, as is what depends on the time.
        watch.asked = clock.Asked.MINUTE if versions is None else clock.asked.get()
        watch.versions, watch.period = versions, clock.period(watch.asked, minute)
        watch.rests_until = loop.time() + max(MIN_SECONDS, took * PATIENCE)
        watch.tell(answer, failure)
