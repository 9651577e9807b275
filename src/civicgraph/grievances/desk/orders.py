"""Work orders as operations use them: whose part is whose, given and taken back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tortoise.expressions import Q

from civicgraph import clock
from civicgraph.accounts.models import Grant, Person
from civicgraph.grievances.desk.bodies import body_of
from civicgraph.grievances.desk.models import GrievanceCall, Team, TeamMember, WorkOrder
from civicgraph.grievances.desk.rules import WORKING, Part
from civicgraph.grievances.kinds import PartKind
from civicgraph.grievances.models import Grievance, LedKind
from civicgraph.i18n import N_
from civicgraph.operations import InvalidInput
from civicgraph.permissions import DISPATCH_GRIEVANCES, Actor

_AT = (4, 6, 9, 12)


@dataclass(frozen=True)
class Holder:
    """Who has a work order: a person or a team, leading or helping."""

    person_id: int | None
    team_id: int | None
    is_lead: bool


async def part_of(actor: Actor, row: Grievance) -> Part:
    """What the actor's work orders make them in a grievance."""
    own = await own_orders(actor, row)
    return Part.LEADS if any(one.is_lead for one in own) else Part.HELPS if own else Part.NONE


async def own_orders(actor: Actor, row: Grievance) -> list[WorkOrder]:
    """The actor's work orders for a grievance, and those of their teams, that count."""
    if actor.person_id is None:
        return []
    whose = Q(person_id=actor.person_id) | Q(team_id__in=await own_teams(actor))
    return await WorkOrder.filter(whose, grievance_id=row.id, ended_at=None).order_by("id")


async def own_teams(actor: Actor) -> list[int]:
    """The teams that the actor belongs to, by their numbers."""
    found = TeamMember.filter(person_id=actor.person_id).values_list("team_id", flat=True)
    return [] if actor.person_id is None else list(await found)  # type: ignore[arg-type]


async def is_called(actor: Actor, row: Grievance) -> bool:
    """Whether a department that the actor speaks for, by team or by level, is called to the grievance and has not answered."""
    waiting = await GrievanceCall.filter(grievance_id=row.id, answered_at=None)
    teams = await own_teams(actor) if waiting else []
    return any(one.team_id in teams or actor.may(DISPATCH_GRIEVANCES, one.division_id) for one in waiting)


async def give(row: Grievance, wanted: Iterable[Holder]) -> list[Holder]:
    """Let these hold the grievance's work orders and nobody else; answers those who get one by it.

    A part that is done stays in the history; who is named again gets a new one. The row learns who is in charge; it is
    saved by whoever calls.
    """
    now, asked = clock.now(), list(dict.fromkeys(wanted))
    led = await body_of(row, asked)
    row.led_kind, row.led_by = LedKind(led.kind), led.by  # type: ignore[call-arg]
    standing = await WorkOrder.filter(grievance_id=row.id, ended_at=None)
    kept = {
        holder
        for one in standing
        if one.done_at is None and (holder := Holder(one.person_id, one.team_id, one.is_lead)) in asked
    }
    over = [one.id for one in standing if Holder(one.person_id, one.team_id, one.is_lead) not in kept]
    if over:
        await WorkOrder.filter(id__in=over).update(ended_at=now)
    fresh = [holder for holder in asked if holder not in kept]
    for holder in fresh:
        await WorkOrder.create(
            grievance_id=row.id,
            person_id=holder.person_id,
            team_id=holder.team_id,
            is_lead=holder.is_lead,
            ordered_at=now,
        )
    return fresh


async def people_of(holders: Iterable[Holder]) -> list[Person]:
    """The people who hold work orders themselves or as members of a team, each once."""
    people: set[int] = set()
    teams: list[int] = []
    for holder in holders:
        people |= {holder.person_id} if holder.person_id else set()
        teams += [holder.team_id] if holder.team_id else []
    if teams:
        people |= {one.person_id for one in await TeamMember.filter(team_id__in=teams)}
    return await Person.filter(id__in=sorted(people), is_active=True).order_by("id") if people else []


async def holding(row: Grievance) -> list[Holder]:
    """Who has a work order that is not done, the first given first."""
    found = await WorkOrder.filter(grievance_id=row.id, ended_at=None, done_at=None).order_by("id")
    return [Holder(one.person_id, one.team_id, one.is_lead) for one in found]


async def in_words(holders: Iterable[Holder]) -> list[dict[str, str]]:
    """Who holds these work orders, by name, and as what: for the audit trail, which is read years later."""
    asked = list(holders)
    people = {one.id: one.name for one in await Person.filter(id__in=[one.person_id for one in asked if one.person_id])}
    teams = {one.id: one.name for one in await Team.filter(id__in=[one.team_id for one in asked if one.team_id])}
    return [
        {
            "name": people[one.person_id] if one.person_id is not None else teams[one.team_id or 0],
            "part": (PartKind.LEADS if one.is_lead else PartKind.HELPS).value,
        }
        for one in asked
    ]


async def leading(row: Grievance) -> list[Holder]:
    """Who leads it by a work order."""
    found = await WorkOrder.filter(grievance_id=row.id, ended_at=None, is_lead=True).order_by("id")
    return [Holder(one.person_id, one.team_id, True) for one in found]


async def workers(row: Grievance) -> list[Person]:
    """Active people who work on grievances of its place: over it or over a place above."""
    codes = [row.division_id[:digits] for digits in _AT]
    grants = await Grant.filter(division_id__in=codes, role__in=WORKING, person__is_active=True).select_related(
        "person"
    )
    found = {grant.person.id: grant.person for grant in grants}
    return [found[key] for key in sorted(found)]


async def worker(row: Grievance, person_id: int, field: str) -> Person:
    """A person who works there."""
    found = next((one for one in await workers(row) if one.id == person_id), None)
    if found is None:
        raise InvalidInput.at(field, "no_grant", N_("This person does not work on grievances of this place."))
    return found


async def team(row: Grievance, team_id: int, field: str) -> Team:
    """A team of its place or of one above, in use."""
    codes = [row.division_id[:digits] for digits in _AT]
    found = await Team.get_or_none(id=team_id, is_active=True, division_id__in=codes)
    if found is None:
        raise InvalidInput.at(field, "unknown_team", N_("This team does not work in this place."))
    return found
