"""Resolve a grievance, with what was done."""

from __future__ import annotations

from pydantic import Field

from civicgraph import clock
from civicgraph.grievances.models import Grievance, GrievanceStatus
from civicgraph.grievances.operations.history import audited, office, opened_at, step
from civicgraph.grievances.operations.inputs import Step, Words
from civicgraph.i18n import N_
from civicgraph.operations import audit, changed, operation
from civicgraph.permissions import Actor
from civicgraph.scheduler.deadlines import settle


class ResolveGrievance(Step):
    """It is done."""

    outcome: Words = Field(
        title=N_("What was done?"),
        min_length=2,
        max_length=1000,
        json_schema_extra={"widget": "textarea"},
        description=N_("Everyone can read this. No names, no telephone numbers."),
    )
    internal_note: Words = Field(
        "",
        title=N_("Note among staff"),
        max_length=1000,
        json_schema_extra={"widget": "textarea"},
        description=N_("Never public."),
    )


@operation()
async def resolve_grievance(actor: Actor, data: ResolveGrievance) -> Grievance:
    """Say what was done. The reporter, or the dispatcher after them, closes it."""
    row = await opened_at(actor, "resolve", data, lambda row: {"outcome": row.outcome})
    before = audited(row)
    row.resolved_at = clock.now()
    row.outcome = data.outcome
    await settle(row, "response", "response_escalation", "resolution", "resolution_escalation")
    line = await office(actor, row)
    await step(
        actor, row, GrievanceStatus.RESOLVED, by_line=line, public_note=data.outcome, internal_note=data.internal_note
    )
    await audit(actor, row, changed(before, audited(row)))
    return row
