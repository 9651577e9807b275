"""The heartbeat: APScheduler looks at deadlines and outbox every few seconds.

It is a heartbeat only; the truth is in the tables. No job store: two processes on one would both fire.
APScheduler plans by the wall clock. Where that is set, the heart begins to count anew, so that an hour
back is not an hour without a tick.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from civicgraph import clock
from civicgraph.scheduler import lease
from civicgraph.scheduler.deadlines import claim_due
from civicgraph.settings import Settings

log = structlog.get_logger()

Fence = Callable[[], Awaitable[None]]
Deliver = Callable[[Fence], Awaitable[int]]
"""Sends what is due and says how much; asks the fence in each transaction that claims something to be sent."""
_STUCK_TICKS = 12
_PATIENCE_SECONDS = 5


@dataclass(frozen=True)
class TickReport:
    """What one round did."""

    is_leader: bool
    fired: int = 0
    delivered: int = 0

    def __str__(self) -> str:
        if not self.is_leader:
            return "Another process leads; nothing to do here."
        return f"Deadlines that had passed: {self.fired}. Messages delivered: {self.delivered}."


class Heartbeat:
    """Ticks while the process serves, if it leads."""

    def __init__(self, settings: Settings, deliver: Deliver) -> None:
        self._settings = settings
        self._deliver = deliver
        self._holder, self._watch = lease.new_holder(), lease.Watch()
        self._steadying: asyncio.Task[None] | None = None
        self._scheduler: Any = None
        self._term: lease.Term | None = None
        self._last_tick = clock.monotonic()
        self._running: set[asyncio.Future[None]] = set()

    async def start(self) -> None:
        """Begin to tick."""
        # A round that takes longer than a tick is meant to leave out the next one: nothing to warn of.
        logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)
        options = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        every, self._last_tick = self._settings.tick_seconds, clock.monotonic()
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        claim = {**options, "next_run_time": clock.wall()}
        self._scheduler.add_job(self._beat, "interval", [self._claim_quietly], seconds=every, **claim)
        self._scheduler.add_job(self._beat, "interval", [self._deliver_quietly], seconds=every, **options)
        self._scheduler.start()
        self._steadying = asyncio.create_task(self._steady())

    async def stop(self) -> None:
        """Let what runs come to its end (a few seconds at most), stop ticking and give the lease back."""
        if self._scheduler is None:
            return
        self._scheduler.pause()
        if self._steadying is not None:
            self._steadying.cancel()
        if self._running:
            _, unfinished = await asyncio.wait(self._running, timeout=_PATIENCE_SECONDS)
            for task in unfinished:
                task.cancel()
        self._scheduler.shutdown(wait=False)
        self._scheduler = None
        await lease.release(self._holder)

    async def _beat(self, work: Callable[[], Awaitable[None]]) -> None:
        """Run `work` in a task of our own: the scheduler cancels its own tasks when it is shut down."""
        task = asyncio.ensure_future(work())
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        await asyncio.shield(task)

    async def _steady(self) -> None:
        """Where the wall clock was set meanwhile, tick now and go on from there."""
        every = self._settings.tick_seconds
        before = clock.wall(), clock.monotonic()
        while True:
            await asyncio.sleep(every)
            now = clock.wall(), clock.monotonic()
            if abs((now[0] - before[0]).total_seconds() - (now[1] - before[1])) > every:
                log.warning("clock.was_set", seconds=round((now[0] - before[0]).total_seconds() - (now[1] - before[1])))
                for job in self._scheduler.get_jobs():
                    job.modify(next_run_time=now[0])
            before = now

    def is_stuck(self) -> bool:
        """Whether it has not ticked for a minute or so."""
        return self.seconds_since > max(60, self._settings.tick_seconds * _STUCK_TICKS)

    @property
    def seconds_since(self) -> float:
        """How long ago it ticked last."""
        return clock.monotonic() - self._last_tick

    async def tick_once(self) -> TickReport:
        """One whole round by hand: lead, claim, deliver, and give the lease back."""
        try:
            fired = await self._claim()
            if self._term is None:
                return TickReport(is_leader=False)
            delivered = await self._deliver(self._fence) if self._may_send() else 0
            return TickReport(is_leader=True, fired=fired, delivered=delivered)
        except lease.LeadershipLost:
            return TickReport(is_leader=False)
        finally:
            if self._scheduler is None:
                await lease.release(self._holder)

    async def _take(self) -> None:
        self._term = await lease.take(self._holder, self._settings.lease_seconds, self._watch)

    def _may_send(self) -> bool:
        """Whether no other process can still be sending: one whose lead was taken over has to end its last message.

        Its claims do not tell: where the wall clock was set forward, they have run out before their time.
        """
        since = self._watch.took_over_at
        return since is None or clock.monotonic() - since > self._settings.send_seconds

    async def _fence(self) -> None:
        """Make sure, in the transaction that asks, that this process leads; raises `LeadershipLost`."""
        if self._term is None:
            raise lease.LeadershipLost
        if self._term.trusted_until - clock.monotonic() < self._settings.lease_seconds / 2:
            await self._take()
        else:
            await lease.check_term(self._term)
        if self._term is None:
            raise lease.LeadershipLost

    async def _claim(self) -> int:
        await self._take()
        fired, last = 0, None
        while self._term is not None and self._term.is_trusted:
            claimed = await claim_due(self._term, last)
            fired += claimed.fired
            last = claimed.last
            if last is None:
                break
            await self._take()
        return fired

    async def _claim_quietly(self) -> None:
        try:
            fired = await self._claim()
            if fired:
                log.info("deadlines.fired", count=fired)
        except lease.LeadershipLost:
            self._term = None
            log.warning("lease.lost")
        except Exception:
            log.exception("tick.failed")
        finally:
            self._last_tick = clock.monotonic()

    async def _deliver_quietly(self) -> None:
        if self._term is None or not self._term.is_trusted or not self._may_send():
            return
        try:
            delivered = await self._deliver(self._fence)
            if delivered:
                log.info("outbox.delivered", count=delivered)
        except lease.LeadershipLost:
            self._term = None
            log.warning("lease.lost")
        except Exception:
            log.exception("delivery.failed")
