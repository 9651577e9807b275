"""Rules of the checklists room: which steps are needed, by when, who sees and does what. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Protocol

from civicgraph.calendars import is_working_day
from civicgraph.checklists.models import ChecklistStatus, StepState
from civicgraph.clock import CITY_ZONE
from civicgraph.enterprises.claims.rules import is_own
from civicgraph.permissions import EDIT_CHECKLISTS, HANDLE_CASES, SCOPES, Actor

if TYPE_CHECKING:
    from civicgraph.graph.plan import Compiler, Row
    from civicgraph.graph.selection import Given

OPENS, CLOSES = time(9), time(17)
"""A promise of working days ends when offices close; a reminder comes when they open."""
MAX_OPEN = 20
"""Cases that an enterprise has open at once."""
MAX_STEPS, MAX_FIELDS, MAX_QUESTIONS = 20, 30, 10
_DAY = timedelta(days=1)
OVER = (StepState.DONE, StepState.NOT_NEEDED)
"""What waits for such a step waits no longer."""
CLOSED = (*OVER, StepState.CALLED_OFF)
"""Nothing is sent for such a step any more."""


# By when ---------------------------------------------------------------------------------------


def _working_day(day: date, step: timedelta) -> date:
    """The next working day, or the one before."""
    day += step
    while not is_working_day(day):
        day += step
    return day


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, CITY_ZONE)


def promised(start: datetime, days: int) -> datetime:
    """When so many working days after the day of `start` are over; that day itself does not count (民法典 art. 201)."""
    day = start.astimezone(CITY_ZONE).date()
    for _ in range(days):
        day = _working_day(day, _DAY)
    return _at(day, CLOSES)


def days_left(now: datetime, due_at: datetime) -> int:
    """Working days from tomorrow until a promise; at least one, so that who gets it back has a day for it."""
    day, last = now.astimezone(CITY_ZONE).date() + _DAY, due_at.astimezone(CITY_ZONE).date()
    found = 0
    while day <= last:
        found += is_working_day(day)
        day += _DAY
    return max(found, 1)


REMINDERS = ("soon", "due", "late")
"""When a department is reminded of a step: each once for a promise."""


def reminders(started_at: datetime, due_at: datetime) -> dict[str, datetime]:
    """A working day before the promise (that morning, where it is shorter), at it, and a working day after it."""
    day = due_at.astimezone(CITY_ZONE).date()
    soon = _at(_working_day(day, -_DAY), OPENS)
    return {
        "soon": soon if soon > started_at else _at(day, OPENS),
        "due": due_at,
        "late": _at(_working_day(day, _DAY), CLOSES),
    }


# Which steps -----------------------------------------------------------------------------------


class Asked(Protocol):
    """A step of a checklist, as far as it says when it is needed."""

    question: int | None
    needed_when: bool


def is_needed(step: Asked, yes: Collection[int]) -> bool:
    """Whether a step is needed by the questions that were answered with yes."""
    return step.question is None or (step.question in yes) == step.needed_when


class Placed(Protocol):
    """A step of a case."""

    position: int
    after: list[int]
    state: StepState


def ready(steps: Iterable[Placed]) -> list[int]:
    """The numbers of the waiting steps whose earlier steps are all over."""
    rows = list(steps)
    states = {one.position: one.state for one in rows}
    return [
        one.position
        for one in rows
        if one.state is StepState.WAITING and all(states.get(number) in OVER for number in one.after)
    ]


def urgent(steps: Iterable[tuple[StepState, datetime | None]], whole: datetime) -> datetime:
    """By when the most urgent step with a department is promised; the promise of the whole where there is none."""
    return min((due for state, due in steps if state is StepState.WORKING and due), default=whole)


def wrong_orders(after: Sequence[Sequence[int]]) -> list[int]:
    """The places of the steps that wait for something that is not an earlier step."""
    return [index for index, numbers in enumerate(after) if any(not 0 < one <= index for one in numbers)]


# Who -------------------------------------------------------------------------------------------


def worker(actor: Actor) -> int | None:
    """The person who works as a member of teams: oneself with a role, or one's token that may work."""
    may = actor.scopes is None or any(HANDLE_CASES in SCOPES.get(one, ()) for one in actor.scopes)
    return actor.person_id if may and actor.has_office else None


def visible(c: Compiler, row: Row) -> str:
    """What is or was offered; drafts for those who may edit there."""
    return f"{row['status']} <> '{ChecklistStatus.DRAFT.value}' OR {may_edit(c, row)}"


def may_edit(c: Compiler, row: Row) -> str:
    """Who keeps the listings of the place."""
    return c.covers(row["division_id"], EDIT_CHECKLISTS)


def _members(c: Compiler) -> str:
    person = c.value(lambda run: worker(run.actor), "int", share="member of teams")
    return f"SELECT belongs.team_id FROM team_member belongs WHERE belongs.person_id = {person}"


def is_handled(c: Compiler, row: Row) -> str:
    """The window of the place, which may take any of its steps."""
    return c.covers(row["division_id"], HANDLE_CASES)


def visible_case(c: Compiler, row: Row) -> str:
    """A case is for who acts for its enterprise, for the window of the place, and for the departments of its steps."""
    if not c.is_staff:
        return c.dialect.false
    mine = f"EXISTS (SELECT 1 FROM one_thing_step s WHERE s.case_id = {row['id']} AND s.team_id IN ({_members(c)}))"
    return f"({is_handled(c, row)} OR {is_own(c, row['enterprise_id'])} OR {mine})"


def is_mine(c: Compiler, row: Row) -> str:
    """Whether the actor's account acts for the enterprise."""
    return is_own(c, row["enterprise_id"])


def may_take(c: Compiler, row: Row) -> str:
    """Whether the actor may take this step: the window of the place, and the members of its team."""
    if not c.is_staff:
        return c.dialect.false
    _, source = c.find("OneThingCase", lambda one: f"{one['id']} = {row['case_id']} AND {is_handled(c, one)}")
    return f"(EXISTS (SELECT 1 {source}) OR coalesce({row['team_id']} IN ({_members(c)}), {c.dialect.false}))"


def is_late(c: Compiler, row: Row) -> str:
    """Whether a promised time of an open case has passed."""
    return f"({row['state']} = 'open' AND {row['next_due_at']} < {c.now()})"


def is_not_late(c: Compiler, row: Row) -> str:
    """The opposite."""
    return f"NOT {is_late(c, row)}"


def step_is_late(c: Compiler, row: Row) -> str:
    """Whether a step is with its department beyond its promised time."""
    return f"({row['state']} = 'working' AND {row['due_at']} IS NOT NULL AND {row['due_at']} < {c.now()})"


def with_me(c: Compiler, row: Row) -> str:
    """A step of it is with a team of the actor's."""
    if not c.is_staff:
        return c.dialect.false
    working = f"SELECT s.case_id FROM one_thing_step s WHERE s.state = 'working' AND s.team_id IN ({_members(c)})"
    return f"{row['id']} IN ({working})"


def of_enterprise(c: Compiler, row: Row, given: Given) -> str:
    """Of the enterprise with a code."""
    return f"{row['enterprise_id']} = (SELECT e.id FROM enterprise e WHERE e.credit_code = {given.sql(c)})"
