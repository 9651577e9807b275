"""Writes of the register of rescue teams."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import Field

from civicgraph.divisions.operations import DivisionCode, place_of
from civicgraph.events.rescue.keeping import count_team
from civicgraph.events.rescue.models import RescueKind, RescueTeam
from civicgraph.i18n import N_
from civicgraph.operations import Forbidden, Input, NotFound, audit, changed, check_version, operation
from civicgraph.permissions import EDIT_EVENTS, Actor


class RescueTeamFields(Input):
    """What is known of a rescue team."""

    name: str = Field(title=N_("What it is called"), min_length=2, max_length=80)
    kind: RescueKind = Field(title=N_("What it is for"))
    division_code: Annotated[DivisionCode, Field(title=N_("Place"))]
    base: str = Field("", title=N_("Who keeps it, and where it stands"), max_length=120)
    members: int = Field(title=N_("How many people it has"), ge=1, le=1_000_000)
    equipment: Annotated[list[Annotated[str, Field(max_length=60)]], Field(max_length=40)] = Field(
        default_factory=list,
        title=N_("Equipment"),
        description=N_("One a line: what it is and how many."),
        json_schema_extra={"widget": "lines"},
    )
    duty_phone: str = Field(
        "",
        title=N_("Telephone on duty"),
        max_length=40,
        description=N_("Everybody sees it: of an office, not of a person."),
        json_schema_extra={"widget": "tel"},
    )
    founded_on: date | None = Field(None, title=N_("Founded on"))
    is_active: bool = Field(True, title=N_("Can be called"))


class CreateRescueTeam(RescueTeamFields):
    """A new team in the register."""


class UpdateRescueTeam(RescueTeamFields):
    """A rescue team as it is from now on."""

    id: int = Field(title=N_("Number"), ge=1)
    version: int = Field(title=N_("Version"), ge=1)


_OWN = [name for name in RescueTeamFields.model_fields if name != "division_code"]


def _values(row: RescueTeam) -> dict[str, Any]:
    return {**{name: getattr(row, name) for name in _OWN}, "division_code": row.division_id}


def _columns(data: RescueTeamFields) -> dict[str, Any]:
    return {**{name: getattr(data, name) for name in _OWN}, "division_id": data.division_code}


@operation()
async def create_rescue_team(actor: Actor, data: CreateRescueTeam) -> RescueTeam:
    """Enter a rescue team in the register."""
    await place_of(data.division_code)
    if not actor.may(EDIT_EVENTS, data.division_code):
        raise Forbidden
    row = await RescueTeam.create(**_columns(data))
    await count_team(None, row)
    await audit(actor, row, changed({}, _values(row)))
    return row


@operation()
async def update_rescue_team(actor: Actor, data: UpdateRescueTeam) -> RescueTeam:
    """Change a rescue team. Moving it needs the grant over both places."""
    row = await RescueTeam.filter(id=data.id).select_for_update().first()
    if row is None:
        raise NotFound
    await place_of(data.division_code)
    if not (actor.may(EDIT_EVENTS, row.division_id) and actor.may(EDIT_EVENTS, data.division_code)):
        raise Forbidden
    before = _values(row)
    check_version(row, data.version, lambda: before)
    was = row.clone(pk=row.id)
    row.update_from_dict({**_columns(data), "version": row.version + 1})
    await row.save()
    await count_team(was, row)
    await audit(actor, row, changed(before, _values(row)))
    return row
