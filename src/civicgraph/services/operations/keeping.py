"""A service's row and its input, one from the other; entering services and changing them."""

from __future__ import annotations

from typing import Any

from civicgraph.divisions.models import Compound
from civicgraph.divisions.operations import place_of
from civicgraph.i18n import N_
from civicgraph.listings import review
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
from civicgraph.permissions import DRAFT_SERVICES, EDIT_SERVICES, Actor
from civicgraph.services import rules
from civicgraph.services.models import (
    Offer,
    OpeningHours,
    PriceRule,
    Service,
    ServiceStatus,
    SlotPlan,
    SpecialDay,
    Steward,
)
from civicgraph.services.operations.booked import check_booked
from civicgraph.services.operations.inputs import (
    CreateService,
    HoursFields,
    OfferFields,
    PriceRuleFields,
    ServiceFields,
    SlotPlanFields,
    SpecialDayFields,
    StewardFields,
    UpdateService,
)
from civicgraph.services.slots import lay_out
from civicgraph.uploads import operations as uploads

_ROWS: dict[str, tuple[type[Any], type[Input]]] = {
    "hours": (OpeningHours, HoursFields),
    "special_days": (SpecialDay, SpecialDayFields),
    "slot_plans": (SlotPlan, SlotPlanFields),
    "stewards": (Steward, StewardFields),
    "price_rules": (PriceRule, PriceRuleFields),
    "offers": (Offer, OfferFields),
}
_ORDER = {
    "hours": ("weekday", "opens_minute"),
    "special_days": ("first_day", "opens_minute"),
    "slot_plans": ("weekday", "opens_minute", "id"),
}
"""Rows that stand by themselves, where others stand as they were entered."""
_OWN = [name for name in ServiceFields.model_fields if name not in (*_ROWS, "division_code", "compound_number")]


async def service_values(row: Service) -> dict[str, Any]:
    """The editable values of a service, by input field."""
    values: dict[str, Any] = {name: getattr(row, name) for name in _OWN}
    for name, (model, fields) in _ROWS.items():
        order = _ORDER.get(name, ("position",))
        found = await model.filter(service_id=row.id).order_by(*order)
        values[name] = [{key: getattr(one, key) for key in fields.model_fields} for one in found]
    return {**values, "division_code": row.division_id, "compound_number": row.compound_id}  # type: ignore[attr-defined]


async def _columns(data: ServiceFields) -> dict[str, Any]:
    await place_of(data.division_code)
    if data.compound_number is not None:
        compound = await Compound.get_or_none(id=data.compound_number)
        if compound is None or not str(compound.division_id).startswith(data.division_code):  # type: ignore[attr-defined]
            raise InvalidInput.at("compound_number", "elsewhere", N_("This compound does not lie in the chosen place."))
    told = (offer.name for offer in data.offers), (plan.title for plan in data.slot_plans)
    words = rules.words_of(data.name, data.summary, *told)
    places = {"division_id": data.division_code, "compound_id": data.compound_number}
    return {**{name: getattr(data, name) for name in _OWN}, **places, "search_terms": words}


async def _replace_rows(row: Service, data: ServiceFields) -> None:
    for name, (model, _) in _ROWS.items():
        await model.filter(service_id=row.id).delete()
        for position, one in enumerate(getattr(data, name), 1):
            extra = {} if name in _ORDER else {"position": position}
            await model.create(service_id=row.id, **extra, **one.model_dump())


async def enter(actor: Actor, data: ServiceFields) -> Service:
    """A new draft."""
    columns = await _columns(data)
    if not actor.may(DRAFT_SERVICES, data.division_code):
        raise Forbidden
    row = await Service.create(slug=rules.new_slug(), **columns)
    await _replace_rows(row, data)
    await audit(actor, row, changed({}, await service_values(row)))
    return row


@operation()
async def create_service(actor: Actor, data: CreateService) -> Service:
    """List a service as a draft."""
    return await enter(actor, data)


async def editable(actor: Actor, slug: str) -> Service:
    """The service, locked, for somebody who may change what the public sees."""
    row = await Service.select_for_update().get_or_none(slug=slug)
    if row is None:
        raise NotFound
    place = row.division_id  # type: ignore[attr-defined]
    if not actor.may(EDIT_SERVICES, place):
        is_seen = row.status is not ServiceStatus.DRAFT or actor.may(DRAFT_SERVICES, place)
        raise Forbidden if is_seen else NotFound
    return row


async def writable(actor: Actor, slug: str) -> Service:
    """The service, locked, for somebody who may write it: a draft also for those who may not publish it."""
    row = await Service.select_for_update().get_or_none(slug=slug)
    is_draft = row is not None and row.status is ServiceStatus.DRAFT
    if row and is_draft and actor.may(DRAFT_SERVICES, row.division_id):  # type: ignore[attr-defined]
        return row
    return await editable(actor, slug)


async def changing(actor: Actor, slug: str) -> Service:
    """The service, locked, for somebody who is about to change something that belongs to it."""
    row = await writable(actor, slug)
    await review.look_over_again(actor, row, [], EDIT_SERVICES)
    return row


@operation()
async def update_service(actor: Actor, data: UpdateService) -> Service:
    """Change a service, its hours, prices and offers. Moving it needs the grant over both places.

    Times that can be booked keep the places that are taken: less is refused, with how many and when.
    """
    row = await writable(actor, data.slug)
    columns = await _columns(data)
    if not actor.may(DRAFT_SERVICES if row.status is ServiceStatus.DRAFT else EDIT_SERVICES, data.division_code):
        raise Forbidden
    before = await service_values(row)
    check_version(row, data.version, lambda: before)
    await check_booked(row, before, data)
    row.update_from_dict({**columns, "version": row.version + 1})
    await row.save()
    await review.look_over_again(actor, row, [], EDIT_SERVICES)
    await _replace_rows(row, data)
    laid = await lay_out(row)
    row.called_off, row.brought_back = laid.called_off, laid.brought_back
    await uploads.move(Service, [row.id], data.division_code)
    await audit(actor, row, changed(before, await service_values(row)))
    return row
