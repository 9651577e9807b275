"""What a drill and a rescue team count, and in which cells. Pure: the one place that says it.

A drill counts in the month in which it begins, in its division and in all above it, once for each of its hazards and
once for whichever. One that was cancelled or waits for a new date counts nothing; it was held when staff said that it
has taken place, and its participants are those whom they counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from civicgraph import clock
from civicgraph.divisions.rules import ancestors
from civicgraph.events.models import Event, EventKind, EventStatus
from civicgraph.events.rescue.models import RescueTeam

Key = tuple[str, ...]
Cells = Counter[tuple[Key, int]]
"""How much is counted, by the key of a cell and the place among its numbers."""
DRILL_KEY, DRILL_NUMBERS = ("division_id", "hazard", "month"), ("announced", "held", "planned", "participants")
TEAM_KEY, TEAM_NUMBERS = ("division_id", "kind"), ("teams", "members")
_COUNTED = (EventStatus.PUBLISHED, EventStatus.FINISHED)


def _places(division: str) -> Iterator[str]:
    yield from (*ancestors(division), division)


def of_drill(row: Event) -> Cells:
    """What an event counts among drills; nothing if it is none."""
    found: Cells = Counter()
    if row.kind is not EventKind.SAFETY_DRILL or row.status not in _COUNTED:
        return found
    is_held = row.status is EventStatus.FINISHED
    numbers = (1, int(is_held), row.planned_participants or 0, (row.actual_participants or 0) if is_held else 0)
    month = f"{row.starts_at.astimezone(clock.CITY_ZONE):%Y-%m}"
    for place in _places(row.division_id):  # type: ignore[attr-defined]
        for hazard in ("", *dict.fromkeys(name.lower() for name in row.hazards)):
            for index, number in enumerate(numbers):
                found[(place, hazard, month), index] += number
    return found


def of_team(row: RescueTeam) -> Cells:
    """What a team counts; nothing while it cannot be called."""
    found: Cells = Counter()
    if row.is_active:
        for place in _places(row.division_id):
            for kind in ("", row.kind.value):
                found[(place, kind), 0] += 1
                found[(place, kind), 1] += row.members
    return found


def between(before: Iterable[Cells], after: Iterable[Cells]) -> Cells:
    """By how much cells change from what was counted to what is counted now."""
    found: Cells = Counter()
    for one in after:
        found.update(one)
    for one in before:
        found.subtract(one)
    return Counter({key: number for key, number in found.items() if number})
