"""Accept a grievance: the first response that was promised."""

from __future__ import annotations

from civicgraph.grievances.models import Grievance
from civicgraph.grievances.operations.history import take
from civicgraph.grievances.operations.inputs import PublicNote, Step
from civicgraph.operations import operation
from civicgraph.permissions import Actor


class AcceptGrievance(Step):
    """The office has read it and will see to it."""

    note: PublicNote = ""


@operation()
async def accept_grievance(actor: Actor, data: AcceptGrievance) -> Grievance:
    """Accept a grievance. This is the first response."""
    return await (await take(actor, "accept", data)).done(note=data.note)
