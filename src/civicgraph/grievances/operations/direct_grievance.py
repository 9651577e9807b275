"""What the level above can do with a grievance of the level below: take it over, or advise."""

from __future__ import annotations

from dataclasses import replace

from pydantic import Field

from civicgraph.grievances import notices
from civicgraph.grievances.desk import orders
from civicgraph.grievances.desk.orders import Holder
from civicgraph.grievances.models import Grievance
from civicgraph.grievances.operations.history import take
from civicgraph.grievances.operations.inputs import Reason, Step, Words
from civicgraph.i18n import N_
from civicgraph.operations import operation
from civicgraph.permissions import Actor


class TakeOverGrievance(Step):
    """The level above works on it itself."""

    reason: Reason


@operation()
async def take_over_grievance(actor: Actor, data: TakeOverGrievance) -> Grievance:
    """Take a grievance over from the level below 提级办理: one leads it from now on, and who worked on it helps.

    The promise stays.
    """
    taken = await take(actor, "take_over", data, lambda row: {"assignee_id": row.assignee_id})
    before = await notices.workers(taken.row)
    held = await orders.holding(taken.row)
    helping = [replace(one, is_lead=False) for one in held if one.person_id != actor.person_id]
    await orders.give(taken.row, [Holder(actor.person_id, None, True), *helping])
    taken.row.update_from_dict({"assignee_id": actor.person_id, "assigned_at": taken.at})
    row = await taken.done(note=data.reason)
    others = [person for person in before if person.id != actor.person_id]
    await notices.tell(others, row, "grievance_taken_over", f"taken over:{row.version}", due_at=row.resolution_due_at)
    return row


class AdviseOnGrievance(Step):
    """What the level above would have done."""

    advice: Words = Field(
        title=N_("Advice"),
        min_length=2,
        max_length=1000,
        json_schema_extra={"widget": "textarea"},
        description=N_("For those who work on it. Never public."),
    )


@operation()
async def advise_on_grievance(actor: Actor, data: AdviseOnGrievance) -> Grievance:
    """Advise those who work on a grievance 督办指导, as the level above. They get a message."""
    taken = await take(actor, "advise", data)
    row = await taken.done(internal_note=data.advice)
    await notices.tell_workers(row, "grievance_advice", f"advice:{row.version}", row.resolution_due_at)
    return row
