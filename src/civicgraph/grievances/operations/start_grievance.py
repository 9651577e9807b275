"""Start work on a grievance."""

from __future__ import annotations

from civicgraph.grievances.models import Grievance
from civicgraph.grievances.operations.history import take
from civicgraph.grievances.operations.inputs import PublicNote, Step
from civicgraph.operations import operation
from civicgraph.permissions import Actor


class StartGrievance(Step):
    """Somebody is on the way or at it."""

    note: PublicNote = ""


@operation()
async def start_grievance(actor: Actor, data: StartGrievance) -> Grievance:
    """Say that work on a grievance has begun."""
    return await (await take(actor, "start", data)).done(note=data.note)
