"""Assign a grievance to a person, a team, or both."""

from __future__ import annotations

from pydantic import Field

from civicgraph import clock
from civicgraph.accounts.models import Grant, Person
from civicgraph.grievances import notices
from civicgraph.grievances.models import Grievance
from civicgraph.grievances.operations.history import take
from civicgraph.grievances.operations.inputs import InternalNote, PublicNote, Step, Words
from civicgraph.i18n import N_
from civicgraph.operations import InvalidInput, operation
from civicgraph.permissions import CAPABILITIES, WORK_GRIEVANCES, Actor, Role

_WORKING = [role for role in Role if WORK_GRIEVANCES in CAPABILITIES[role]]


class AssignGrievance(Step):
    """Who works on it from now on."""

    assignee_id: int | None = Field(
        None,
        title=N_("Who works on it"),
        ge=1,
        description=N_("A grid worker or colleague of this place. They get a message."),
    )
    team: Words = Field(
        "",
        title=N_("Team or company"),
        max_length=80,
        description=N_("Everyone can read this, for instance 水电维修志愿服务队."),
    )
    note: PublicNote = ""
    internal_note: InternalNote = ""


@operation()
async def assign_grievance(actor: Actor, data: AssignGrievance) -> Grievance:
    """Assign a grievance, or assign it anew. One that was not accepted yet is accepted by it."""
    taken = await take(actor, "assign", data, lambda row: {"assignee_id": row.assignee_id, "team": row.team})
    assignee = await _assignee(data, taken.row)
    if assignee is None and not data.team:
        raise InvalidInput.at("assignee_id", "missing", N_("Please choose who works on it, or name a team."))
    taken.row.update_from_dict(
        {"assignee_id": assignee.id if assignee else None, "team": data.team, "assigned_at": clock.now()}
    )
    row = await taken.done(note=data.note, internal_note=data.internal_note)
    if assignee is not None and assignee.id != actor.person_id:
        await notices.tell_assignee(row, assignee)
    return row


async def _assignee(data: AssignGrievance, row: Grievance) -> Person | None:
    if data.assignee_id is None:
        return None
    person = await Person.get_or_none(id=data.assignee_id, is_active=True)
    places = await Grant.filter(person_id=data.assignee_id, role__in=_WORKING).values_list("division_id", flat=True)
    works_here = any(row.division_id.startswith(str(code)) for code in places)
    if person is None or not works_here:
        raise InvalidInput.at("assignee_id", "no_grant", N_("This person does not work on grievances of this place."))
    return person
