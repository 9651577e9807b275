"""When the first response and the resolution are due: one pure function of the promise and the history.

It is run again after every step, so that a hold, a reopening, more time or another promise can come in
any order and nothing of it is forgotten.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import TypeVar

from civicgraph.calendars import Calendar
from civicgraph.clock import CITY_ZONE
from civicgraph.grievances.promises import SOON, Promise
from civicgraph.grievances.workflow import TRANSITIONS

T = TypeVar("T", datetime, int)
"""Moments, or the epoch seconds of generators."""

_STARTS = frozenset({"submit", "resubmit", "take_answer", "reopen", "take_place"})


@dataclass(frozen=True)
class Moment:
    """A step of the history, as far as it touches the clocks."""

    verb: str
    at: datetime
    minutes: int = 0
    """That the step adds to the time for the resolution."""
    until: datetime | None = None
    is_pausing: bool = False
    promise: Promise | None = None
    """What is promised from this step on, where it changed that."""
    is_response: bool = False
    """Whether it is a first response."""


@dataclass(frozen=True)
class Dues:
    """Both promised times, and when three quarters of the time to each have passed."""

    response: datetime
    resolution: datetime
    response_soon: datetime | None = field(default=None, compare=False)
    resolution_soon: datetime | None = field(default=None, compare=False)


def dues(history: Iterable[Moment], promise: Promise) -> Dues:
    """Both promised times after this history, whose steps stand in the order in which they were taken.

    They count from the latest submission, reopening or taking of another's place; more time from before it is not carried over.
    `promise` is what was promised at the first step. Another promise counts from the same start, rests and
    more time remembered. It never takes effect backwards: a time that was kept stays what it was, and one
    that comes closer leaves the minutes of a first response from the change on, or what was left anyway.
    """
    steps = list(history)
    begun = _latest_start(steps)
    for one in steps[:begun]:
        promise = one.promise or promise
    run = steps[begun:]
    start, more, rests = run[0].at, [(place, one.minutes) for place, one in enumerate(run)], _rests(run)
    answered = next((place for place, one in enumerate(run) if one.is_response), len(run))
    response = _Clock(start, (), ()).run(promise, "response_minutes", run[:answered])
    resolution = _Clock(start, more, rests).run(promise, "resolution_minutes", run)
    return Dues(response[0], resolution[0], response[1], resolution[1])


def next_due(answered_at: T | None, response_due_at: T, resolution_due_at: T) -> T:
    """The time by which lists of what is to be done stand: the earlier of the promises that are not kept yet.

    While nobody has answered both clocks run; after that the resolution's alone, and what is done keeps its time.
    """
    return resolution_due_at if answered_at is not None else min(response_due_at, resolution_due_at)


@dataclass(frozen=True)
class _Clock:
    """A clock of a run: from when it counts, which minutes were added, when it stood still."""

    start: datetime
    more: Sequence[tuple[int, int]]
    """By which step of the run how many minutes were added."""
    rests: Sequence[tuple[datetime, datetime]]

    def run(self, promise: Promise, minutes: str, steps: Iterable[Moment]) -> tuple[datetime, datetime]:
        """When it has run down under the promise and what changed it, and when three quarters of it were over."""
        due, soon = self._ends(promise, minutes)
        for place, one in enumerate(steps):
            if one.promise is None:
                continue
            counts, (fresh, nearly) = one.promise.counts, self._ends(one.promise, minutes)
            least = min(due, self._grace(one, place))
            if fresh < least:
                fresh, nearly = least, min(least, counts.after(one.at, SOON * counts.between(one.at, least)))
            due, soon = fresh, nearly
        return due, soon

    def _grace(self, change: Moment, changed: int) -> datetime:
        """The minutes of a first response from a change on; rests and more time that come after it count as ever."""
        assert change.promise is not None
        allowed = change.promise.response_minutes + sum(added for place, added in self.more if place > changed)
        left = [(max(begin, change.at), end) for begin, end in self.rests if end > change.at]
        return _passing(change.at, allowed, left, change.promise.counts)

    def _ends(self, promise: Promise, minutes: str) -> tuple[datetime, datetime]:
        allowed = getattr(promise, minutes) + sum(added for _, added in self.more)
        counts = promise.counts
        return _passing(self.start, allowed, self.rests, counts), _passing(
            self.start, SOON * allowed, self.rests, counts
        )


def _latest_start(history: Sequence[Moment]) -> int:
    starts = [place for place, one in enumerate(history) if one.verb in _STARTS]
    if not starts:
        raise ValueError("a history begins with its submission")
    return starts[-1]


def _rests(run: Sequence[Moment]) -> list[tuple[datetime, datetime]]:
    """From when to when the clock stood still: to the rest's date at most, also where the step that ends it came late."""
    rests: list[tuple[datetime, datetime]] = []
    since: Moment | None = None
    for one in run:
        if since is not None and _moves(one.verb):
            rests.append((since.at, min(one.at, max(since.at, since.until or one.at))))
            since = None
        if one.verb == "hold" and one.is_pausing:
            since = one
    if since is not None:
        rests.append((since.at, max(since.at, since.until or since.at)))
    return rests


def morning(day: date) -> datetime:
    """When a day begins for what is put off until then: at eight, as the offices do."""
    return datetime.combine(day, time(8), CITY_ZONE)


def _moves(verb: str) -> bool:
    """Whether a step leads to another state: words and more time do not end a rest."""
    return verb in TRANSITIONS and TRANSITIONS[verb].target is not None


def _passing(start: datetime, minutes: float, rests: Iterable[tuple[datetime, datetime]], counts: Calendar) -> datetime:
    """When the minutes have been counted, standing still in the rests."""
    for begin, end in rests:
        counted = counts.between(start, begin)
        if counted >= minutes:  # it was due before the rest began
            break
        minutes, start = minutes - counted, end
    return counts.after(start, minutes)
