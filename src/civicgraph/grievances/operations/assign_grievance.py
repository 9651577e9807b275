"""Assign a grievance: one leads, a person or a team; others help."""

from __future__ import annotations

from pydantic import Field

from civicgraph.accounts.models import Person
from civicgraph.grievances import handing, notices
from civicgraph.grievances.desk import orders
from civicgraph.grievances.desk.models import Team
from civicgraph.grievances.desk.orders import Holder
from civicgraph.grievances.desk.rules import MAX_HELPERS
from civicgraph.grievances.models import Grievance
from civicgraph.grievances.operations.history import take
from civicgraph.grievances.operations.inputs import InternalNote, PublicName, PublicNote, Step
from civicgraph.i18n import N_
from civicgraph.operations import InvalidInput, operation
from civicgraph.permissions import Actor


class AssignGrievance(Step):
    """Who works on it from now on."""

    assignee_id: int | None = Field(
        None,
        title=N_("Who works on it"),
        ge=1,
        description=N_("A grid worker or colleague of this place. They get a message."),
    )
    lead_team_id: int | None = Field(
        None,
        title=N_("Or a team that leads"),
        ge=1,
        description=N_("Its members get a message, any of them may resolve it."),
    )
    helper_ids: list[int] = Field(
        default_factory=list,
        title=N_("People who help"),
        max_length=MAX_HELPERS,
        description=N_("They may add words and say that their part is done. Who leads resolves the whole."),
    )
    helper_team_ids: list[int] = Field(default_factory=list, title=N_("Teams that help"), max_length=MAX_HELPERS)
    team: PublicName = Field(
        "",
        title=N_("Team or company"),
        max_length=80,
        description=N_(
            "Everyone can read this, for instance 水电维修志愿服务队. Left empty, the names of the teams stand here."
        ),
    )
    note: PublicNote = ""
    internal_note: InternalNote = ""


@operation()
async def assign_grievance(actor: Actor, data: AssignGrievance) -> Grievance:
    """Assign a grievance, or assign it anew. One that was not accepted yet is accepted by it."""
    taken = await take(actor, "assign", data, lambda row: {"assignee_id": row.assignee_id, "team": row.team})
    row = taken.row
    lead, teams = await _lead(data, row), await _teams(data, row)
    if lead is None and not teams and not data.team:
        raise InvalidInput.at("assignee_id", "missing", N_("Please choose who works on it, or name a team."))
    holders = await _holders(data, row)
    before, held = await handing.at_work(row), await orders.in_words(await orders.holding(row))
    fresh = await orders.give(row, holders)
    row.update_from_dict(
        {
            "assignee_id": lead.id if lead else None,
            "team": data.team or "、".join(one.name for one in teams)[:80],
            "assigned_at": taken.at,
        }
    )
    done = await taken.done(
        note=data.note,
        internal_note=data.internal_note,
        also={"work_orders": [held, await orders.in_words(holders)]},
    )
    await notices.tell_holders(done, fresh, but=actor.person_id)
    await handing.tell_relieved(done, before, actor)
    return done


async def _lead(data: AssignGrievance, row: Grievance) -> Person | None:
    if data.assignee_id is not None and data.lead_team_id is not None:
        raise InvalidInput.at(
            "lead_team_id", "two_leads", N_("One leads: please choose a person or a team, and let the other help.")
        )
    return await orders.worker(row, data.assignee_id, "assignee_id") if data.assignee_id is not None else None


async def _teams(data: AssignGrievance, row: Grievance) -> list[Team]:
    """The teams that are named, the leading one first."""
    leading = [("lead_team_id", data.lead_team_id)] if data.lead_team_id is not None else []
    helping = [("helper_team_ids", one) for one in data.helper_team_ids if one != data.lead_team_id]
    return [await orders.team(row, number, field) for field, number in (*leading, *helping)]


async def _holders(data: AssignGrievance, row: Grievance) -> list[Holder]:
    """Who holds a work order after it; whoever leads does not help as well."""
    for number in data.helper_ids:
        await orders.worker(row, number, "helper_ids")
    leads = [Holder(data.assignee_id, data.lead_team_id, True)] if data.assignee_id or data.lead_team_id else []
    people = [Holder(number, None, False) for number in data.helper_ids if number != data.assignee_id]
    teams = [Holder(None, number, False) for number in data.helper_team_ids if number != data.lead_team_id]
    return [*leads, *people, *teams]
