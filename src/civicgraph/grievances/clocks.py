"""When the first response and the resolution are due: one pure function of the promise and the history.

It is run again after every step, so that a hold, a reopening, more time or another promise can come in
any order and nothing of it is forgotten.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from civicgraph.calendars import Calendar, RoundTheClock
from civicgraph.grievances.rules import Promise

_STARTS = frozenset({"submit", "resubmit", "reopen"})
_QUIET = frozenset({"", "comment", "extend", "set_visibility", "finish_part", "tag", "redact", "restore"})
"""Steps that do not end a rest."""


@dataclass(frozen=True)
class Moment:
    """A step of the history, as far as it touches the clocks."""

    verb: str
    at: datetime
    minutes: int = 0
    """That the step adds to the time for the resolution."""
    until: datetime | None = None
    is_pausing: bool = False


@dataclass(frozen=True)
class Dues:
    """Both promised times."""

    response: datetime
    resolution: datetime


def dues(history: Iterable[Moment], promise: Promise, calendar: Calendar | None = None) -> Dues:
    """Both promised times after this history, whose steps stand in the order in which they were taken.

    They count from the latest submission or reopening; more time from before it is not carried over.
    """
    counts = calendar or RoundTheClock()
    run = _latest_run(list(history))
    start = run[0].at
    allowed = promise.resolution_minutes + sum(one.minutes for one in run)
    return Dues(counts.after(start, promise.response_minutes), _passing(start, allowed, _rests(run), counts))


def _latest_run(history: Sequence[Moment]) -> Sequence[Moment]:
    starts = [place for place, one in enumerate(history) if one.verb in _STARTS]
    if not starts:
        raise ValueError("a history begins with its submission")
    return history[starts[-1] :]


def _rests(run: Sequence[Moment]) -> list[tuple[datetime, datetime]]:
    """From when to when the clock stood still; a rest that goes on counts to its date."""
    rests: list[tuple[datetime, datetime]] = []
    since: Moment | None = None
    for one in run:
        if since is not None and one.verb not in _QUIET:
            rests.append((since.at, one.at))
            since = None
        if one.verb == "hold" and one.is_pausing:
            since = one
    if since is not None:
        rests.append((since.at, max(since.at, since.until or since.at)))
    return rests


def _passing(start: datetime, minutes: float, rests: Iterable[tuple[datetime, datetime]], counts: Calendar) -> datetime:
    """When the minutes have been counted, standing still in the rests."""
    for begin, end in rests:
        counted = counts.between(start, begin)
        if counted >= minutes:  # it was due before the rest began
            break
        minutes, start = minutes - counted, end
    return counts.after(start, minutes)
