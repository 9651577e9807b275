"""What the writes of the events room take."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from civicgraph.divisions.operations import DivisionCode
from civicgraph.events import kinds, recurrence, rules
from civicgraph.events.models import (
    Accessibility,
    AudienceGroup,
    EditScope,
    EventKind,
    Hazard,
    MonthlyOn,
    ProgrammeKind,
)
from civicgraph.events.recurrence import BadRule, Frequency, Rule, WeekDay
from civicgraph.i18n import N_
from civicgraph.operations import MONEY, FieldError, Input, InvalidInput
from civicgraph.operations.inputs import CityTime

Words = Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=20)]
_LINES: dict[str, Any] = {"widget": "lines"}
_NO_END = N_("The end must be after the start.")


def _scope(told: str = N_("Those that were changed by themselves keep what is their own.")) -> Any:
    """How far a change reaches; of no meaning for an event that comes once."""
    return Field(
        EditScope.THIS,
        title=N_("What to change"),
        description=told,
        json_schema_extra={"widget": "radios"},
    )


class ProgrammeItemFields(Input):
    """An item of the programme."""

    kind: ProgrammeKind = Field(title=N_("Kind"))
    title: str = Field(title=N_("Title"), min_length=1, max_length=120)
    stage: str = Field("", title=N_("Stage or hall"), max_length=60)
    note: str = Field(
        "", title=N_("Note"), max_length=300, description=N_("What to expect, who performs, what to bring.")
    )
    starts_at: CityTime | None = Field(None, title=N_("Start"))
    ends_at: CityTime | None = Field(None, title=N_("End"))
    quantity: int | None = Field(
        None, title=N_("How many"), ge=1, le=1_000_000, description=N_("Of works, stalls or places.")
    )


class EventFields(Input):
    """What is known of an event."""

    moves_along: ClassVar[bool] = False
    """Whether its end and its programme are moved along with its start, and looked at afterwards alone."""
    kind: EventKind = Field(title=N_("Kind"))
    title: str = Field(title=N_("Title"), min_length=2, max_length=120)
    summary: str = Field(
        "", title=N_("In one or two sentences"), max_length=300, json_schema_extra={"widget": "textarea"}
    )
    description: str = Field("", title=N_("Everything worth knowing"), max_length=5000)
    division_code: DivisionCode
    starts_at: CityTime = Field(title=N_("Start"))
    ends_at: CityTime = Field(title=N_("End"))
    is_all_day: bool = Field(
        False,
        validate_default=True,
        title=N_("The days matter, not the hours"),
        description=N_("It is then shown from its first day to its last."),
    )
    venue: str = Field("", title=N_("Venue"), max_length=120)
    address: str = Field("", title=N_("Address"), max_length=200)
    organiser: str = Field("", title=N_("Held by"), max_length=120)
    contact_phone: str = Field(
        "", title=N_("Telephone for questions"), max_length=40, json_schema_extra={"widget": "tel"}
    )
    capacity: int | None = Field(
        None,
        title=N_("Number of places"),
        ge=1,
        le=1_000_000,
        description=N_(
            "How many all of it has room for, to be read on its page; empty when there is no bound. What can be booked is offered by itself: for the whole, or for each session."
        ),
    )
    price_fen: int = Field(0, title=N_("Price in yuan"), ge=0, le=100_000_000, json_schema_extra=MONEY)
    audiences: Words = Field(
        default_factory=list, title=N_("Whom it is for"), description=N_("One a line."), json_schema_extra=_LINES
    )
    groups: list[AudienceGroup] = Field(default_factory=list, title=N_("Made especially for"))
    accessibility: list[Accessibility] = Field(default_factory=list, title=N_("So that everybody can take part"))
    topics: Words = Field(
        default_factory=list, title=N_("What it is about"), description=N_("One a line."), json_schema_extra=_LINES
    )
    hazards: list[Hazard] = Field(default_factory=list, title=N_("Hazards that it prepares for"))
    scenario: str = Field(
        "",
        title=N_("Scenario"),
        max_length=2000,
        description=N_("What is pretended to have happened, and what is practised."),
        json_schema_extra={"widget": "textarea"},
    )
    team_ids: Annotated[list[int], Field(max_length=60)] = Field(
        default_factory=list, title=N_("Rescue teams that take part")
    )
    planned_participants: int | None = Field(None, title=N_("Planned participants"), ge=1, le=10_000_000)
    actual_participants: int | None = Field(
        None,
        title=N_("How many took part"),
        ge=0,
        le=10_000_000,
        description=N_("Counted afterwards; it goes into the figures when the drill has taken place."),
    )
    minutes: str = Field(
        "",
        title=N_("Minutes"),
        max_length=10_000,
        description=N_("What was said and agreed; no names of residents."),
        json_schema_extra={"widget": "textarea"},
    )
    programme: list[ProgrammeItemFields] = Field(default_factory=list, title=N_("Programme"), max_length=100)

    @field_validator("is_all_day")
    @classmethod
    def _ends_later(cls, value: bool, info: ValidationInfo) -> bool:
        """Here, and not when all fields are right, so that it is told together with what else is wrong."""
        starts, ends = info.data.get("starts_at"), info.data.get("ends_at")
        if starts and ends and not value and ends <= starts and not cls.moves_along:
            raise PydanticCustomError("civic_end_before_start", _NO_END, {"at": "ends_at"})
        return value

    @model_validator(mode="after")
    def _times(self) -> Self:
        if self.is_all_day:
            self.starts_at = rules.first_minute(self.starts_at)
            self.ends_at = self.ends_at and rules.last_minute(self.ends_at)
        if not self.moves_along:
            check_times(self)
            check_programme(self)
        _check_own(self)
        return self


def _check_own(data: EventFields) -> None:
    """What only other kinds of events have is not kept with this one."""
    words = N_("A %(kind)s does not have this. Please empty it, or choose another kind.")
    errors: list[FieldError] = []
    for name in kinds.foreign_fields(data.kind):
        if getattr(data, name) not in ("", None, []):
            errors += InvalidInput.at(name, "foreign", words, kind=data.kind.words).errors
    if errors:
        raise InvalidInput(errors)


def check_times(data: EventFields) -> None:
    """Refuse an end that comes before the start, or too long after it."""
    if data.ends_at <= data.starts_at:
        raise InvalidInput.at("ends_at", "end_before_start", _NO_END)
    if data.ends_at - data.starts_at > rules.LONGEST:
        raise InvalidInput.at("ends_at", "too_long", N_("An event lasts at most 60 days."))


def check_programme(data: EventFields) -> None:
    """Refuse items of the programme that lie outside the event, each by its name."""
    errors: list[FieldError] = []
    for index, item in enumerate(data.programme):
        for name in ("starts_at", "ends_at"):
            moment = getattr(item, name)
            if moment and not data.starts_at <= moment <= data.ends_at:
                path = f"programme.{index}.{name}"
                errors += InvalidInput.at(path, "outside", N_("This must lie within the event’s time.")).errors
        if item.starts_at and item.ends_at and item.ends_at < item.starts_at:
            path = f"programme.{index}.ends_at"
            errors += InvalidInput.at(path, "end_before_start", _NO_END).errors
    if errors:
        raise InvalidInput(errors)


class CreateEvent(EventFields):
    """A new event; it starts as a draft."""


class UpdateEvent(EventFields):
    """A change of an event. Its end, and items of the programme, whose times are sent as they were move along with its start."""

    moves_along = True
    ends_at: CityTime | None = Field(  # type: ignore[assignment]  # `with_end` says which, before anything asks for it
        None, title=N_("End"), description=N_("Left as it is, or empty, it moves along with the start.")
    )
    slug: str = Field(title=N_("Name in addresses"), max_length=40)
    version: int = Field(title=N_("Version"), ge=1)
    scope: EditScope = _scope()


class EventVersion(Input):
    """Which event, as the editor saw it."""

    slug: str = Field(title=N_("Name in addresses"), max_length=40)
    version: int = Field(title=N_("Version"), ge=1)


def _reason(told: str = N_("Everyone reads it; say what people can do instead.")) -> Any:
    """Why something does not take place as it was announced."""
    return Field(
        title=N_("Reason"),
        min_length=2,
        max_length=300,
        description=told,
        json_schema_extra={"widget": "textarea"},
    )


class CancelEvent(EventVersion):
    """Why an event does not take place."""

    reason: str = _reason()
    scope: EditScope = _scope()


class ReinstateEvent(EventVersion):
    """Why an event takes place after all."""

    reason: str = _reason(N_("Everyone reads it, also who registered."))
    scope: EditScope = _scope(N_("Of the others those that were cancelled by the same word."))


class PostponeEvent(EventVersion):
    """Why an event takes place later, and when, if that is known."""

    reason: str = _reason()
    starts_at: CityTime | None = Field(
        None, title=N_("New start"), description=N_("Empty while the new date is not known yet.")
    )
    ends_at: CityTime | None = Field(None, title=N_("New end"), description=N_("Empty: it lasts as long as before."))


class RepeatEvent(EventVersion):
    """When an event comes again."""

    frequency: Frequency = Field(title=N_("How often"))
    interval: int = Field(
        1,
        title=N_("Every how many"),
        ge=1,
        le=recurrence.MAX_INTERVAL,
        description=N_("2 is every other day, week, month or year."),
    )
    weekdays: list[WeekDay] = Field(
        default_factory=list, title=N_("On which days of the week"), description=N_("For weeks; none: the event’s own.")
    )
    monthly_on: MonthlyOn = Field(MonthlyOn.DATE, title=N_("On which day of the month"), description=N_("For months."))
    until: date | None = Field(None, title=N_("Last day"))
    count: int | None = Field(
        None,
        title=N_("How many times"),
        ge=2,
        le=recurrence.MAX_COUNT,
        description=N_("The last day or a number of times; neither: until you end it."),
    )
    rule: str = Field(
        "",
        title=N_("A rule of a calendar"),
        max_length=200,
        description=N_("An RRULE of RFC 5545 instead of all of the above; for those who know them."),
    )

    @model_validator(mode="after")
    def _ends_once(self) -> Self:
        if self.until and self.count:
            raise InvalidInput.at("count", "two_ends", N_("Give the last day or the number of times, not both."))
        return self

    def asked(self, starts: date) -> Rule:
        """The rule that is meant, for an event that begins on a day. Raises `InvalidInput`."""
        try:
            return recurrence.parse(self.rule or self._text(starts))
        except BadRule:
            field = "rule" if self.rule else "frequency"
            raise InvalidInput.at(field, "rule", N_("This rule cannot be kept; please choose another.")) from None

    def _text(self, starts: date) -> str:
        parts = [f"FREQ={self.frequency.name}", f"INTERVAL={self.interval}"]
        day = recurrence.DAYS[starts.weekday()]
        if self.frequency is Frequency.WEEKLY and self.weekdays:
            parts.append("BYDAY=" + ",".join(one.name[:2] for one in self.weekdays))
        if self.frequency is Frequency.MONTHLY:
            nth = (starts.day - 1) // 7 + 1
            parts += {
                MonthlyOn.DATE: [],
                MonthlyOn.WEEKDAY: [f"BYDAY={nth}{day}"],
                MonthlyOn.LAST_WEEKDAY: [f"BYDAY=-1{day}"],
                MonthlyOn.LAST_DAY: ["BYMONTHDAY=-1"],
            }[self.monthly_on]
        if self.until:
            parts.append(f"UNTIL={self.until:%Y%m%d}")
        if self.count:
            parts.append(f"COUNT={self.count}")
        return ";".join(parts)


class ChangeRepetition(RepeatEvent):
    """When an event comes again from now on, and why its other days fall away."""

    reason: str = _reason()


def as_asked(rule: Rule, starts: date) -> dict[str, Any]:
    """A rule in the words of the form, for an event that begins on a day; as a calendar's rule where they do not do."""
    plain: dict[str, Any] = {
        "frequency": rule.frequency,
        "interval": rule.interval,
        "weekdays": [list(WeekDay)[day] for n, day in rule.by_day if not n],
        "until": rule.until and rule.until.date(),
        "count": rule.count,
    }
    for on in MonthlyOn:
        values = {**plain, "monthly_on": on}
        if RepeatEvent.model_construct(**values, rule="").asked(starts) == rule:
            return values
    return {"frequency": rule.frequency, "rule": rule.text()}
