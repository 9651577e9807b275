"""Writes of the divisions room: profiles of places, and compounds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError
from tortoise.expressions import Q

from civicgraph import calendars, clock
from civicgraph.divisions.models import Compound, Division, Management, OfficeHours
from civicgraph.divisions.rules import ancestors
from civicgraph.i18n import N_, listed
from civicgraph.operations import (
    MONEY,
    Forbidden,
    Input,
    InvalidInput,
    NotFound,
    audit,
    changed,
    check_version,
    operation,
)
from civicgraph.permissions import EDIT_DIVISIONS, SET_PROMISES, Actor
from civicgraph.text import search_terms

DivisionCode = Annotated[str, Field(title=N_("Community or division"), pattern=r"^\d{4,12}$")]

_UNKNOWN_NAME = N_("No place of yours is called %(name)s. Please write it as on its page, or give its code.")
_SEVERAL = N_("Several places of yours are called %(name)s (%(codes)s). Please give the code.")
_NO_HOURS: Any = N_("Please write the hours like this: 09:00-12:00 13:00-17:00.")
_NO_DAYS: Any = N_("Please write the dates like this: 2026-12-24 2026-12-25.")


async def place_of(code: str, field: str = "division_code") -> Division:
    """The division with this code. Raises `InvalidInput` at `field` when there is none."""
    found = await Division.get_or_none(code=code)
    if found is None:
        raise InvalidInput.at(
            field, "unknown_division", N_("There is no division with this code. Please choose one of the list.")
        )
    return found


async def code_called(name: str, prefixes: Sequence[str], field: str = "division_code") -> str:
    """The code of the place with this name among those under some codes. Raises `InvalidInput` at `field`."""
    found = await Division.filter(Q(name=name) | Q(short_name=name)).order_by("code").values_list("code", flat=True)
    codes = [str(one) for one in found if str(one).startswith(tuple(prefixes))]
    if len(codes) == 1:
        return codes[0]
    if not codes:
        raise InvalidInput.at(field, "unknown_division", _UNKNOWN_NAME, name=name)
    raise InvalidInput.at(field, "several", _SEVERAL, name=name, codes=listed(codes[:5]))


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
    name: str = Field(title=N_("What it is called"), min_length=1, max_length=80)
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
        json_schema_extra=MONEY,
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


# Office hours --------------------------------------------------------------------------------


def _hours(text: str) -> str:
    """Hours as they are kept: 09:00-12:00 13:00-17:00."""
    try:
        return " ".join(map(str, calendars.windows(text)))
    except ValueError:
        raise PydanticCustomError("civic_hours", _NO_HOURS) from None


def _days(text: str) -> str:
    """Dates as they are kept, each once and in order."""
    try:
        found = {date.fromisoformat(part) for part in re.split(r"[\s,;，；、]+", text) if part}
    except ValueError:
        raise PydanticCustomError("civic_days", _NO_DAYS) from None
    return " ".join(day.isoformat() for day in sorted(found))


class SetOfficeHours(Input):
    """When the offices of a division work."""

    division_code: DivisionCode
    hours: Annotated[str, AfterValidator(_hours)] = Field(
        title=N_("Hours of a working day"),
        max_length=80,
        description=N_("For instance 09:00-12:00 13:00-17:00. Weekends, holidays and make-up days are known."),
    )
    closed_days: Annotated[str, AfterValidator(_days)] = Field(
        "",
        title=N_("Closed on"),
        max_length=400,
        description=N_("Working days on which the office is closed nevertheless, for instance 2026-12-24."),
    )
    version: int = Field(0, title=N_("Version"), ge=0, description=N_("0 where nothing is set yet."))


class RemoveOfficeHours(Input):
    """Which division goes by the hours of the division above it again."""

    division_code: DivisionCode
    version: int = Field(title=N_("Version"), ge=1)


def office_values(row: OfficeHours | None) -> dict[str, Any]:
    """What is set of a division's office hours, by input field."""
    return {"hours": row.hours, "closed_days": " ".join(row.closed_days)} if row else {}


@operation()
async def set_office_hours(actor: Actor, data: SetOfficeHours) -> Division:
    """Set when the offices of a division and everything below it work. Promises already given keep their hours."""
    division, row = await _office(actor, data.division_code)
    before = office_values(row)
    row = row or OfficeHours(division_id=division.code, version=0)
    check_version(row, data.version, lambda: before)
    row.update_from_dict({"hours": data.hours, "closed_days": data.closed_days.split(), "version": row.version + 1})
    await row.save()
    await audit(actor, row, changed(before, office_values(row)))
    return division


@operation()
async def remove_office_hours(actor: Actor, data: RemoveOfficeHours) -> Division:
    """Let a division go by the office hours of the division above it again."""
    division, row = await _office(actor, data.division_code)
    if row is None:
        raise NotFound
    before = office_values(row)
    check_version(row, data.version, lambda: before)
    await audit(actor, row, changed(before, {"hours": "", "closed_days": ""}))
    await row.delete()
    return division


async def _office(actor: Actor, code: str) -> tuple[Division, OfficeHours | None]:
    division = await place_of(code)
    if not actor.may(SET_PROMISES, code):
        raise Forbidden
    return division, await OfficeHours.select_for_update().get_or_none(division_id=code)


async def office_hours_of(code: str, default: str) -> str:
    """The hours in force in a division, with the days closed that are still to come, as `calendars.parse` reads them."""
    rows = await OfficeHours.filter(division_id__in=[*ancestors(code), code])
    if not rows:
        return default
    nearest, today = max(rows, key=lambda row: len(row.division_id)), clock.today().isoformat()
    return " ".join([nearest.hours, *(day for day in nearest.closed_days if day >= today)])
