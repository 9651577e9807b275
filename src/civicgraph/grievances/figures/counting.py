"""What a grievance counts, and in which cells. Pure: the one place that says it.

A cell is a division in a month: all that was reported, or of one category, or by one channel. A grievance
counts in the cells of its community and of every division above. A step changes the cells by what the
grievance counts after it less what it counted before; at night they are compared with all grievances.

A grievance that is opened again begins a course of its own: its row forgets the rating and the promise of the one
before. The step that ends a course keeps both in the history, and they go on counting: no rating is lost by a
second attempt, and no broken promise is mended by a fresh one.

Category and channel are not crossed: of a million grievances in 2,400 divisions and two years the cells of
categories are 0.83 million and those of channels 0.16 million; crossed they would be 1.2 million more.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, MutableMapping
from datetime import datetime
from functools import cache
from operator import add, sub
from typing import NamedTuple

from civicgraph.divisions.rules import ancestors
from civicgraph.grievances.figures.models import BOUNDS, COLUMNS
from civicgraph.grievances.models import Grievance, GrievanceStatus, GrievanceUpdate
from civicgraph.grievances.rules import month_of
from civicgraph.grievances.workflow import DONE, OPEN, TRANSITIONS, Clock

UNCOUNTED = (GrievanceStatus.REDIRECTED, GrievanceStatus.MERGED, GrievanceStatus.WITHDRAWN)
"""Another body's, counted as part of another grievance, or taken back: the division has nothing to do there."""
SATISFIED = 4
"""Stars from which on a reporter counts as satisfied."""
ENDING = tuple(verb for verb, one in TRANSITIONS.items() if one.resolution is Clock.RESTART)
"""Steps that end a course and begin another, with a fresh promise."""
ALL = ""
"""In place of a category or channel: whatever it is."""

Vector = tuple[int, ...]
"""A number for each of the cells' `COLUMNS`, in their order."""
NOTHING: Vector = (0,) * len(COLUMNS)


class Key(NamedTuple):
    """Which cell."""

    division_id: str
    month: str
    category: str
    channel: str


class Earlier(NamedTuple):
    """What its history holds beside the row: of resolutions and promises that a later course replaced."""

    rated: int = 0
    satisfied: int = 0
    broken: int = 0


_NOTHING_BEFORE = Earlier()


class Facts(NamedTuple):
    """What of a grievance counts."""

    division_id: str
    category_id: str
    channel: str
    status: str
    submitted_at: datetime
    first_response_at: datetime | None
    first_response_in_time: bool | None
    resolved_at: datetime | None
    closed_at: datetime | None
    resolution_due_at: datetime
    reopened_count: int
    is_solved: bool | None
    stars: int | None
    is_response_late: bool
    is_resolution_late: bool
    earlier: Earlier = _NOTHING_BEFORE

    @classmethod
    def of(cls, row: Grievance, earlier: Earlier = _NOTHING_BEFORE) -> Facts:
        """The same of a grievance's row, and of what its history holds beside it."""
        return cls._make((*(getattr(row, name) for name in OF_ROW), earlier))


OF_ROW = Facts._fields[:-1]
"""The facts that are columns of the row."""


def contribution(row: Facts) -> dict[Key, Vector]:
    """What a grievance counts, by cell."""
    if row.status in UNCOUNTED:
        return {}
    counts, month = vector(row), month_of(row.submitted_at)
    slices = ((ALL, ALL), (row.category_id, ALL), (ALL, str(row.channel)))
    places = (row.division_id, *ancestors(row.division_id))
    return {Key(place, month, *of): counts for place in places for of in slices}


def earlier_of(history: Iterable[GrievanceUpdate]) -> Earlier:
    """What the steps of a history say of the courses that they ended."""
    steps = list(history)
    ratings = [(one.is_solved, one.stars) for one in steps if one.is_solved is not None]
    return Earlier(len(ratings), sum(_is_satisfied(*one) for one in ratings), sum(one.broke_promise for one in steps))


def vector(row: Facts) -> Vector:
    """What a grievance counts in each of its cells."""
    is_rated = row.status in DONE and row.is_solved is not None  # else the step that undid it keeps the rating
    return _vector(
        _took(row.submitted_at, row.first_response_at),
        bool(row.first_response_in_time),
        _took(row.submitted_at, row.resolved_at),
        _is_by(row.resolved_at, row.resolution_due_at),
        row.closed_at is not None,
        row.status in OPEN,
        row.reopened_count > 0,
        row.status == GrievanceStatus.SHORTFALL,
        row.earlier.rated + is_rated,
        row.earlier.satisfied + (is_rated and _is_satisfied(row.is_solved, row.stars)),
        row.status in OPEN and bool(row.is_response_late),
        row.status in OPEN and bool(row.is_resolution_late),
        row.earlier.broken,
    )


def difference(before: Mapping[Key, Vector], after: Mapping[Key, Vector]) -> dict[Key, Vector]:
    """What has to be added to cells that hold `before` for them to hold `after`."""
    found = {key: _less(after.get(key, NOTHING), before.get(key, NOTHING)) for key in {**before, **after}}
    return {key: counts for key, counts in found.items() if any(counts)}


def add_to(cells: MutableMapping[Key, Vector], more: Iterable[tuple[Key, Vector]]) -> None:
    """Add counts to cells that are held in memory."""
    for key, counts in more:
        kept = cells.get(key)
        cells[key] = tuple(map(add, kept, counts)) if kept else counts


def _less(one: Vector, other: Vector) -> Vector:
    return tuple(map(sub, one, other))


def _is_satisfied(is_solved: bool | None, stars: int | None) -> bool:
    return bool(is_solved) and (stars is None or stars >= SATISFIED)


def _took(since: datetime, at: datetime | None) -> int | None:
    """The first bound within which it was done, by its place among `BOUNDS`; None while it is not done."""
    return None if at is None else bisect_left(BOUNDS, (at - since).total_seconds() / 60)


def _is_by(at: datetime | None, due: datetime) -> bool:
    return at is not None and at <= due


@cache
def _vector(
    response: int | None,
    is_responded_in_time: bool,
    resolution: int | None,
    is_resolved_in_time: bool,
    *others: int,
) -> Vector:
    flags = (
        True,
        response is not None,
        is_responded_in_time,
        resolution is not None,
        is_resolved_in_time,
        *others,
    )
    return (*map(int, flags), *_within(response), *_within(resolution))


def _within(first: int | None) -> Vector:
    return tuple(int(first is not None and first <= place) for place in range(len(BOUNDS)))
