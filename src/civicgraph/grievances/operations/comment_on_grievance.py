"""Add words to a grievance: to everyone, or among staff."""

from __future__ import annotations

from pydantic import Field

from civicgraph.grievances.models import Grievance
from civicgraph.grievances.operations.history import office, opened_at, step
from civicgraph.grievances.operations.inputs import Step, Words
from civicgraph.i18n import N_
from civicgraph.operations import audit, operation
from civicgraph.permissions import Actor


class CommentOnGrievance(Step):
    """Words that change nothing of where the grievance stands."""

    note: Words = Field(
        title=N_("What do you want to say?"), min_length=1, max_length=1000, json_schema_extra={"widget": "textarea"}
    )
    is_public: bool = Field(False, title=N_("Everyone may read it"), description=N_("Otherwise it stays among staff."))


@operation()
async def comment_on_grievance(actor: Actor, data: CommentOnGrievance) -> Grievance:
    """Add a note to a grievance's history, public or among staff."""
    row = await opened_at(actor, "comment", data)
    line = await office(actor, row)
    if data.is_public:
        await step(actor, row, by_line=line, public_note=data.note)
        await audit(actor, row, {"public_note": ["", data.note]})
    else:
        await step(actor, row, by_line=line, internal_note=data.note)
        await audit(actor, row, {"internal_note": ["", data.note]})
    return row
