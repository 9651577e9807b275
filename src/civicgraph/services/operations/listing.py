"""A service as its editors keep it: hours, prices, what it offers, and where it stands."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from pydantic import Field, field_validator, model_validator

from civicgraph.divisions.models import Compound
from civicgraph.divisions.operations import DivisionCode, place_of
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
from civicgraph.permissions import EDIT_SERVICES, Actor
from civicgraph.services import rules
from civicgraph.services.models import (
    HolidayHours,
    Household,
    Offer,
    OfferKind,
    OpeningHours,
    PriceRule,
    Service,
    ServiceKind,
    ServiceStatus,
    SpecialDay,
)
from civicgraph.text import search_terms

_CLOCK: dict[str, Any] = {"widget": "clock"}


class HoursFields(Input):
    """A stretch of a weekday on which it is open."""

    weekday: int = Field(title=N_("Weekday"), ge=1, le=7)
    opens_minute: int = Field(title=N_("Opens"), ge=0, le=1439, json_schema_extra=_CLOCK)
    closes_minute: int = Field(
        title=N_("Closes"), ge=0, le=1440, description=N_("00:00 is the end of that day."), json_schema_extra=_CLOCK
    )

    @field_validator("closes_minute")
    @classmethod
    def _midnight(cls, minute: int) -> int:
        return minute or 1440


class SpecialDayFields(Input):
    """Days with other hours than usual, or none."""

    first_day: date = Field(title=N_("First day"))
    last_day: date | None = Field(None, title=N_("Last day"), description=N_("Empty: that day alone."))
    opens_minute: int | None = Field(
        None, title=N_("Opens"), ge=0, le=1439, description=N_("Empty: closed."), json_schema_extra=_CLOCK
    )
    closes_minute: int | None = Field(
        None,
        title=N_("Closes"),
        ge=0,
        le=1440,
        description=N_("00:00 is the end of that day."),
        json_schema_extra=_CLOCK,
    )
    note: str = Field("", title=N_("Why, for everyone"), max_length=80)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        self.last_day = self.last_day or self.first_day
        if self.closes_minute == 0:
            self.closes_minute = 1440
        return self

    def trouble(self) -> tuple[str, str, str]:
        """The field, code and words of what is wrong; empty when nothing is."""
        if self.last_day is not None and self.last_day < self.first_day:
            return "last_day", "end_before_start", N_("The last day must not come before the first.")
        if (self.opens_minute is None) != (self.closes_minute is None):
            missing = "opens_minute" if self.opens_minute is None else "closes_minute"
            return missing, "missing", N_("Give both times, or neither when it is closed.")
        if self.opens_minute is not None and self.closes_minute is not None and self.closes_minute <= self.opens_minute:
            return "closes_minute", "end_before_start", N_("It must close after it opens.")
        return "", "", ""


class PriceRuleFields(Input):
    """Who pays what; the first rule that fits gives the price."""

    label: str = Field(title=N_("The rule in words"), min_length=1, max_length=80)
    min_age: int | None = Field(None, title=N_("From age"), ge=0, le=150)
    max_age: int | None = Field(None, title=N_("To age"), ge=0, le=150)
    is_residents_only: bool = Field(False, title=N_("Residents of the community only"))
    household: Household | None = Field(None, title=N_("Household"), description=N_("Empty: every household."))
    min_floor: int | None = Field(None, title=N_("From floor"), ge=-10, le=200)
    max_floor: int | None = Field(None, title=N_("To floor"), ge=-10, le=200)
    amount_fen: int = Field(title=N_("Price in yuan"), ge=0, le=100_000_000, json_schema_extra={"widget": "money"})
    unit: str = Field("", title=N_("For each"), max_length=20)


class OfferFields(Input):
    """An item of what it offers."""

    kind: OfferKind = Field(title=N_("Kind"))
    name: str = Field(title=N_("What it is called"), min_length=1, max_length=80)
    note: str = Field("", title=N_("Note"), max_length=200)
    amount_fen: int | None = Field(
        None,
        title=N_("Price in yuan"),
        ge=0,
        le=100_000_000,
        description=N_("Of goods; empty where it has none of its own."),
        json_schema_extra={"widget": "money"},
    )
    unit: str = Field("", title=N_("For each"), max_length=20)


class ServiceFields(Input):
    """What is known of a service."""

    kind: ServiceKind = Field(title=N_("Kind"))
    name: str = Field(title=N_("What it is called"), min_length=2, max_length=80)
    summary: str = Field(
        "", title=N_("In one or two sentences"), max_length=300, json_schema_extra={"widget": "textarea"}
    )
    description: str = Field("", title=N_("Everything worth knowing"), max_length=5000)
    division_code: DivisionCode
    compound_number: int | None = Field(
        None, title=N_("Compound"), ge=1, description=N_("When it serves one compound only.")
    )
    address: str = Field("", title=N_("Address"), max_length=200)
    phone: str = Field("", title=N_("Telephone"), max_length=40, json_schema_extra={"widget": "tel"})
    capacity: int | None = Field(
        None, title=N_("Seats or spaces"), ge=1, le=1_000_000, description=N_("Empty when there is no bound.")
    )
    staff_count: int | None = Field(None, title=N_("People who do the work"), ge=0, le=100_000)
    is_round_the_clock: bool = Field(False, title=N_("Open day and night, every day"))
    hours_note: str = Field("", title=N_("Hours in words"), max_length=120)
    hours: list[HoursFields] = Field(default_factory=list, title=N_("Opening hours"), max_length=50)
    holiday_hours: HolidayHours = Field(HolidayHours.AS_USUAL, title=N_("On public holidays"))
    special_days: list[SpecialDayFields] = Field(default_factory=list, title=N_("Days with other hours"), max_length=50)
    price_rules: list[PriceRuleFields] = Field(default_factory=list, title=N_("Prices"), max_length=30)
    offers: list[OfferFields] = Field(default_factory=list, title=N_("What it offers"), max_length=100)

    @model_validator(mode="after")
    def _rows(self) -> Self:
        _check_rows(self)
        return self


def _check_rows(data: ServiceFields) -> None:
    errors: list[FieldError] = []
    seen: list[HoursFields] = []
    for index, one in enumerate(data.hours):
        path = f"hours.{index}.closes_minute"
        if one.closes_minute <= one.opens_minute:
            errors += InvalidInput.at(path, "end_before_start", N_("It must close after it opens.")).errors
        elif any(
            o.weekday == one.weekday and o.opens_minute < one.closes_minute and one.opens_minute < o.closes_minute
            for o in seen
        ):
            errors += InvalidInput.at(path, "overlap", N_("This overlaps with other hours of the same day.")).errors
        seen.append(one)
    for index, rule in enumerate(data.price_rules):
        if rule.min_age is not None and rule.max_age is not None and rule.max_age < rule.min_age:
            path = f"price_rules.{index}.max_age"
            errors += InvalidInput.at(path, "end_before_start", N_("The older age must not be the smaller one.")).errors
        if rule.min_floor is not None and rule.max_floor is not None and rule.max_floor < rule.min_floor:
            path = f"price_rules.{index}.max_floor"
            errors += InvalidInput.at(path, "end_before_start", N_("The upper floor must not be the lower one.")).errors
    for index, special in enumerate(data.special_days):
        name, code, words = special.trouble()
        if name:
            errors += InvalidInput.at(f"special_days.{index}.{name}", code, words).errors
    if not errors:
        for index in rules.unreachable(data.price_rules):
            message = N_("Nobody gets this price, because a rule above it fits first. Put the narrower rule higher.")
            errors += InvalidInput.at(f"price_rules.{index}.label", "unreachable", message).errors
    if errors:
        raise InvalidInput(errors)


class CreateService(ServiceFields):
    """A new service; it starts as a draft."""


class UpdateService(ServiceFields):
    """A change of a service."""

    slug: str = Field(title=N_("Name in addresses"), max_length=40)
    version: int = Field(title=N_("Version"), ge=1)


_ROWS: dict[str, tuple[type[Any], type[Input]]] = {
    "hours": (OpeningHours, HoursFields),
    "special_days": (SpecialDay, SpecialDayFields),
    "price_rules": (PriceRule, PriceRuleFields),
    "offers": (Offer, OfferFields),
}
_ORDER = {"hours": ("weekday", "opens_minute"), "special_days": ("first_day", "opens_minute")}
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
    words = search_terms(data.name, data.summary, *(offer.name for offer in data.offers))
    places = {"division_id": data.division_code, "compound_id": data.compound_number}
    return {**{name: getattr(data, name) for name in _OWN}, **places, "search_terms": words}


async def _replace_rows(row: Service, data: ServiceFields) -> None:
    for name, (model, _) in _ROWS.items():
        await model.filter(service_id=row.id).delete()
        for position, one in enumerate(getattr(data, name), 1):
            extra = {} if name in _ORDER else {"position": position}
            await model.create(service_id=row.id, **extra, **one.model_dump())


@operation()
async def create_service(actor: Actor, data: CreateService) -> Service:
    """List a service as a draft."""
    columns = await _columns(data)
    if not actor.may(EDIT_SERVICES, data.division_code):
        raise Forbidden
    row = await Service.create(slug=rules.new_slug(), **columns)
    await _replace_rows(row, data)
    await audit(actor, row, changed({}, await service_values(row)))
    return row


async def editable(actor: Actor, slug: str) -> Service:
    """The service, locked, for somebody who may change it."""
    row = await Service.select_for_update().get_or_none(slug=slug)
    if row is None:
        raise NotFound
    if not actor.may(EDIT_SERVICES, row.division_id):  # type: ignore[attr-defined]
        if row.status is ServiceStatus.DRAFT:
            raise NotFound
        raise Forbidden
    return row


@operation()
async def update_service(actor: Actor, data: UpdateService) -> Service:
    """Change a service, its hours, prices and offers. Moving it needs the grant over both places."""
    row = await editable(actor, data.slug)
    columns = await _columns(data)
    if not actor.may(EDIT_SERVICES, data.division_code):
        raise Forbidden
    before = await service_values(row)
    check_version(row, data.version, lambda: before)
    row.update_from_dict({**columns, "version": row.version + 1})
    await row.save()
    await _replace_rows(row, data)
    await audit(actor, row, changed(before, await service_values(row)))
    return row


class ServiceVersion(Input):
    """Which service, as the editor saw it."""

    slug: str = Field(title=N_("Name in addresses"), max_length=40)
    version: int = Field(title=N_("Version"), ge=1)


class StopService(ServiceVersion):
    """Why a service stops, for a while or for good."""

    reason: str = Field(
        title=N_("Reason"),
        min_length=2,
        max_length=300,
        description=N_("Everyone reads it; say what people can do instead."),
        json_schema_extra={"widget": "textarea"},
    )


async def _move(actor: Actor, data: ServiceVersion, verb: str, reason: str = "") -> Service:
    row = await editable(actor, data.slug)
    sources, target = rules.TRANSITIONS[verb]
    if row.status not in sources:
        raise Unavailable(N_("That is not possible any more: it is %(status)s."), status=row.status.words)
    check_version(row, data.version, dict)
    before = {"status": row.status, "status_reason": row.status_reason}
    row.update_from_dict({"status": target, "status_reason": reason, "version": row.version + 1})
    await row.save()
    await audit(actor, row, changed(before, {"status": target, "status_reason": reason}))
    return row


@operation()
async def publish_service(actor: Actor, data: ServiceVersion) -> Service:
    """Show a draft to everyone."""
    return await _move(actor, data, "publish")


@operation()
async def suspend_service(actor: Actor, data: StopService) -> Service:
    """Say that a service rests for a while, and why."""
    return await _move(actor, data, "suspend", data.reason)


@operation()
async def resume_service(actor: Actor, data: ServiceVersion) -> Service:
    """Say that a suspended service is there again."""
    return await _move(actor, data, "resume")


@operation()
async def close_service(actor: Actor, data: StopService) -> Service:
    """Say that a service has ended for good, and why."""
    return await _move(actor, data, "close", data.reason)
