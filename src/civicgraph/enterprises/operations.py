"""Writes of the enterprises room."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from civicgraph import clock, crypto
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
    FieldError,
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
from civicgraph.permissions import EDIT_ENTERPRISES, READ_ENTERPRISE_CONTACTS, Actor
from civicgraph.text import mask_phone, search_terms


class EnterpriseListingFields(Input):
    """A place on a list."""

    list: EnterpriseList = Field(title=N_("List of offices"))
    listed_on: date = Field(title=N_("On the list since"))
    delisted_on: date | None = Field(None, title=N_("Taken off on"))

    def overlaps(self, other: EnterpriseListingFields) -> bool:
        """Whether both say that it is on the same list on the same day; the day it is taken off is its last."""
        ends, other_ends = self.delisted_on or date.max, other.delisted_on or date.max
        return self.list is other.list and self.listed_on <= other_ends and other.listed_on <= ends


class ProductFields(Input):
    """A product."""

    name: str = Field(title=N_("Product"), min_length=1, max_length=80)
    annual_output: int | None = Field(None, title=N_("Output of a year"), ge=0, le=2**53)
    unit: str = Field("", title=N_("Unit"), max_length=20)
    note: str = Field("", title=N_("Note"), max_length=300)


class EnterpriseFields(Input):
    """What the register holds of an enterprise."""

    credit_code: str = Field(
        title=N_("Unified social credit code"),
        min_length=18,
        max_length=18,
        description=N_("18 characters, as on the licence."),
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
    contact_name: str = Field(
        "",
        title=N_("Whom to ask for"),
        max_length=60,
        description=N_("Never public. Leave it empty to keep the name that is there."),
        json_schema_extra={"autocomplete": "off"},
    )
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
            raise PydanticCustomError(
                "civic_credit_code",
                N_("This is not a credit code: a character is mistyped. Please compare it with the licence."),
            )
        return code

    @field_validator("established_on")
    @classmethod
    def _has_begun(cls, day: date | None) -> date | None:
        if day and day > clock.today():
            raise PydanticCustomError("civic_future", N_("This day has not come yet."))
        return day

    @model_validator(mode="after")
    def _lists_fit(self) -> Self:
        errors: list[FieldError] = []
        for index, one in enumerate(self.listings):
            if one.delisted_on and one.delisted_on < one.listed_on:
                path = f"listings.{index}.delisted_on"
                errors += InvalidInput.at(path, "end_before_start", N_("This is before it came on the list.")).errors
            if any(one.overlaps(earlier) for earlier in self.listings[:index]):
                path = f"listings.{index}.list"
                errors += InvalidInput.at(path, "twice", N_("It is on this list already at that time.")).errors
        if errors:
            raise InvalidInput(errors)
        return self


class CreateEnterprise(EnterpriseFields):
    """A new entry of the register."""

    is_published: bool = Field(True, title=N_("Shown to the public"))


class UpdateEnterprise(EnterpriseFields):
    """A change of an entry of the register."""

    id: int = Field(title=N_("Number"), ge=1)
    version: int = Field(title=N_("Version"), ge=1)


_ROWS: dict[str, tuple[type[Any], type[Input]]] = {
    "listings": (EnterpriseListing, EnterpriseListingFields),
    "products": (Product, ProductFields),
}
_APART = (*_ROWS, "contact_name", "contact_phone", "division_code", "industry_code")
_OWN = [name for name in EnterpriseFields.model_fields if name not in _APART]


async def enterprise_values(row: Enterprise) -> dict[str, Any]:
    """The editable values of an enterprise, by input field; the contact, which not every editor may read, is not
    among them."""
    values: dict[str, Any] = {name: getattr(row, name) for name in _OWN}
    for name, (model, fields) in _ROWS.items():
        found = await model.filter(enterprise_id=row.id).order_by(
            "position" if name == "products" else "listed_on", "id"
        )
        values[name] = [{key: getattr(one, key) for key in fields.model_fields} for one in found]
    return {**values, "division_code": row.division_id, "industry_code": row.industry_id}  # type: ignore[attr-defined]


def _trace(before: dict[str, Any], after: dict[str, Any], contact: dict[str, Any]) -> dict[str, Any]:
    """What the audit trail keeps of a change: a line for each list and product; of the contact only that it changed."""
    trace = changed(before, after)
    for name in _ROWS.keys() & trace.keys():
        trace[name] = [[_line(row) for row in rows or []] for rows in trace[name]]
    return {**trace, **{name: [None, None] for name in contact}}


def _line(row: dict[str, Any]) -> str:
    return " ".join(str(getattr(value, "value", value)) for value in row.values() if value)


async def _columns(actor: Actor, data: EnterpriseFields) -> dict[str, Any]:
    await place_of(data.division_code)
    if not actor.may(EDIT_ENTERPRISES, data.division_code):
        raise Forbidden
    if not await Industry.filter(code=data.industry_code).exists():
        raise InvalidInput.at(
            "industry_code", "unknown", N_("There is no industry with this code. Please choose one of the list.")
        )
    columns: dict[str, Any] = {name: getattr(data, name) for name in _OWN}
    words = search_terms(data.name, data.brand)
    return {**columns, "division_id": data.division_code, "industry_id": data.industry_code, "search_terms": words}


def _contact(data: EnterpriseFields) -> dict[str, Any]:
    """The columns of the contact that change: what is left empty stays."""
    columns: dict[str, Any] = {"contact_name": data.contact_name} if data.contact_name else {}
    if data.contact_phone:
        columns["contact_phone"] = crypto.encrypt(data.contact_phone)
        columns["contact_phone_masked"] = mask_phone(data.contact_phone)
    return columns


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
    row = await Enterprise.create(**columns, **_contact(data), is_published=data.is_published)
    await _replace_rows(row, data)
    after = {**await enterprise_values(row), "is_published": row.is_published}
    await audit(actor, row, _trace({}, after, _contact(data)))
    return row


async def _editable(actor: Actor, number: int, capability: str = EDIT_ENTERPRISES) -> Enterprise:
    row = await Enterprise.select_for_update().get_or_none(id=number)
    if row is None:
        raise NotFound
    if not actor.may(capability, row.division_id):  # type: ignore[attr-defined]
        raise Forbidden if rules.may_see(actor, row) else NotFound
    return row


@operation()
async def update_enterprise(actor: Actor, data: UpdateEnterprise) -> Enterprise:
    """Change an entry of the register, its lists and products. Moving it needs the grant over both places."""
    row = await _editable(actor, data.id)
    columns = await _columns(actor, data)
    before = await enterprise_values(row)
    check_version(row, data.version, lambda: before)
    await _check_code(data.credit_code, but=row.id)
    contact = _contact(data)
    row.update_from_dict({**columns, **contact, "version": row.version + 1})
    await row.save()
    await _replace_rows(row, data)
    await audit(actor, row, _trace(before, await enterprise_values(row), contact))
    return row


class EnterpriseVersion(Input):
    """Which enterprise, as the editor saw it."""

    id: int = Field(title=N_("Number"), ge=1)
    version: int = Field(title=N_("Version"), ge=1)


class SetEnterpriseStatus(EnterpriseVersion):
    """Whether an enterprise does business."""

    status: EnterpriseStatus = Field(title=N_("Status"))


async def _set(actor: Actor, data: EnterpriseVersion, name: str, value: Any, refusal: str) -> Enterprise:
    row = await _editable(actor, data.id)
    before = getattr(row, name)
    if before == value:
        raise Unavailable(refusal)
    check_version(row, data.version, dict)
    row.update_from_dict({name: value, "version": row.version + 1})
    await row.save()
    await audit(actor, row, {name: [before, value]})
    return row


@operation()
async def publish_enterprise(actor: Actor, data: EnterpriseVersion) -> Enterprise:
    """Show an entry to everyone."""
    return await _set(actor, data, "is_published", True, N_("Everyone can see it already."))


@operation()
async def withdraw_enterprise(actor: Actor, data: EnterpriseVersion) -> Enterprise:
    """Take an entry off the public register; it stays for the staff."""
    return await _set(actor, data, "is_published", False, N_("It is not public as it is."))


@operation()
async def set_enterprise_status(actor: Actor, data: SetEnterpriseStatus) -> Enterprise:
    """Say whether an enterprise is in business, dormant or deregistered, without sending its whole entry."""
    return await _set(actor, data, "status", data.status, N_("It has this status already."))


@operation()
async def forget_enterprise_contact(actor: Actor, data: EnterpriseVersion) -> Enterprise:
    """Delete the contact's name and telephone, for instance when the person has left."""
    row = await _editable(actor, data.id)
    if not (row.contact_name or row.contact_phone):
        raise Unavailable(N_("There is no contact."))
    check_version(row, data.version, dict)
    gone = {"contact_name": "", "contact_phone": "", "contact_phone_masked": ""}
    row.update_from_dict({**gone, "version": row.version + 1})
    await row.save()
    await audit(actor, row, {"contact_name": [None, None], "contact_phone": [None, None]})
    return row


class EnterpriseNumber(Input):
    """Which enterprise."""

    id: int = Field(title=N_("Number"), ge=1)


@operation()
async def reveal_enterprise_contact(actor: Actor, data: EnterpriseNumber) -> dict[str, Any]:
    """The telephone of an enterprise's contact; each look is in the audit trail."""
    row = await _editable(actor, data.id, READ_ENTERPRISE_CONTACTS)
    await audit(actor, row, {})
    return {"phone": crypto.decrypt(row.contact_phone)}
