"""Hide a grievance from the public, or publish it."""

from __future__ import annotations

from pydantic import Field

from civicgraph.grievances.models import Grievance
from civicgraph.grievances.operations.history import audited, office, opened_at, step
from civicgraph.grievances.operations.inputs import Step, Words
from civicgraph.i18n import N_
from civicgraph.operations import audit, changed, operation
from civicgraph.permissions import Actor


class SetGrievanceVisibility(Step):
    """Whether the public sees it, anonymised."""

    is_public: bool = Field(title=N_("Everyone may read it"))
    reason: Words = Field(
        title=N_("Why?"),
        min_length=2,
        max_length=500,
        description=N_("For colleagues and the audit trail; never public."),
    )


@operation()
async def set_grievance_visibility(actor: Actor, data: SetGrievanceVisibility) -> Grievance:
    """Hide a grievance from the public, or publish it, with a reason among staff."""
    row = await opened_at(actor, "set_visibility", data, lambda row: {"is_public": row.is_public})
    before = audited(row)
    row.is_public = data.is_public
    await step(actor, row, by_line=await office(actor, row), internal_note=data.reason)
    await audit(actor, row, {**changed(before, audited(row)), "internal_note": ["", data.reason]})
    return row
