"""The register of teams: bodies that work is given to."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from civicgraph.accounts.models import Grant
from civicgraph.divisions.operations import DivisionCode, place_of
from civicgraph.grievances.desk.models import Team, TeamKind, TeamMember
from civicgraph.grievances.desk.rules import WORKING
from civicgraph.grievances.operations.inputs import Words
from civicgraph.i18n import N_
from civicgraph.operations import Forbidden, Input, InvalidInput, NotFound, audit, changed, check_version, operation
from civicgraph.permissions import DISPATCH_GRIEVANCES, Actor

MAX_MEMBERS = 50


class TeamFacts(Input):
    """What is known of a team."""

    name: Words = Field(
        title=N_("What it is called"),
        min_length=2,
        max_length=80,
        description=N_("Everyone can read it on what the team works on."),
    )
    kind: TeamKind = Field(title=N_("What sort of body"))
    member_ids: list[int] = Field(
        default_factory=list,
        title=N_("Members"),
        max_length=MAX_MEMBERS,
        description=N_("Colleagues who get the team's work and may deal with it."),
    )
    contact_office: Words = Field(
        "",
        title=N_("Contact office"),
        max_length=80,
        description=N_("Who takes its work orders, where it has no members here: for instance 工程部值班室."),
    )
    contact_phone: Words = Field(
        "", title=N_("Telephone of the office"), max_length=40, json_schema_extra={"widget": "tel"}
    )
    is_active: bool = Field(True, title=N_("Is given work"))


class CreateTeam(TeamFacts):
    """A body that work can be given to."""

    division_code: Annotated[
        DivisionCode, Field(title=N_("Place"), description=N_("It works there and everywhere below it."))
    ]


class UpdateTeam(TeamFacts):
    """A team as it is from now on."""

    id: int = Field(title=N_("Number"), ge=1)
    version: int = Field(title=N_("Version"), ge=1)


@operation()
async def create_team(actor: Actor, data: CreateTeam) -> Team:
    """Enter a team in the register of a place."""
    division = await place_of(data.division_code)
    if not actor.may(DISPATCH_GRIEVANCES, division.code):
        raise Forbidden
    await _check_name(division.code, data.name, None)
    row = await Team.create(division_id=division.code, **_columns(data))
    await _set_members(row, data.member_ids)
    await audit(actor, row, changed({}, {**_columns(data), "member_ids": await _members(row)}))
    return row


@operation()
async def update_team(actor: Actor, data: UpdateTeam) -> Team:
    """Change a team: its name, members, contact office, or whether it is given work."""
    row = await Team.filter(id=data.id).select_for_update().first()
    if row is None:
        raise NotFound
    if not actor.may(DISPATCH_GRIEVANCES, row.division_id):
        raise Forbidden
    check_version(row, data.version, lambda: _columns(row))
    await _check_name(row.division_id, data.name, row.id)
    before = {**_columns(row), "member_ids": await _members(row)}
    row.update_from_dict({**_columns(data), "version": row.version + 1})
    await row.save()
    await _set_members(row, data.member_ids)
    await audit(actor, row, changed(before, {**_columns(row), "member_ids": await _members(row)}))
    return row


def _columns(one: TeamFacts | Team) -> dict[str, Any]:
    names = ("name", "kind", "contact_office", "contact_phone", "is_active")
    return {name: getattr(one, name) for name in names}


async def _check_name(code: str, name: str, own: int | None) -> None:
    found = await Team.get_or_none(division_id=code, name=name)
    if found is not None and found.id != own:
        raise InvalidInput.at("name", "taken", N_("There is one of this name in this place already."))


async def _members(row: Team) -> list[str]:
    """Its members by name, for the audit trail."""
    members = await TeamMember.filter(team_id=row.id).select_related("person").order_by("person_id")
    return [one.person.name for one in members]


async def _set_members(row: Team, wanted: list[int]) -> None:
    """Members are active people who work on grievances somewhere in the team's place, or over it."""
    for number in dict.fromkeys(wanted):
        grants = await Grant.filter(person_id=number, role__in=WORKING, person__is_active=True).values_list(
            "division_id", flat=True
        )
        codes = [str(code) for code in grants]
        if not any(code.startswith(row.division_id) or row.division_id.startswith(code) for code in codes):
            raise InvalidInput.at(
                "member_ids", "no_grant", N_("Somebody of these does not work on grievances of this place.")
            )
    await TeamMember.filter(team_id=row.id).delete()
    for number in dict.fromkeys(wanted):
        await TeamMember.create(team_id=row.id, person_id=number)
