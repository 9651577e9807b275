"""What the writes of the services room take: what is entered of a service, and what of it does not fit together."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from civicgraph.divisions.operations import DivisionCode
from civicgraph.grievances.intake.placing import buildings
from civicgraph.i18n import N_
from civicgraph.operations import MONEY, FieldError, Input, InvalidInput
from civicgraph.services import rules
from civicgraph.services.kinds import KINDS
from civicgraph.services.models import HolidayHours, Household, OfferKind, ServiceKind

_CLOCK: dict[str, Any] = {"widget": "clock"}
MAX_SLOTS = 200
"""Slots of a week; a service that gives out more has several things to book, each a service of its own."""


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
    amount_fen: int = Field(title=N_("Price in yuan"), ge=0, le=100_000_000, json_schema_extra=MONEY)
    unit: str = Field("", title=N_("For each"), max_length=20)


def _named_buildings(text: str) -> str:
    if not buildings(text):
        raise PydanticCustomError("civic_buildings", N_("Please name the buildings by their numbers: 1至3栋、5栋."))
    return text


class StewardFields(Input):
    """Who looks after which buildings."""

    buildings: Annotated[str, AfterValidator(_named_buildings)] = Field(
        title=N_("Buildings"), min_length=1, max_length=120, description=N_("By their numbers: 1至3栋、5栋.")
    )
    name: str = Field(title=N_("Name"), min_length=1, max_length=40)
    phone: str = Field("", title=N_("Telephone at work"), max_length=40, json_schema_extra={"widget": "tel"})
    is_public: bool = Field(False, title=N_("They agree that everyone reads name and telephone"))


class SlotPlanFields(Input):
    """A stretch of a weekday that is given out in time slots."""

    title: str = Field("", title=N_("What or whom one books"), max_length=60)
    weekday: int = Field(title=N_("Weekday"), ge=1, le=7)
    opens_minute: int = Field(title=N_("Start"), ge=0, le=1439, json_schema_extra=_CLOCK)
    closes_minute: int = Field(
        title=N_("End"), ge=0, le=1440, description=N_("00:00 is the end of that day."), json_schema_extra=_CLOCK
    )
    slot_minutes: int = Field(title=N_("Minutes of a slot"), ge=5, le=480)
    places: int = Field(title=N_("Places in a slot"), ge=1, le=1000)

    @field_validator("closes_minute")
    @classmethod
    def _midnight(cls, minute: int) -> int:
        return minute or 1440


class OfferFields(Input):
    """An item of what it offers."""

    kind: OfferKind | None = Field(
        None, title=N_("Kind"), description=N_("Empty: what services of this kind offer in general.")
    )
    name: str = Field(title=N_("What it is called"), min_length=1, max_length=80)
    note: str = Field("", title=N_("Note"), max_length=200)
    amount_fen: int | None = Field(
        None,
        title=N_("Price in yuan"),
        ge=0,
        le=100_000_000,
        description=N_("Of goods; empty where it has none of its own."),
        json_schema_extra=MONEY,
    )
    unit: str = Field("", title=N_("For each"), max_length=20)
    weekday: int | None = Field(
        None,
        title=N_("Weekday"),
        ge=1,
        le=7,
        description=N_("Of a course or an activity; one that comes on several days has a row for each."),
    )
    starts_minute: int | None = Field(None, title=N_("Start"), ge=0, le=1439, json_schema_extra=_CLOCK)
    ends_minute: int | None = Field(
        None,
        title=N_("End"),
        ge=0,
        le=1440,
        description=N_("00:00 is the end of that day."),
        json_schema_extra=_CLOCK,
    )

    @field_validator("ends_minute")
    @classmethod
    def _midnight(cls, minute: int | None) -> int | None:
        return 1440 if minute == 0 else minute


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
    slot_plans: list[SlotPlanFields] = Field(
        default_factory=list,
        title=N_("Times that can be booked"),
        max_length=30,
        description=N_(
            "Slots are laid out from them two weeks ahead. A time that somebody has booked stays, with as many places as are taken; to call it off, enter its day under “Days with other hours”: whoever has booked is told."
        ),
    )
    stewards: list[StewardFields] = Field(
        default_factory=list, title=N_("Who looks after which buildings"), max_length=100
    )
    price_rules: list[PriceRuleFields] = Field(default_factory=list, title=N_("Prices"), max_length=30)
    offers: list[OfferFields] = Field(default_factory=list, title=N_("What it offers"), max_length=100)

    @model_validator(mode="after")
    def _rows(self) -> Self:
        for one in self.offers:
            one.kind = one.kind or KINDS[self.kind].offered
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
    errors += _wrong_slots(data.slot_plans)
    for index, offer in enumerate(data.offers):
        begins, ends = offer.starts_minute, offer.ends_minute
        if begins is None and ends is not None:
            words = N_("Please say when it begins as well.")
            errors += InvalidInput.at(f"offers.{index}.starts_minute", "missing", words).errors
        elif begins is not None and ends is not None and ends <= begins:
            words = N_("The end must be after the start.")
            errors += InvalidInput.at(f"offers.{index}.ends_minute", "end_before_start", words).errors
    if data.stewards and not KINDS[data.kind].has_stewards:
        errors += InvalidInput.at("stewards", "foreign", N_("Only services of stewards have these.")).errors
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


def _wrong_slots(plans: list[SlotPlanFields]) -> list[FieldError]:
    errors: list[FieldError] = []
    for index, one in enumerate(plans):
        path = f"slot_plans.{index}"
        others = [o for o in plans[:index] if (o.weekday, o.title) == (one.weekday, one.title)]
        if one.closes_minute - one.opens_minute < one.slot_minutes:
            errors += InvalidInput.at(f"{path}.slot_minutes", "too_long", N_("No slot fits into this time.")).errors
        elif any(o.opens_minute < one.closes_minute and one.opens_minute < o.closes_minute for o in others):
            message = N_("This overlaps with other times of the same day and name.")
            errors += InvalidInput.at(f"{path}.opens_minute", "overlap", message).errors
    if not errors and sum((o.closes_minute - o.opens_minute) // o.slot_minutes for o in plans) > MAX_SLOTS:
        message = N_("These are more than %(most)s slots in a week: make them longer, or fewer.")
        errors += InvalidInput.at("slot_plans", "too_many", message, most=MAX_SLOTS).errors
    return errors


class CreateService(ServiceFields):
    """A new service; it starts as a draft."""


class UpdateService(ServiceFields):
    """A change of a service."""

    slug: str = Field(title=N_("Name in addresses"), max_length=40)
    version: int = Field(title=N_("Version"), ge=1)


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
