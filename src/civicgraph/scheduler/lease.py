"""The leader's lease: of many processes one ticks.

The row's term grows with each change of holder; whoever claims work checks in the same transaction
that its term is still the row's. A process trusts its lease by the monotonic clock, and only until a
second before its end, so that a jump of the wall clock makes no second leader. Set back, the wall clock
would leave the lease of a dead process valid for long: who waits also sees by its own monotonic clock
that nobody renews it.
"""

from __future__ import annotations

import os
import secrets
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from civicgraph import clock
from civicgraph.scheduler.models import Lease

NAME = "tick"
_MARGIN_SECONDS = 1.0


class LeadershipLost(Exception):
    """Another process leads now."""


@dataclass(frozen=True)
class Term:
    """A stretch of leadership: its number, and until when (monotonic seconds) to trust it."""

    number: int
    trusted_until: float

    @property
    def is_trusted(self) -> bool:
        """Whether the lease may still be ours without asking."""
        return clock.monotonic() < self.trusted_until


def new_holder() -> str:
    """A name for this process that no other has."""
    return f"{socket.gethostname()[:20]}:{os.getpid()}:{secrets.token_hex(8)}"


@dataclass
class Watch:
    """What a process has seen of the lease, by its own clock that only grows."""

    seen: tuple[str, datetime] | None = None
    """Another holder, and until when it leads."""
    since: float = 0.0
    """When that was seen first."""
    took_over_at: float | None = None
    """When this process took the lead from one that did not give it back, and may still be about its last work."""

    def is_dead(self, row: Lease, seconds: int) -> bool:
        """Whether the holder has renewed nothing for as long as a lease holds."""
        if self.seen != (row.holder, row.expires_at):
            self.seen, self.since = (row.holder, row.expires_at), clock.monotonic()
        return clock.monotonic() - self.since > seconds


async def take(holder: str, seconds: int, watch: Watch | None = None) -> Term | None:
    """Take or renew the lease; None while another process holds it."""
    asked = clock.monotonic()
    try:
        async with in_transaction():
            number = await _take(holder, seconds, watch or Watch())
    except IntegrityError:  # two processes made the very first row at once: the other has it
        return None
    return Term(number, asked + seconds - _MARGIN_SECONDS) if number else None


async def _take(holder: str, seconds: int, watch: Watch) -> int:
    now = clock.wall()
    row = await Lease.filter(name=NAME).select_for_update().first()
    if row is None:
        await Lease.create(name=NAME, holder=holder, term=1, expires_at=now + timedelta(seconds=seconds))
        return 1
    if row.holder != holder:
        if row.holder and row.expires_at > now and not watch.is_dead(row, seconds):
            return 0
        watch.took_over_at = clock.monotonic() if row.holder else None
        row.holder, row.term = holder, row.term + 1
    row.expires_at = now + timedelta(seconds=seconds)
    await row.save()
    return row.term


async def check_term(term: Term) -> None:
    """Raise `LeadershipLost` unless `term` still leads; called in the transaction that claims."""
    row = await Lease.filter(name=NAME).select_for_update().first()
    if row is None or row.term != term.number or not term.is_trusted:
        raise LeadershipLost


async def release(holder: str) -> None:
    """Give the lease back at a clean shutdown, so that another process need not wait for its end."""
    await Lease.filter(name=NAME, holder=holder).update(holder="", expires_at=clock.wall() - timedelta(seconds=1))
