"""The three levels 联络点→联络站→指挥中心 that a promise climbs when it is not kept: one table. Pure.

Each rung of the ladder is a deadline of its own and is told once. What moves a promise, or ends it,
settles its rungs; a new promised time begins at the foot of the ladder.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from civicgraph import calendars
from civicgraph.divisions.rules import parent_code
from civicgraph.grievances.models import Grievance


class Level(Enum):
    """Who is told."""

    POINT = "who works on it, or the community's dispatchers 联络点 while nobody does"
    STATION = "the subdistrict's dispatchers 联络站"
    CENTRE = "the county's dispatchers 指挥中心"


@dataclass(frozen=True)
class Rung:
    """A step of the ladder."""

    suffix: str
    """Behind the name of the promise: the kind of its deadline."""
    level: Level
    template: str
    steps: int | None
    """So many steps of patience after the promised time; None: when three quarters of the time have passed."""
    when: str
    """In words, for the documentation."""


PROMISED = ("response", "resolution")
LADDER = (
    Rung("_soon", Level.POINT, "grievance_soon", None, "when three quarters of the counted time have passed"),
    Rung("", Level.POINT, "grievance_overdue", 0, "at the promised time"),
    Rung("_escalation", Level.STATION, "grievance_escalated", 1, "one step of patience after it"),
    Rung("_command", Level.CENTRE, "grievance_escalated", 2, "two steps of patience after it"),
)


def kinds(promise: str) -> tuple[str, ...]:
    """The kinds of deadlines of a promise, from the foot of its ladder."""
    return tuple(promise + rung.suffix for rung in LADDER)


def after(rung: Rung) -> Rung | None:
    """The next rung that waits for the one before it; the first two are set with the promise."""
    place = LADDER.index(rung) + 1
    return LADDER[place] if rung.steps is not None and place < len(LADDER) else None


def due_of(row: Grievance, promise: str) -> datetime:
    """When the promise is due."""
    return row.response_due_at if promise == "response" else row.resolution_due_at


def reached_at(row: Grievance, promise: str, rung: Rung, patience: int) -> datetime:
    """When a late promise comes to a rung: its steps are counted as the promise is, so none falls into the night.

    A step is `patience` minutes, and never longer than the first response may take: danger climbs faster.
    """
    step = min(patience, row.response_minutes or patience)
    due_at = due_of(row, promise)
    return calendars.parse(row.calendar).after(due_at, step * rung.steps) if rung.steps else due_at


def place_of(row: Grievance, level: Level) -> str:
    """The division whose dispatchers are that level of a grievance."""
    code = row.division_id
    station = parent_code(code)
    return {Level.POINT: code, Level.STATION: station, Level.CENTRE: parent_code(station)}[level]


ANSWER_SOON = timedelta(hours=2)
"""So long before its time a called department is reminded, or after half of the time where that is shorter."""


def call_soon_at(called_at: datetime, answer_due_at: datetime) -> datetime:
    """When a called department is reminded that its answer is due soon."""
    return answer_due_at - min(ANSWER_SOON, (answer_due_at - called_at) / 2)
