"""Start work on a grievance."""

from __future__ import annotations

from pydantic import Field

from civicgraph.grievances.models import Grievance, GrievanceStatus
from civicgraph.grievances.operations.history import audited, office, opened_at, step
from civicgraph.grievances.operations.inputs import Step, Words
from civicgraph.i18n import N_
from civicgraph.operations import audit, changed, operation
from civicgraph.permissions import Actor


class StartGrievance(Step):
    """Somebody is on the way or at it."""

    note: Words = Field(
        "",
        title=N_("Words to the reporter"),
        max_length=1000,
        json_schema_extra={"widget": "textarea"},
        description=N_("Everyone can read this, for instance when you will be there."),
    )


@operation()
async def start_grievance(actor: Actor, data: StartGrievance) -> Grievance:
    """Say that work on a grievance has begun."""
    row = await opened_at(actor, "start", data)
    before = audited(row)
    await step(actor, row, GrievanceStatus.IN_PROGRESS, by_line=await office(actor, row), public_note=data.note)
    await audit(actor, row, changed(before, audited(row)))
    return row
