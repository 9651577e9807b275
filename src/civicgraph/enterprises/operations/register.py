"""Keeping the register by hand: entries, their lists, their status, their contacts."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from civicgraph import clock, crypto
from civicgraph.divisions.operations import place_of
from civicgraph.enterprises import rules
from civicgraph.enterprises.claims.acting import reads_for
from civicgraph.enterprises.figures import closing, keeping
from civicgraph.enterprises.figures.counting import Listed
from civicgraph.enterprises.inputs import (
    NOT_YET,
    CreateEnterprise,
    EnterpriseFields,
    EnterpriseListingFields,
    UpdateEnterprise,
)
from civicgraph.enterprises.models import (
    ChangedFact,
    Enterprise,
    EnterpriseChange,
    EnterpriseListing,
    EnterpriseScale,
    EnterpriseStatus,
    Industry,
)
from civicgraph.enterprises.rules import search_terms_of
from civicgraph.enterprises.scale import FIGURES, Figures, agreed, scale_of, year_errors
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
from civicgraph.permissions import EDIT_ENTERPRISES, READ_ENTERPRISE_CONTACTS, Actor
from civicgraph.text import mask_email, mask_phone

_ROWS: dict[str, tuple[type[Any], type[Input]]] = {
    "listings": (EnterpriseListing, EnterpriseListingFields),
}
_KEPT = ("contact_name", "contact_phone", "contact_email", *FIGURES)
"""What an editor need not be able to read: left empty, it stays."""
_APART = (*_ROWS, *_KEPT, "division_code", "industry_code")
_FACTS = {"division_id": ChangedFact.DIVISION, "industry_id": ChangedFact.INDUSTRY, "status": ChangedFact.STATUS}
_OWN = [name for name in EnterpriseFields.model_fields if name not in _APART]


async def enterprise_values(row: Enterprise) -> dict[str, Any]:
    """The editable values of an enterprise, by input field; the contact, which not every editor may read, is not
    among them."""
    values: dict[str, Any] = {name: getattr(row, name) for name in _OWN}
    for name, (model, fields) in _ROWS.items():
        found = await model.filter(enterprise_id=row.id).order_by("listed_on", "id")
        values[name] = [{key: getattr(one, key) for key in fields.model_fields} for one in found]
    return {**values, "division_code": row.division_id, "industry_code": row.industry_id}  # type: ignore[attr-defined]


def _trace(before: dict[str, Any], after: dict[str, Any], contact: dict[str, Any]) -> dict[str, Any]:
    """What the audit trail keeps of a change: a line for each list; of the contact only that it changed."""
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
    words = search_terms_of(data.name, data.brand)
    return {**columns, "division_id": data.division_code, "industry_id": data.industry_code, "search_terms": words}


def _kept(data: EnterpriseFields, row: Enterprise | None = None) -> dict[str, Any]:
    """The columns that change among those that stay when they are left empty."""
    columns: dict[str, Any] = {"contact_name": data.contact_name} if data.contact_name else {}
    if data.contact_phone:
        columns["contact_phone"] = crypto.encrypt(data.contact_phone)
        columns["contact_phone_masked"] = mask_phone(data.contact_phone)
    if data.contact_email:
        columns["contact_email"] = crypto.encrypt(data.contact_email)
        columns["contact_email_masked"] = mask_email(data.contact_email)
    return {
        **columns,
        **{key: getattr(data, key) for key in FIGURES if getattr(data, key) not in (None, getattr(row, key, None))},
    }


def _scale(data: EnterpriseFields, row: Enterprise | None = None) -> EnterpriseScale | None:
    """The scale that is kept with what is given, beside what stays."""
    known = {name: getattr(row, name, None) for name in FIGURES}
    if errors := year_errors(data.figures_year, known["figures_year"]):
        raise InvalidInput(errors)
    given = [getattr(data, name) for name in Figures._fields]
    figures = Figures(*(known[name] if one is None else one for name, one in zip(Figures._fields, given, strict=True)))
    return agreed(data.scale, row.scale if row else None, scale_of(data.industry_code, figures))


async def _check_code(code: str, but: int = 0) -> None:
    if await Enterprise.filter(credit_code=code).exclude(id=but).exists():
        raise InvalidInput.at("credit_code", "taken", N_("An enterprise with this code is in the register already."))


async def _replace_rows(row: Enterprise, data: EnterpriseFields) -> None:
    for name, (model, _) in _ROWS.items():
        await model.filter(enterprise_id=row.id).delete()
        for one in getattr(data, name):
            await model.create(enterprise_id=row.id, **one.model_dump())


async def _check_listings(row: Enterprise | None, data: EnterpriseFields, quarter: str) -> None:
    found = await EnterpriseListing.filter(enterprise_id=row.id) if row else []
    before = [Listed(str(one.list), one.listed_on, one.delisted_on) for one in found]
    after = [Listed(str(one.list), one.listed_on, one.delisted_on) for one in data.listings]
    if errors := closing.listing_errors("listings", before, after, quarter):
        raise InvalidInput(errors)


async def _record_changes(row: Enterprise, columns: dict[str, Any], on: date | None, quarter: str, path: str) -> None:
    """Keep which facts that figures follow become others, and since when."""
    if errors := closing.day_error(path, on, quarter):
        raise InvalidInput(errors)
    day = max(on or clock.today(), row.counted_from or date.min)
    for name, fact in _FACTS.items():
        before, after = str(getattr(row, name)), str(columns.get(name, getattr(row, name)))
        if before != after:
            await EnterpriseChange.create(enterprise_id=row.id, on=day, fact=fact, before=before, after=after)


@operation()
async def create_enterprise(actor: Actor, data: CreateEnterprise) -> Enterprise:
    """Enter an enterprise into the register."""
    columns = await _columns(actor, data)
    await _check_code(data.credit_code)
    quarter = await closing.closed_quarter()
    await _check_listings(None, data, quarter)
    row = await Enterprise.create(
        **{**columns, "scale": _scale(data)},
        **_kept(data),
        is_published=data.is_published,
        counted_from=closing.counted_from(data.established_on, quarter),
    )
    await _replace_rows(row, data)
    await keeping.moved({}, [row.id])
    after = {**await enterprise_values(row), "is_published": row.is_published}
    await audit(actor, row, _trace({}, after, _kept(data)))
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
    """Change an entry of the register and its lists. Moving it needs the grant over both places."""
    row = await _editable(actor, data.id)
    columns = await _columns(actor, data)
    before = await enterprise_values(row)
    check_version(row, data.version, lambda: before)
    await _check_code(data.credit_code, but=row.id)
    quarter = await closing.closed_quarter()
    await _check_listings(row, data, quarter)
    counted = await keeping.histories([row.id])
    await _record_changes(row, columns, data.changed_on, quarter, "changed_on")
    kept = _kept(data, row)
    row.update_from_dict({**columns, **kept, "scale": _scale(data, row), "version": row.version + 1})
    await row.save()
    await _replace_rows(row, data)
    await keeping.moved(counted, [row.id])
    await audit(actor, row, _trace(before, await enterprise_values(row), kept))
    return row


class EnterpriseVersion(Input):
    """Which enterprise, as the editor saw it."""

    id: int = Field(title=N_("Number"), ge=1)
    version: int = Field(title=N_("Version"), ge=1)


class SetEnterpriseStatus(EnterpriseVersion):
    """Whether an enterprise does business."""

    status: EnterpriseStatus = Field(title=N_("Status"))
    since_on: date | None = Field(None, title=N_("Since"), description=N_("Empty: since today."))

    @field_validator("since_on")
    @classmethod
    def _has_come(cls, day: date | None) -> date | None:
        if day and day > clock.today():
            raise PydanticCustomError("civic_future", NOT_YET)
        return day


async def _set(
    actor: Actor, data: EnterpriseVersion, name: str, value: Any, refusal: str, on: date | None = None
) -> Enterprise:
    row = await _editable(actor, data.id)
    before = getattr(row, name)
    if before == value:
        raise Unavailable(refusal)
    check_version(row, data.version, dict)
    counted = await keeping.histories([row.id])
    await _record_changes(row, {name: value}, on, await closing.closed_quarter(), "since_on")
    row.update_from_dict({name: value, "version": row.version + 1})
    await row.save()
    await keeping.moved(counted, [row.id])
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
    refusal = N_("It has this status already.")
    return await _set(actor, data, "status", data.status, refusal, data.since_on)


@operation()
async def forget_enterprise_contact(actor: Actor, data: EnterpriseVersion) -> Enterprise:
    """Delete the contact's name and telephone, for instance when the person has left."""
    row = await _editable(actor, data.id)
    if not (row.contact_name or row.contact_phone or row.contact_email):
        raise Unavailable(N_("There is no contact."))
    check_version(row, data.version, dict)
    names = ("contact_name", "contact_phone", "contact_phone_masked", "contact_email", "contact_email_masked")
    row.update_from_dict({**dict.fromkeys(names, ""), "version": row.version + 1})
    await row.save()
    await audit(actor, row, {name: [None, None] for name in ("contact_name", "contact_phone", "contact_email")})
    return row


