"""吹哨报到: a community calls departments to a grievance; they report in, and answer by a time."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from civicgraph.divisions.operations import DivisionCode, place_of
from civicgraph.divisions.rules import ancestors
from civicgraph.grievances import deadlines, notices
from civicgraph.grievances.desk import orders
from civicgraph.grievances.desk.models import GrievanceCall
from civicgraph.grievances.models import Grievance
from civicgraph.grievances.operations.history import Taken, take
from civicgraph.grievances.operations.inputs import (
    PUBLIC,
    PublicName,
    PublicNote,
    PublicWords,
    Reason,
    Step,
    none_given,
)
from civicgraph.i18n import N_
from civicgraph.operations import Forbidden, InvalidInput, Unavailable, operation
from civicgraph.operations.inputs import CityTime
from civicgraph.permissions import DISPATCH_GRIEVANCES, Actor

MAX_CALLED = 6
MAX_WAIT = timedelta(days=30)
_NO_DEPARTMENTS: Any = N_("Please name one to six departments, each on a line of its own.")


def _departments(text: str) -> str:
    """The names, one a line, each once."""
    names = list(dict.fromkeys(part.strip() for part in re.split(r"[\n,;，；、]+", text) if part.strip()))
    if len(names) > MAX_CALLED or not all(2 <= len(name) <= 80 for name in names):
        raise PydanticCustomError("civic_departments", _NO_DEPARTMENTS)
    return "\n".join(names)


class CallDepartments(Step):
    """Who has to come, what for, and by when they answer."""

    team_ids: list[int] = Field(
        default_factory=list,
        title=N_("Departments with people here"),
        max_length=MAX_CALLED,
        description=N_("Their members get a message, report in and answer themselves."),
    )
    division_code: Annotated[DivisionCode | None, BeforeValidator(none_given)] = Field(
        None, title=N_("Other departments of"), description=N_("The level that speaks for those named below.")
    )
    departments: Annotated[PublicName, AfterValidator(_departments)] = Field(
        "",
        title=N_("Other departments"),
        max_length=500,
        json_schema_extra={"widget": "textarea"},
        description=N_("One a line, for instance 城市管理局. Their level speaks for them. Everyone can read this."),
    )
    answer_by: CityTime = Field(title=N_("They answer by"))
    reason: Reason


@operation()
async def call_departments(actor: Actor, data: CallDepartments) -> Grievance:
    """Call departments of the subdistrict or county to a grievance 吹哨. They report in, and answer by a time."""
    taken = await take(actor, "whistle", data)
    row, now = taken.row, taken.at
    if not now < data.answer_by <= now + MAX_WAIT:
        raise InvalidInput.at(
            "answer_by", "out_of_range", N_("Please choose a time within the next %(days)s days."), days=MAX_WAIT.days
        )
    wanted = await _wanted(data, row)
    names = "、".join(one["department"] for one in wanted)
    done = await taken.done(note=f"{names}：{data.reason}", until=data.answer_by)
    for one in wanted:
        call = await GrievanceCall.create(grievance_id=row.id, called_at=now, answer_due_at=data.answer_by, **one)
        await deadlines.keep_call(call)
        await notices.tell_called(done, call, "grievance_called", "called")
    return done


async def _wanted(data: CallDepartments, row: Grievance) -> list[dict[str, Any]]:
    """The departments that do not stand called already: teams of the place or above it first, then those named."""
    teams = [await orders.team(row, number, "team_ids") for number in dict.fromkeys(data.team_ids)]
    names = [name for name in data.departments.split("\n") if name]
    level = await _level(data.division_code, row) if names else ""
    named = [(level, name, None) for name in names]
    asked = [*((one.division_id, one.name, one.id) for one in teams), *named]
    if not 1 <= len(asked) <= MAX_CALLED:
        raise InvalidInput.at("departments", "missing", _NO_DEPARTMENTS)
    called = await GrievanceCall.filter(grievance_id=row.id, answered_at=None)
    waiting = {(one.division_id, one.department) for one in called}
    fresh = [one for one in dict.fromkeys(asked) if one[:2] not in waiting]
    if not fresh:
        raise InvalidInput.at("departments", "called", N_("They are called already, and have not answered yet."))
    return [dict(zip(("division_id", "department", "team_id"), one, strict=True)) for one in fresh]


async def _level(code: str | None, row: Grievance) -> str:
    """The subdistrict or the county that departments without people here belong to."""
    level = (await place_of(code)).code if code else ""
    if len(level) < 6 or level not in ancestors(row.division_id):
        raise InvalidInput.at(
            "division_code", "not_above", N_("Please choose the subdistrict or the county of the grievance.")
        )
    return level


class CallStep(Step):
    """Which call a department speaks to."""

    call: int = Field(title=N_("Department"), ge=1)


class ReportIn(CallStep):
    """The department has come."""

    note: PublicNote = ""


@operation()
async def report_in(actor: Actor, data: ReportIn) -> Grievance:
    """Say for a called department that it has reported in 报到: as one of its team, or as the level that it belongs to."""
    taken = await take(actor, "report_in", data)
    call = await _open_call(taken, data.call)
    if call.reported_in_at is not None:
        raise Unavailable(N_("This department has reported in already."))
    call.reported_in_at = taken.at
    await call.save()
    return await taken.done(note=f"{call.department}：{data.note}" if data.note else call.department)


class AnswerCall(CallStep):
    """What the department did or will do."""

    answer: PublicWords = Field(
        title=N_("Answer of the department"),
        min_length=2,
        max_length=1000,
        json_schema_extra={"widget": "textarea"},
        description=PUBLIC,
    )


@operation()
async def answer_call(actor: Actor, data: AnswerCall) -> Grievance:
    """Answer for a called department 回复: as one of its team, or as the level that it belongs to. The community gets a message."""
    taken = await take(actor, "answer", data)
    call = await _open_call(taken, data.call)
    call.answered_at = taken.at
    call.reported_in_at = call.reported_in_at or call.answered_at
    await call.save()
    await deadlines.keep_call(call)
    row = await taken.done(note=f"{call.department}：{data.answer}")
    await notices.tell_workers(row, "grievance_answered", f"answered:{call.id}", row.resolution_due_at)
    return row


async def _open_call(taken: Taken, number: int) -> GrievanceCall:
    """The call, locked, while it waits for an answer of a department that the actor may speak for.

    Who speaks as a member of the department signs with its name.
    """
    call = await GrievanceCall.select_for_update().get_or_none(id=number, grievance_id=taken.row.id)
    if call is None:
        raise InvalidInput.at("call", "unknown_call", N_("Please choose one of the list."))
    if call.team_id in await orders.own_teams(taken.actor):
        taken.by_line = call.department
    elif not taken.actor.may(DISPATCH_GRIEVANCES, call.division_id):
        raise Forbidden
    if call.answered_at is not None:
        raise Unavailable(N_("This department has answered already."))
    return call
