"""Writes of the events room."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from civicgraph import clock
from civicgraph.divisions.operations import DivisionCode, place_of
from civicgraph.events import rules
from civicgraph.events.models import Event, EventKind, EventStatus, Hazard, ProgrammeItem, ProgrammeKind
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
from civicgraph.operations.inputs import CityTime
from civicgraph.permissions import EDIT_EVENTS, Actor
from civicgraph.text import search_terms

Words = Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=20)]
_LINES: dict[str, Any] = {"widget": "lines"}


class ProgrammeItemFields(Input):
    """An item of the programme."""

    kind: ProgrammeKind = Field(title=N_("Kind"))
    title: str = Field(title=N_("Title"), min_length=1, max_length=120)
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
        None, title=N_("Number of places"), ge=1, le=1_000_000, description=N_("Empty when there is no bound.")
    )
    price_fen: int = Field(0, title=N_("Price in yuan"), ge=0, le=100_000_000, json_schema_extra={"widget": "money"})
    audiences: Words = Field(
        default_factory=list, title=N_("Whom it is for"), description=N_("One a line."), json_schema_extra=_LINES
    )
    topics: Words = Field(
        default_factory=list, title=N_("What it is about"), description=N_("One a line."), json_schema_extra=_LINES
    )
    hazards: list[Hazard] = Field(default_factory=list, title=N_("Hazards that a drill prepares for"))
    programme: list[ProgrammeItemFields] = Field(default_factory=list, title=N_("Programme"), max_length=100)

    @model_validator(mode="after")
    def _times(self) -> Self:
        if self.is_all_day:
            self.starts_at, self.ends_at = rules.whole_days(self.starts_at, self.ends_at)
        _check_times(self)
        return self


def _check_times(data: EventFields) -> None:
    if data.ends_at <= data.starts_at:
        raise InvalidInput.at("ends_at", "end_before_start", N_("The end must be after the start."))
    if data.ends_at - data.starts_at > rules.LONGEST:
        raise InvalidInput.at("ends_at", "too_long", N_("An event lasts at most 60 days."))
    errors: list[FieldError] = []
    for index, item in enumerate(data.programme):
        for name in ("starts_at", "ends_at"):
            moment = getattr(item, name)
            if moment and not data.starts_at <= moment <= data.ends_at:
                path = f"programme.{index}.{name}"
                errors += InvalidInput.at(path, "outside", N_("This must lie within the event’s time.")).errors
        if item.starts_at and item.ends_at and item.ends_at < item.starts_at:
            path = f"programme.{index}.ends_at"
            errors += InvalidInput.at(path, "end_before_start", N_("The end must be after the start.")).errors
    if errors:
        raise InvalidInput(errors)


class CreateEvent(EventFields):
    """A new event; it starts as a draft."""


class UpdateEvent(EventFields):
    """A change of an event."""

    slug: str = Field(title=N_("Name in addresses"), max_length=40)
    version: int = Field(title=N_("Version"), ge=1)


async def event_values(row: Event) -> dict[str, Any]:
    """The editable values of an event, by input field."""
    items = await ProgrammeItem.filter(event_id=row.id).order_by("position")
    own = [name for name in EventFields.model_fields if name not in ("division_code", "programme")]
    values = {name: getattr(row, name) for name in own}
    values["hazards"] = [Hazard[name] for name in row.hazards]
    programme = [{name: getattr(item, name) for name in ProgrammeItemFields.model_fields} for item in items]
    return {**values, "division_code": row.division_id, "programme": programme}  # type: ignore[attr-defined]


def _columns(data: EventFields) -> dict[str, Any]:
    values = {
        name: getattr(data, name) for name in EventFields.model_fields if name not in ("division_code", "programme")
    }
    values["hazards"] = [hazard.name for hazard in data.hazards]
    items = (item.title for item in data.programme)
    words = search_terms(data.title, data.summary, data.venue, data.organiser, *data.topics, *items)
    return {**values, "division_id": data.division_code, "search_terms": words}


async def _replace_programme(row: Event, data: EventFields) -> None:
    await ProgrammeItem.filter(event_id=row.id).delete()
    for position, item in enumerate(data.programme, 1):
        await ProgrammeItem.create(event_id=row.id, position=position, **item.model_dump())


@operation()
async def create_event(actor: Actor, data: CreateEvent) -> Event:
    """List an event as a draft."""
    await place_of(data.division_code)
    if not actor.may(EDIT_EVENTS, data.division_code):
        raise Forbidden
    row = await Event.create(slug=rules.new_slug(data.starts_at), **_columns(data))
    await _replace_programme(row, data)
    await audit(actor, row, changed({}, await event_values(row)))
    return row


async def _editable(actor: Actor, slug: str) -> Event:
    row = await Event.select_for_update().get_or_none(slug=slug)
    if row is None:
        raise NotFound
    if not actor.may(EDIT_EVENTS, row.division_id):  # type: ignore[attr-defined]
        if row.status is EventStatus.DRAFT:
            raise NotFound
        raise Forbidden
    return row


@operation()
async def update_event(actor: Actor, data: UpdateEvent) -> Event:
    """Change an event and its programme. Moving it needs the grant over both places."""
    row = await _editable(actor, data.slug)
    await place_of(data.division_code)
    if not actor.may(EDIT_EVENTS, data.division_code):
        raise Forbidden
    before = await event_values(row)
    check_version(row, data.version, lambda: before)
    is_over = data.ends_at < clock.now()
    row.update_from_dict({**_columns(data), "is_over": is_over, "version": row.version + 1})
    await row.save()
    await _replace_programme(row, data)
    await audit(actor, row, changed(before, await event_values(row)))
    return row


class EventVersion(Input):
    """Which event, as the editor saw it."""

    slug: str = Field(title=N_("Name in addresses"), max_length=40)
    version: int = Field(title=N_("Version"), ge=1)


class CancelEvent(EventVersion):
    """Why an event does not take place."""

    reason: str = Field(
        title=N_("Reason"),
        min_length=2,
        max_length=300,
        description=N_("Everyone reads it; say what people can do instead."),
        json_schema_extra={"widget": "textarea"},
    )


async def _move(actor: Actor, data: EventVersion, verb: str, **values: Any) -> Event:
    row = await _editable(actor, data.slug)
    sources, target = rules.TRANSITIONS[verb]
    if verb == "finish" and row.starts_at > clock.now():
        raise Unavailable(N_("It has not begun yet."))
    if row.status not in sources:
        raise Unavailable(N_("That is not possible any more: it is %(status)s."), status=row.status.words)
    check_version(row, data.version, dict)
    before = row.status
    row.update_from_dict({"status": target, "version": row.version + 1, **values})
    await row.save()
    await audit(actor, row, {"status": [before, target], **{key: [None, value] for key, value in values.items()}})
    return row


@operation()
async def publish_event(actor: Actor, data: EventVersion) -> Event:
    """Show a draft to everyone."""
    return await _move(actor, data, "publish", published_at=clock.now())


@operation()
async def cancel_event(actor: Actor, data: CancelEvent) -> Event:
    """Say that an event does not take place, and why; it stays listed so that nobody comes in vain."""
    return await _move(actor, data, "cancel", status_reason=data.reason)


@operation()
async def finish_event(actor: Actor, data: EventVersion) -> Event:
    """Say that an event has taken place."""
    return await _move(actor, data, "finish")
