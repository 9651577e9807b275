"""The only source of now.

Every time in CivicGraph is aware, in UTC and in whole seconds, so that both databases store and
print it alike. Rules take `now` as an argument; operations and pages ask here.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from enum import IntEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

CITY_ZONE = ZoneInfo("Asia/Shanghai")
_EAST = 8 * 3_600
"""Seconds that the city's clock is ahead of UTC; it keeps one time the year round."""


class Asked(IntEnum):
    """How closely an answer looks at the time: it is good until the day is over, or the minute."""

    NOT = 0
    DAY = 1
    MINUTE = 2


asked: ContextVar[Asked] = ContextVar("asked_for_now", default=Asked.NOT)
"""How closely this task has asked for the time since somebody last set it back."""
_fixed: ContextVar[datetime | None] = ContextVar("fixed_now", default=None)


def now() -> datetime:
    """The present moment, aware, UTC, whole seconds.

    `CIVICGRAPH_CLOCK_OFFSET_SECONDS` shifts the clock of a whole process: the tests move a real
    server past its deadlines with it.
    """
    asked.set(Asked.MINUTE)
    return _now()


def _now() -> datetime:
    if fixed := _fixed.get():
        return fixed
    return _moment(int(time.time()) + int(os.environ.get("CIVICGRAPH_CLOCK_OFFSET_SECONDS", "0")))


@lru_cache(4)
def _moment(second: int) -> datetime:
    """Many ask within one second, and to make a date of it takes longer than to ask."""
    return datetime.fromtimestamp(second, UTC)


def minute() -> int:
    """The number of the present minute: `now` without the work of making a date of it, and without being noted."""
    if fixed := _fixed.get():
        return int(fixed.timestamp()) // 60
    return (int(time.time()) + int(os.environ.get("CIVICGRAPH_CLOCK_OFFSET_SECONDS", "0"))) // 60


def period(how: Asked, minute: int) -> int | None:
    """The number of the stretch of time that a minute lies in; none where the time was not asked for."""
    if how is Asked.DAY:
        return (minute * 60 + _EAST) // 86_400
    return minute if how is Asked.MINUTE else None


def wall() -> datetime:
    """The wall clock as it is, never shifted or stopped: for leases between processes."""
    return datetime.now(UTC)


def today() -> date:
    """Today's date in the city."""
    asked.set(max(asked.get(), Asked.DAY))
    return _now().astimezone(CITY_ZONE).date()


def monotonic() -> float:
    """Seconds that only grow, for leases and time-outs."""
    return time.monotonic()


@contextmanager
def override(moment: datetime) -> Iterator[None]:
    """Stop the clock at `moment` in this task and its children (for tests and demo data)."""
    token = _fixed.set(moment.astimezone(UTC).replace(microsecond=0))
    try:
        yield
    finally:
        _fixed.reset(token)
