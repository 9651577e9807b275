"""The promised times of a grievance, kept in step with its history."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from tortoise.signals import pre_save

from civicgraph.grievances import clocks
from civicgraph.grievances.clocks import Moment
from civicgraph.grievances.kinds import names_of, reasons_of
from civicgraph.grievances.models import Grievance, GrievanceUpdate
from civicgraph.grievances.promises import Promise
from civicgraph.grievances.workflow import TRANSITIONS, Clock


def promised(promise: Promise, since: datetime) -> dict[str, Any]:
    """The columns of a grievance that is reported at this moment."""
    return {**columns_of(promise), **_due_columns([Moment("submit", since)], promise)}


def columns_of(promise: Promise) -> dict[str, Any]:
    """The columns that keep a promise."""
    return {
        "response_minutes": promise.response_minutes,
        "resolution_minutes": promise.resolution_minutes,
        "calendar": promise.calendar,
        "pausing": names_of(promise.pausing),
    }


def promise_of(row: Grievance) -> Promise:
    """What is promised now."""
    return Promise(row.response_minutes, row.resolution_minutes, row.calendar, reasons_of(row.pausing))


async def keep_time(row: Grievance, *entry: GrievanceUpdate) -> None:
    """Both promised times, from the whole history and a step that is just taken."""
    steps = [one for one in (*await GrievanceUpdate.filter(grievance_id=row.id).order_by("id"), *entry) if one.verb]
    row.update_from_dict(_due_columns([_moment(one) for one in steps], _first_promise(row, steps)))


@pre_save(Grievance)  # whichever operation moves a promise or answers: none can forget what is due next
async def _keep_next_due(_model: type[Grievance], row: Grievance, _connection: Any, fields: list[str] | None) -> None:
    if fields is None:
        row.due_at = clocks.next_due(row.accepted_at, row.response_due_at, row.resolution_due_at)


def _due_columns(history: Iterable[Moment], promise: Promise) -> dict[str, Any]:
    found = clocks.dues(history, promise)
    return {
        "response_due_at": found.response,
        "resolution_due_at": found.resolution,
        "response_soon_at": found.response_soon,
        "resolution_soon_at": found.resolution_soon,
    }


def _moment(step: GrievanceUpdate) -> Moment:
    promises = (step.changes or {}).get("promise")
    return Moment(
        step.verb,
        step.at,
        step.minutes or 0,
        step.until,
        step.is_pausing,
        Promise(*promises[1]) if promises else None,
        step.verb in TRANSITIONS and TRANSITIONS[step.verb].response is Clock.STOP,
    )


def _first_promise(row: Grievance, steps: Iterable[GrievanceUpdate]) -> Promise:
    """What was promised when it was reported: what the first change replaced, or what still holds."""
    changes = next((one.changes["promise"] for one in steps if (one.changes or {}).get("promise")), None)
    return Promise(*changes[0]) if changes else promise_of(row)