@operation()
async def forget_enterprise_figures(actor: Actor, data: EnterpriseVersion) -> Enterprise:
    """Delete the business figures, for instance those of another enterprise, and the scale that follows from them."""
    row = await _editable(actor, data.id)
    figures = Figures(*(getattr(row, name) for name in Figures._fields))
    if all(getattr(row, name) is None for name in FIGURES):
        raise Unavailable(N_("There are no figures."))
    check_version(row, data.version, dict)
    before = row.scale
    follows = before is not None and before is scale_of(str(row.industry_id), figures)  # type: ignore[attr-defined]
    row.update_from_dict({**dict.fromkeys(FIGURES), "scale": None if follows else before, "version": row.version + 1})
    await row.save()
    await audit(
        actor, row, {**changed({"scale": before}, {"scale": row.scale}), **{name: [None, None] for name in FIGURES}}
    )
    return row


class EnterpriseNumber(Input):
    """Which enterprise."""

    id: int = Field(title=N_("Number"), ge=1)


@operation()
async def reveal_enterprise_contact(actor: Actor, data: EnterpriseNumber) -> dict[str, Any]:
    """Telephone and e-mail of an enterprise's contact, for staff and for who acts for it; each look is in the audit trail."""
    if await reads_for(actor, data.id):
        row = await Enterprise.get(id=data.id)
    else:
        row = await _editable(actor, data.id, READ_ENTERPRISE_CONTACTS)
    await audit(actor, row, {})
    return {"phone": crypto.decrypt(row.contact_phone), "email": crypto.decrypt(row.contact_email)}
