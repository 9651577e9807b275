"""Add words to a grievance: to everyone, or among staff."""

from __future__ import annotations

from pydantic import Field

from civicgraph.grievances.models import Grievance
from civicgraph.grievances.operations.history import take
from civicgraph.grievances.operations.inputs import Step, Words
from civicgraph.i18n import N_
from civicgraph.operations import operation
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
    taken = await take(actor, "comment", data)
    return await (taken.done(note=data.note) if data.is_public else taken.done(internal_note=data.note))
