"""Every change of a grievance: looked up and locked, checked, and written into its history."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from civicgraph import clock
from civicgraph.divisions.models import Division
from civicgraph.grievances import notices, rules
from civicgraph.grievances.models import Grievance, GrievanceStatus, GrievanceUpdate
from civicgraph.grievances.operations.inputs import Step
from civicgraph.grievances.operations.tally import recount
from civicgraph.grievances.rules import TRANSITIONS
from civicgraph.operations import Forbidden, NotFound, Unavailable, check_version
from civicgraph.permissions import Actor
from civicgraph.scheduler.deadlines import settle


async def found(number: str) -> Grievance | None:
    """The grievance with this number, locked until the transaction ends."""
    return await Grievance.select_for_update().get_or_none(number=number)


async def opened(actor: Actor, verb: str, number: str) -> Grievance:
    """The grievance, for a step that the actor may take and its state allows."""
    row = await found(number)
    if row is None or not rules.may_know(actor, row):
        raise NotFound
    transition = TRANSITIONS[verb]
    if not rules.may_take(actor, transition, row):
        raise Forbidden
    if row.status not in transition.sources:
        raise Unavailable(transition.refusal)
    return row


async def opened_at(
    actor: Actor, verb: str, data: Step, current: Callable[[Grievance], dict[str, Any]] = lambda row: {}
) -> Grievance:
    """The same at the version that the actor saw; `current` gives what a conflict shows beside their values."""
    row = await opened(actor, verb, data.number)
    check_version(row, data.version, lambda: current(row))
    return row


def audited(row: Grievance) -> dict[str, Any]:
    """The values whose change the audit trail shows."""
    return {
        "status": row.status,
        "assignee_id": row.assignee_id,
        "team": row.team,
        "outcome": row.outcome,
        "is_public": row.is_public,
        "version": row.version,
    }


async def office(actor: Actor, row: Grievance) -> str:
    """The by-line of the actor's office for this grievance."""
    held = rules.acting_grant(actor, row.division_id)
    if held is None:
        return rules.SYSTEM_LINE
    division = await Division.get(code=held.division_code).only("short_name")
    return rules.by_line(held, division.short_name)


async def step(
    actor: Actor,
    row: Grievance,
    status: GrievanceStatus | None = None,
    *,
    by_line: str,
    public_note: str = "",
    internal_note: str = "",
) -> None:
    """Save `row`, with the step in its history and the reporter told. Notes among staff are entries of their own."""
    now = clock.now()
    row.status = status or row.status
    row.version += 1
    await recount(row)
    await row.save()
    common = {"grievance_id": row.id, "at": now, "status": row.status, "by_line": by_line, "person_id": actor.person_id}
    if status is not None or public_note:
        update = await GrievanceUpdate.create(**common, public_note=public_note)
        await notices.tell_reporter(row, update)
    if internal_note:
        await GrievanceUpdate.create(**common, internal_note=internal_note)


async def respond(row: Grievance) -> None:
    """Note the first response, if there was none before."""
    if row.accepted_at is not None:
        return
    row.accepted_at = clock.now()
    await settle(row, "response", "response_escalation")
