"""An event's row and its input, one from the other."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeVar

from civicgraph import clock
from civicgraph.events import rules
from civicgraph.events.models import Event, EventStatus, Hazard, ProgrammeItem
from civicgraph.events.operations.inputs import EventFields, ProgrammeItemFields
from civicgraph.operations import Forbidden, NotFound
from civicgraph.permissions import EDIT_EVENTS, Actor
from civicgraph.text import search_terms

F = TypeVar("F", bound=EventFields)
_OWN = [name for name in EventFields.model_fields if name not in ("division_code", "programme")]


async def event_values(row: Event) -> dict[str, Any]:
    """The editable values of an event, by input field."""
    items = await ProgrammeItem.filter(event_id=row.id).order_by("position")
    values = {name: getattr(row, name) for name in _OWN}
    values["hazards"] = [Hazard[name] for name in row.hazards]
    programme = [{name: getattr(item, name) for name in ProgrammeItemFields.model_fields} for item in items]
    return {**values, "division_code": row.division_id, "programme": programme}  # type: ignore[attr-defined]


def columns(data: EventFields) -> dict[str, Any]:
    """The columns of a row with these values."""
    values = {name: getattr(data, name) for name in _OWN}
    values["hazards"] = [hazard.name for hazard in data.hazards]
    items = (item.title for item in data.programme)
    words = search_terms(data.title, data.summary, data.venue, data.organiser, *data.topics, *items)
    return {**values, "division_id": data.division_code, "search_terms": words}


def changed_columns(data: EventFields) -> dict[str, Any]:
    """The same for a row that is there: what is over by its new time is marked, or no longer."""
    return {**columns(data), "is_over": data.ends_at < clock.now()}


async def replace_programmes(given: Iterable[tuple[int, EventFields]]) -> None:
    """The programmes of events (by their numbers), instead of those that they have."""
    pairs = list(given)
    await ProgrammeItem.filter(event_id__in=[number for number, _ in pairs]).delete()
    items = [
        ProgrammeItem(event_id=number, position=position, **item.model_dump())
        for number, data in pairs
        for position, item in enumerate(data.programme, 1)
    ]
    await ProgrammeItem.bulk_create(items, batch_size=500)


def at_time(data: F, starts_at: datetime) -> F:
    """The same event at another time: its end and its programme move with it, by the clock on the wall."""
    since = data.starts_at

    def moved(moment: datetime) -> datetime:
        return rules.moved(moment, since, starts_at)

    programme = [
        item.model_copy(
            update={
                "starts_at": item.starts_at and moved(item.starts_at),
                "ends_at": item.ends_at and moved(item.ends_at),
            }
        )
        for item in data.programme
    ]
    return data.model_copy(update={"starts_at": starts_at, "ends_at": moved(data.ends_at), "programme": programme})


async def editable(actor: Actor, slug: str) -> Event:
    """The event, locked, for somebody who may change it."""
    row = await Event.select_for_update().get_or_none(slug=slug)
    if row is None:
        raise NotFound
    if not actor.may(EDIT_EVENTS, row.division_id):  # type: ignore[attr-defined]
        if row.status is EventStatus.DRAFT:
            raise NotFound
        raise Forbidden
    return row
