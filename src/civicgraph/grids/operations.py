"""Writes of the grids room: grids, micro-grids and who is in charge of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pydantic import Field

from civicgraph import clock
from civicgraph.accounts.models import Grant, Person
from civicgraph.divisions.operations import DivisionCode, place_of
from civicgraph.grids import rules
from civicgraph.grids.models import Grid, GridAssignment, GridLevel, GridRole, Net
from civicgraph.i18n import N_
from civicgraph.operations import (
    Forbidden,
    Input,
    InvalidInput,
    NotFound,
    Unavailable,
    audit,
    changed,
    check_version,
    operation,
)
from civicgraph.permissions import ASSIGN_GRID_WORKERS, EDIT_GRIDS, Actor


class GridFields(Input):
    """What is known of a grid."""

    name: str = Field(title=N_("Name of the grid"), min_length=1, max_length=80)
    area: str = Field("", title=N_("What it covers"), max_length=160, description=N_("Buildings and streets."))
    households: int | None = Field(None, title=N_("Households"), ge=0, le=100_000)
    nets: list[Net] = Field(default_factory=list, title=N_("Nets that it merges"))
    is_active: bool = Field(True, title=N_("In force"))


class CreateGrid(GridFields):
    """A new grid of a community, or a new micro-grid of a grid."""

    division_code: DivisionCode
    parent_code: str = Field(
        "",
        title=N_("Part of the grid"),
        pattern=r"^(\d{15})?$",
        description=N_("Its 15 digits; only for a micro-grid."),
    )


class UpdateGrid(GridFields):
    """A change of a grid."""

    code: str = Field(title=N_("Code"), pattern=r"^\d{15}(\d\d)?$")
    version: int = Field(title=N_("Version"), ge=1)


def grid_values(row: Grid) -> dict[str, Any]:
    """The editable values of a grid, by input field."""
    return {**{name: getattr(row, name) for name in GridFields.model_fields}, "nets": [Net[name] for name in row.nets]}


def _columns(data: GridFields) -> dict[str, Any]:
    return {**{name: getattr(data, name) for name in GridFields.model_fields}, "nets": [net.name for net in data.nets]}


@operation()
async def create_grid(actor: Actor, data: CreateGrid) -> Grid:
    """Enter a grid; its code is the community's with the next free number."""
    division = await place_of(data.division_code)
    if not actor.may(EDIT_GRIDS, division.code):
        raise Forbidden
    if len(division.code) != 12:
        raise InvalidInput.at(
            "division_code", "level", N_("Grids belong to a community or village. Please choose one.")
        )
    if data.parent_code and not await Grid.filter(code=data.parent_code, division_id=division.code).exists():
        raise InvalidInput.at("parent_code", "unknown", N_("This community has no grid with this code."))
    taken = await Grid.filter(division_id=division.code).values_list("code", flat=True)
    code = rules.next_code(data.parent_code or division.code, [str(one) for one in taken])
    if code is None:
        raise InvalidInput.at(
            "parent_code" if data.parent_code else "division_code", "full", N_("All numbers here are taken.")
        )
    row = await Grid.create(
        code=code,
        division_id=division.code,
        parent_id=data.parent_code or None,
        level=GridLevel.MICRO_GRID if data.parent_code else GridLevel.GRID,
        **_columns(data),
    )
    await audit(actor, row, changed({}, grid_values(row)))
    return row


async def _covered(actor: Actor, code: str, capability: str) -> Grid:
    row = await Grid.select_for_update().get_or_none(code=code)
    if row is None:
        raise NotFound
    if not actor.may(capability, row.division_id):  # type: ignore[attr-defined]
        raise Forbidden
    return row


@operation()
async def update_grid(actor: Actor, data: UpdateGrid) -> Grid:
    """Change a grid."""
    row = await _covered(actor, data.code, EDIT_GRIDS)
    before = grid_values(row)
    check_version(row, data.version, lambda: before)
    row.update_from_dict({**_columns(data), "version": row.version + 1})
    await row.save()
    await audit(actor, row, changed(before, grid_values(row)))
    return row


class AssignGridWorker(Input):
    """Who is in charge of a grid from today."""

    code: str = Field(title=N_("Code"), pattern=r"^\d{15}(\d\d)?$")
    person_id: int = Field(title=N_("Who"), ge=1, description=N_("Somebody who has a role over this place."))
    role: GridRole = Field(GridRole.LEAD, title=N_("As"))


@operation()
async def assign_grid_worker(actor: Actor, data: AssignGridWorker) -> GridAssignment:
    """Put somebody in charge of a grid; a new lead ends the earlier one's time."""
    row = await _covered(actor, data.code, ASSIGN_GRID_WORKERS)
    person = await Person.get_or_none(id=data.person_id, is_active=True)
    codes = await Grant.filter(person=person).values_list("division_id", flat=True) if person else []
    if person is None or not any(row.code.startswith(str(code)) for code in codes):
        raise InvalidInput.at(
            "person_id",
            "unknown",
            N_("This person does not work here. Give them a role over this place first."),
        )
    today = clock.today()
    lasting = await GridAssignment.filter(grid=row, to_on=None).select_related("person").order_by("id")
    if any(one.person == person and one.role is data.role for one in lasting):
        raise Unavailable(N_("%(name)s is in charge already."), name=person.name)
    # A new lead takes the place of the lead, and whoever changes between lead and deputy leaves the other role.
    leaving = [one for one in lasting if one.person == person or one.role is data.role is GridRole.LEAD]
    for one in leaving:
        one.to_on = max(one.from_on, today - timedelta(days=1))
        await one.save()
    assignment = await GridAssignment.create(grid=row, person=person, role=data.role, from_on=today)
    before = next((one.person.name for one in leaving if one.role is data.role), None)
    await audit(actor, row, {"person": [before, person.name], "role": [None, data.role]})
    return assignment


class AssignmentNumber(Input):
    """Which assignment."""

    id: int = Field(title=N_("Number"), ge=1)


@operation()
async def end_assignment(actor: Actor, data: AssignmentNumber) -> GridAssignment:
    """End somebody's time in charge, today."""
    found = await GridAssignment.get_or_none(id=data.id).select_related("person")
    if found is None:
        raise NotFound
    row = await _covered(actor, found.grid_id, ASSIGN_GRID_WORKERS)  # type: ignore[attr-defined]
    if found.to_on is not None:
        raise Unavailable(N_("This has ended already."))
    found.to_on = max(found.from_on, clock.today())
    await found.save()
    await audit(actor, row, {"person": [found.person.name, None], "role": [found.role, None]})
    return found
