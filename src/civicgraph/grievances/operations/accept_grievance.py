"""Accept a grievance: the first response that was promised."""

from __future__ import annotations

from pydantic import Field

from civicgraph.grievances.models import Grievance, GrievanceStatus
from civicgraph.grievances.operations.history import audited, office, opened_at, respond, step
from civicgraph.grievances.operations.inputs import Step, Words
from civicgraph.i18n import N_
from civicgraph.operations import audit, changed, operation
from civicgraph.permissions import Actor


class AcceptGrievance(Step):
    """The office has read it and will see to it."""

    note: Words = Field(
        "",
        title=N_("Words to the reporter"),
        max_length=1000,
        json_schema_extra={"widget": "textarea"},
        description=N_("Everyone can read this. No names, no telephone numbers."),
    )


@operation()
async def accept_grievance(actor: Actor, data: AcceptGrievance) -> Grievance:
    """Accept a grievance. This is the first response."""
    row = await opened_at(actor, "accept", data)
    before = audited(row)
    await respond(row)
    await step(actor, row, GrievanceStatus.ACCEPTED, by_line=await office(actor, row), public_note=data.note)
    await audit(actor, row, changed(before, audited(row)))
    return row
