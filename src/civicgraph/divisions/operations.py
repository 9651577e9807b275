"""Writes of the divisions room: profiles of places, and compounds."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from civicgraph.divisions.models import Compound, Division, Management
from civicgraph.i18n import N_
from civicgraph.operations import Forbidden, Input, InvalidInput, NotFound, audit, changed, check_version, operation
from civicgraph.permissions import EDIT_DIVISIONS, Actor
from civicgraph.text import search_terms

DivisionCode = Annotated[str, Field(title=N_("Community or division"), pattern=r"^\d{4,12}$")]


async def place_of(code: str, field: str = "division_code") -> Division:
    """The division with this code. Raises `InvalidInput` at `field` when there is none."""
    found = await Division.get_or_none(code=code)
    if found is None:
        raise InvalidInput.at(
            field, "unknown_division", N_("There is no division with this code. Please choose one of the list.")
        )
    return found


class UpdateDivision(Input):
    """The profile of a division, as its office keeps it."""

    code: DivisionCode
    summary: str = Field("", title=N_("About the place"), max_length=2000)
    phone: str = Field("", title=N_("Telephone"), max_length=40, description=N_("The office's public number."))
    address: str = Field("", title=N_("Address"), max_length=160)
    founded_year: int | None = Field(None, title=N_("Founded in"), ge=1000, le=2100)
    version: int = Field(title=N_("Version"), ge=1)


def division_values(row: Division) -> dict[str, Any]:
    """The editable values of a division, by input field."""
    return {"summary": row.summary, "phone": row.phone, "address": row.address, "founded_year": row.founded_year}


@operation()
async def update_division(actor: Actor, data: UpdateDivision) -> Division:
    """Change the profile of a division."""
    row = await Division.select_for_update().get_or_none(code=data.code)
    if row is None:
        raise NotFound
    if not actor.may(EDIT_DIVISIONS, row.code):
        raise Forbidden
    before = division_values(row)
    check_version(row, data.version, lambda: before)
    after = data.model_dump(exclude={"code", "version"})
    row.update_from_dict({**after, "version": row.version + 1})
    await row.save()
    await audit(actor, row, changed(before, after), division_code=row.code)
    return row


class CompoundFields(Input):
    """What is known of a compound."""

    division_code: DivisionCode
    name: str = Field(title=N_("Name"), min_length=1, max_length=80)
    address: str = Field("", title=N_("Address"), max_length=160)
    households: int | None = Field(None, title=N_("Households"), ge=0, le=100_000)
    residents: int | None = Field(None, title=N_("Residents"), ge=0, le=500_000)
    management: Management = Field(Management.PROPERTY_COMPANY, title=N_("Run by"))
    manager_name: str = Field("", title=N_("Name of the company or committee"), max_length=80)
    fee_fen: int | None = Field(
        None,
        title=N_("Property fee"),
        ge=0,
        le=10_000_000,
        description=N_("Of a household a month, in yuan."),
        json_schema_extra={"widget": "money"},
    )
    summary: str = Field("", title=N_("About the compound"), max_length=2000)
    is_active: bool = Field(True, title=N_("Listed"))


class CreateCompound(CompoundFields):
    """A new compound."""


class UpdateCompound(CompoundFields):
    """A change of a compound."""

    id: int = Field(title=N_("Number"), ge=1)
    version: int = Field(title=N_("Version"), ge=1)


def compound_values(row: Compound) -> dict[str, Any]:
    """The editable values of a compound, by input field."""
    values = {name: getattr(row, name) for name in CompoundFields.model_fields if name != "division_code"}
    return {"division_code": row.division_id, **values}  # type: ignore[attr-defined]


def _columns(data: CompoundFields) -> dict[str, Any]:
    values = data.model_dump(include=set(CompoundFields.model_fields))
    return {**values, "division_id": values.pop("division_code"), "search_terms": search_terms(data.name, data.address)}


@operation()
async def create_compound(actor: Actor, data: CreateCompound) -> Compound:
    """List a compound."""
    await place_of(data.division_code)
    if not actor.may(EDIT_DIVISIONS, data.division_code):
        raise Forbidden
    row = await Compound.create(**_columns(data))
    await audit(actor, row, changed({}, compound_values(row)))
    return row


@operation()
async def update_compound(actor: Actor, data: UpdateCompound) -> Compound:
    """Change a compound. Moving it needs the grant over both places."""
    row = await Compound.select_for_update().get_or_none(id=data.id)
    if row is None:
        raise NotFound
    await place_of(data.division_code)
    if not actor.may(EDIT_DIVISIONS, row.division_id) or not actor.may(EDIT_DIVISIONS, data.division_code):  # type: ignore[attr-defined]
        raise Forbidden
    before = compound_values(row)
    check_version(row, data.version, lambda: before)
    row.update_from_dict({**_columns(data), "version": row.version + 1})
    await row.save()
    await audit(actor, row, changed(before, compound_values(row)))
    return row
