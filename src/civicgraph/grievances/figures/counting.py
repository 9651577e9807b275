"""What a grievance counts, and in which cells. Pure: the one place that says it.

A cell is a division in a month: all that was reported, or of one category, by one channel, or both; or what one
sort of body led, or one body. A grievance counts in the cells of its community and of every division above; a team
by its name only from the place directly above its own down, a grid in its community: of others a place tells by
their sort. A step changes the cells by what the
grievance counts after it less what it counted before; at night they are compared with all grievances.

A grievance that is opened again begins a course of its own: its row forgets the rating and the promise of the one
before. The step that ends a course keeps both in the history, and they go on counting: no rating is lost by a
second attempt, and no broken promise is mended by a fresh one.

Who led (`desk.bodies` has the rule) is crossed with neither category nor channel.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from datetime import datetime
from functools import cache
from operator import add, sub
from typing import NamedTuple

from civicgraph.divisions.rules import ancestors, parent_code
from civicgraph.grievances.desk.bodies import Led, is_team, place_of
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
"""In place of a category, channel or body: whatever it is."""

Vector = tuple[int, ...]
"""A number for each of the cells' `COLUMNS`, in their order."""
NOTHING: Vector = (0,) * len(COLUMNS)


class Key(NamedTuple):
    """Which cell."""

    division_id: str
    month: str
    category: str
    channel: str
    led_kind: str = ALL
    led_by: str = ALL


class Earlier(NamedTuple):
    """What its history holds beside the row: of resolutions and promises that a later course replaced, by who led it."""

    led: Led = Led()
    rated: int = 0
    satisfied: int = 0
    broken: int = 0


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
    led_kind: str = Led().kind
    led_by: str = Led().by
    earlier: Sequence[Earlier] = ()

    @classmethod
    def of(cls, row: Grievance, earlier: Sequence[Earlier] = ()) -> Facts:
        """The same of a grievance's row, and of what its history holds beside it."""
        return cls._make((*(getattr(row, name) for name in OF_ROW), earlier))


OF_ROW = Facts._fields[:-1]
"""The facts that are columns of the row."""


def contribution(row: Facts) -> dict[Key, Vector]:
    """What a grievance counts, by cell."""
    if row.status in UNCOUNTED:
        return {}
    own, earlier = _own(row), [_undone(one) for one in row.earlier]
    whole = _sum(own, *earlier)
    month, places = month_of(row.submitted_at), (row.division_id, *ancestors(row.division_id))
    kinds = [(category, channel) for category in (ALL, row.category_id) for channel in (ALL, str(row.channel))]
    counted = {Key(place, month, *of): whole for place in places for of in kinds}
    courses = (
        (Led(str(row.led_kind), row.led_by), own),
        *((one.led, undone) for one, undone in zip(row.earlier, earlier, strict=True)),
    )
    for led, counts in courses:
        add_to(counted, ((Key(place, month, ALL, ALL, *of), counts) for place in places for of in _told(led, place)))
    return counted


def _told(led: Led, place: str) -> Iterator[Led]:
    """How a place tells of a body: by its sort, and by name where that is near enough."""
    yield Led(led.kind, ALL)
    if led.by and _is_named(led.by, place):
        yield led


def is_told(key: Key) -> bool:
    """Whether a cell's place tells of its body."""
    return not key.led_by or _is_named(key.led_by, key.division_id)


def _is_named(body: str, place: str) -> bool:
    own = place_of(body)
    return len(place) >= len((is_team(body) and parent_code(own)) or own)


def earlier_of(history: Iterable[GrievanceUpdate]) -> list[Earlier]:
    """What the steps of a history say of the courses that they ended."""
    return [
        Earlier(
            Led(str(one.led_kind), one.led_by),
            int(one.is_solved is not None),
            int(_is_satisfied(one.is_solved, one.stars)),
            int(one.broke_promise),
        )
        for one in history
        if one.is_solved is not None or one.broke_promise
    ]


def vector(row: Facts) -> Vector:
    """What a grievance counts in each cell that does not ask who led."""
    return _sum(_own(row), *map(_undone, row.earlier))


def _own(row: Facts) -> Vector:
    """What it counts by itself, as it stands."""
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
        is_rated,
        is_rated and _is_satisfied(row.is_solved, row.stars),
        row.status in OPEN and bool(row.is_response_late),
        row.status in OPEN and bool(row.is_resolution_late),
        False,
    )


def _undone(one: Earlier) -> Vector:
    """What a course counts that was undone: its rating and its broken promise."""
    kept = {"rated": one.rated, "satisfied": one.satisfied, "broken_before": one.broken}
    return tuple(kept.get(name, 0) for name in COLUMNS)


def _sum(*vectors: Vector) -> Vector:
    return vectors[0] if len(vectors) == 1 else tuple(map(sum, zip(*vectors, strict=True)))


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
