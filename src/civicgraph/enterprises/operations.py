"""Writes of the enterprises room."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from civicgraph import crypto
from civicgraph.divisions.operations import DivisionCode, place_of
from civicgraph.enterprises import rules
from civicgraph.enterprises.models import (
    Enterprise,
    EnterpriseKind,
    EnterpriseList,
    EnterpriseListing,
    EnterpriseStatus,
    Industry,
    Product,
)
from civicgraph.i18n import N_
from civicgraph.operations import (
    Forbidden,
    Input,
    InvalidInput,
    NotFound,
    audit,
    changed,
    check_version,
    operation,
)
from civicgraph.permissions import EDIT_ENTERPRISES, READ_ENTERPRISE_CONTACTS, Actor
from civicgraph.text import mask_phone, search_terms


class EnterpriseListingFields(Input):
    """A place on a list."""

    list: EnterpriseList = Field(title=N_("List"))
    listed_on: date = Field(title=N_("From"))
    delisted_on: date | None = Field(None, title=N_("Until"))


class ProductFields(Input):
    """A product."""

    name: str = Field(title=N_("Name"), min_length=1, max_length=80)
    annual_output: int | None = Field(None, title=N_("Output of a year"), ge=0, le=2**53)
    unit: str = Field("", title=N_("Unit"), max_length=20)
    note: str = Field("", title=N_("Note"), max_length=300)


class EnterpriseFields(Input):
    """What the register holds of an enterprise."""

    credit_code: str = Field(
        title=N_("Unified social credit code"), min_length=18, max_length=18, description=N_("18 characters, as on the licence.")
    )
    name: str = Field(title=N_("Registered name"), min_length=2, max_length=120)
    brand: str = Field("", title=N_("Brand"), max_length=60)
    kind: EnterpriseKind = Field(title=N_("Legal kind"))
    status: EnterpriseStatus = Field(EnterpriseStatus.ACTIVE, title=N_("Status"))
    industry_code: str = Field(title=N_("Industry"), min_length=1, max_length=4)
    division_code: DivisionCode
    address: str = Field("", title=N_("Registered address"), max_length=200)
    established_on: date | None = Field(None, title=N_("Founded on"))
    summary: str = Field("", title=N_("About the enterprise"), max_length=2000)
    is_published: bool = Field(True, title=N_("Shown to the public"))
    contact_name: str = Field("", title=N_("Whom to ask for"), max_length=60, description=N_("Never public."))
    contact_phone: str = Field(
        "",
        title=N_("Telephone of the contact"),
        max_length=40,
        description=N_("Never public. Leave it empty to keep the number that is there."),
        json_schema_extra={"widget": "tel", "autocomplete": "off"},
    )
    listings: list[EnterpriseListingFields] = Field(default_factory=list, title=N_("Lists"), max_length=50)
    products: list[ProductFields] = Field(default_factory=list, title=N_("Products"), max_length=100)

    @field_validator("credit_code")
    @classmethod
    def _is_credit_code(cls, code: str) -> str:
        code = code.upper()
        if not rules.is_credit_code(code):
            raise PydanticCustomError("civic_credit_code", N_("This is not a credit code: a character is mistyped. Please compare it with the licence."))
        return code


class CreateEnterprise(EnterpriseFields):
    """A new entry of the register."""


class UpdateEnterprise(EnterpriseFields):
    """A change of an entry of the register."""

    id: int = Field(title=N_("Number"), ge=1)
    version: int = Field(title=N_("Version"), ge=1)


_ROWS: dict[str, tuple[type[Any], type[Input]]] = {
    "listings": (EnterpriseListing, EnterpriseListingFields),
    "products": (Product, ProductFields),
}
_APART = (*_ROWS, "division_code", "industry_code", "contact_phone")
_OWN = [name for name in EnterpriseFields.model_fields if name not in _APART]


async def enterprise_values(row: Enterprise) -> dict[str, Any]:
    """The editable values of an enterprise, by input field; the telephone is never among them."""
    values: dict[str, Any] = {name: getattr(row, name) for name in _OWN}
    for name, (model, fields) in _ROWS.items():
        found = await model.filter(enterprise_id=row.id).order_by("position" if name == "products" else "listed_on", "id")
        values[name] = [{key: getattr(one, key) for key in fields.model_fields} for one in found]
    return {**values, "division_code": row.division_id, "industry_code": row.industry_id}  # type: ignore[attr-defined]


async def _columns(actor: Actor, data: EnterpriseFields) -> dict[str, Any]:
    await place_of(data.division_code)
    if not actor.may(EDIT_ENTERPRISES, data.division_code):
        raise Forbidden
    if not await Industry.filter(code=data.industry_code).exists():
        raise InvalidInput.at("industry_code", "unknown", N_("There is no industry with this code. Please choose one of the list."))
    columns: dict[str, Any] = {name: getattr(data, name) for name in _OWN}
    if data.contact_phone:
        columns["contact_phone"] = crypto.encrypt(data.contact_phone)
        columns["contact_phone_masked"] = mask_phone(data.contact_phone)
    words = search_terms(data.name, data.brand)
    return {**columns, "division_id": data.division_code, "industry_id": data.industry_code, "search_terms": words}


async def _check_code(code: str, but: int = 0) -> None:
    if await Enterprise.filter(credit_code=code).exclude(id=but).exists():
        raise InvalidInput.at("credit_code", "taken", N_("An enterprise with this code is in the register already."))


async def _replace_rows(row: Enterprise, data: EnterpriseFields) -> None:
    for name, (model, _) in _ROWS.items():
        await model.filter(enterprise_id=row.id).delete()
        for position, one in enumerate(getattr(data, name), 1):
            extra = {"position": position} if name == "products" else {}
            await model.create(enterprise_id=row.id, **extra, **one.model_dump())


@operation()
async def create_enterprise(actor: Actor, data: CreateEnterprise) -> Enterprise:
    """Enter an enterprise into the register."""
    columns = await _columns(actor, data)
    await _check_code(data.credit_code)
    row = await Enterprise.create(**columns)
    await _replace_rows(row, data)
    await audit(actor, row, changed({}, await enterprise_values(row)))
    return row


@operation()
async def update_enterprise(actor: Actor, data: UpdateEnterprise) -> Enterprise:
    """Change an entry of the register, its lists and products. Moving it needs the grant over both places."""
    row = await Enterprise.get_or_none(id=data.id)
    if row is None:
        raise NotFound
    if not actor.may(EDIT_ENTERPRISES, row.division_id):  # type: ignore[attr-defined]
        raise Forbidden
    columns = await _columns(actor, data)
    before = await enterprise_values(row)
    check_version(row, data.version, lambda: before)
    await _check_code(data.credit_code, but=row.id)
    row.update_from_dict({**columns, "version": row.version + 1})
    await row.save()
    await _replace_rows(row, data)
    trace = changed(before, await enterprise_values(row))
    await audit(actor, row, {**trace, **({"contact_phone": [None, None]} if data.contact_phone else {})})
    return row


class EnterpriseNumber(Input):
    """Which enterprise."""

    id: int = Field(title=N_("Number"), ge=1)


@operation()
async def reveal_enterprise_contact(actor: Actor, data: EnterpriseNumber) -> dict[str, Any]:
    """The telephone of an enterprise's contact; each look is in the audit trail."""
    row = await Enterprise.get_or_none(id=data.id)
    if row is None:
        raise NotFound
    if not actor.may(READ_ENTERPRISE_CONTACTS, row.division_id):  # type: ignore[attr-defined]
        raise Forbidden
    await audit(actor, row, {})
    return {"phone": crypto.decrypt(row.contact_phone)}
