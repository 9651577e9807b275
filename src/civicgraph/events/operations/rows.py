"""An event's row and its input, one from the other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from tortoise.queryset import QuerySet

from civicgraph import clock
from civicgraph.events import kinds, rules
from civicgraph.events.models import (
    Accessibility,
    AudienceGroup,
    Event,
    EventStatus,
    EventTeam,
    Hazard,
    ProgrammeItem,
    RescueTeam,
)
from civicgraph.events.operations.inputs import EventFields, ProgrammeItemFields
from civicgraph.i18n import N_
from civicgraph.listings import review
from civicgraph.operations import Forbidden, InvalidInput, NotFound, Unavailable
from civicgraph.permissions import DRAFT_EVENTS, EDIT_EVENTS, Actor
from civicgraph.text import search_terms

F = TypeVar("F", bound=EventFields)
_OWN = [name for name in EventFields.model_fields if name not in ("division_code", "programme", "team_ids")]
_CHOSEN = {"hazards": Hazard, "groups": AudienceGroup, "accessibility": Accessibility}
"""What holds several of an enumeration: rows keep their names, in the order in which forms show them."""


async def event_values(row: Event) -> dict[str, Any]:
    """The editable values of an event, by input field."""
    items = await ProgrammeItem.filter(event_id=row.id).order_by("position")
    values = {name: getattr(row, name) for name in _OWN}
    values.update({name: [kind[one] for one in getattr(row, name)] for name, kind in _CHOSEN.items()})
    programme = [{name: getattr(item, name) for name in ProgrammeItemFields.model_fields} for item in items]
    teams = await EventTeam.filter(event_id=row.id).order_by("team_id").values_list("team_id", flat=True)
    return {**values, "division_code": row.division_id, "programme": programme, "team_ids": list(teams)}  # type: ignore[attr-defined]


def columns(data: EventFields) -> dict[str, Any]:
    """The columns of a row with these values."""
    values = {name: getattr(data, name) for name in _OWN}
    values.update({name: [one.name for one in kind if one in values[name]] for name, kind in _CHOSEN.items()})
    items = (text for item in data.programme for text in (item.title, item.note))
    told = (data.title, data.summary, data.description, data.venue, data.address, data.organiser)
    words = search_terms(*told, *data.audiences, *data.topics, *items)
    return {**values, "division_id": data.division_code, "search_terms": words}


def changed_columns(data: EventFields) -> dict[str, Any]:
    """The same for a row that is there: what is over by its new time is marked, or no longer."""
    return {**columns(data), "is_over": data.ends_at < clock.now()}


async def replace_parts(given: Iterable[tuple[int, EventFields]]) -> None:
    """The programmes and rescue teams of events (by their numbers), instead of those that they have."""
    pairs = list(given)
    await _replace_teams(pairs)
    await ProgrammeItem.filter(event_id__in=[number for number, _ in pairs]).delete()
    items = [
        ProgrammeItem(event_id=number, position=position, **item.model_dump())
        for number, data in pairs
        for position, item in enumerate(data.programme, 1)
    ]
    await ProgrammeItem.bulk_create(items, batch_size=500)


async def _replace_teams(pairs: Sequence[tuple[int, EventFields]]) -> None:
    wanted = {number: dict.fromkeys(data.team_ids) for number, data in pairs}
    named = {team for teams in wanted.values() for team in teams}
    if named and await RescueTeam.filter(id__in=list(named)).count() != len(named):
        raise InvalidInput.at("team_ids", "unknown", N_("Please choose one of the list."))
    await EventTeam.filter(event_id__in=list(wanted)).delete()
    parts = [EventTeam(event_id=number, team_id=team) for number, teams in wanted.items() for team in teams]
    await EventTeam.bulk_create(parts, batch_size=500)


def without_record(data: F) -> F:
    """What the next events of a series are made from: not what was counted or written down at one of them."""
    return data.model_copy(update={name: EventFields.model_fields[name].get_default() for name in kinds.RECORD_FIELDS})


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


def called_off(row: Event, reason: str) -> dict[str, Any]:
    """What an event becomes that does not take place; it remembers where it stood."""
    cancelled = EventStatus.CANCELLED
    return {"status": cancelled, "status_before": row.status, "status_reason": reason, "reinstated_at": None}


async def editable(actor: Actor, slug: str) -> Event:
    """The event, locked, for somebody who may change what the public sees."""
    row = await Event.select_for_update().get_or_none(slug=slug)
    if row is None:
        raise NotFound
    place = row.division_id  # type: ignore[attr-defined]
    if not actor.may(EDIT_EVENTS, place):
        is_seen = row.status is not EventStatus.DRAFT or actor.may(DRAFT_EVENTS, place)
        raise Forbidden if is_seen else NotFound
    return row


async def writable(actor: Actor, slug: str) -> Event:
    """The event, locked, for somebody who may write it: a draft also for those who may not publish it."""
    row = await Event.select_for_update().get_or_none(slug=slug)
    is_draft = row is not None and row.status is EventStatus.DRAFT
    if row and is_draft and actor.may(DRAFT_EVENTS, row.division_id):  # type: ignore[attr-defined]
        return row
    return await editable(actor, slug)


async def look_over_again(actor: Actor, row: Event) -> None:
    """Take back that a draft is published later, where somebody changed it who may not publish it.

    Of one that comes again all are published together, so that the time set for another is taken back as well.
    """
    others: list[Event] = []
    if row.status is EventStatus.DRAFT and row.series_id is not None:  # type: ignore[attr-defined]
        planned = Event.filter(series_id=row.series_id, status=EventStatus.DRAFT, publish_at__isnull=False)  # type: ignore[attr-defined]
        others = await planned.exclude(id=row.id).select_for_update()
    await review.look_over_again(actor, row, others, EDIT_EVENTS)


def following(row: Event) -> QuerySet[Event]:
    """Those of its series after an event that may still change, in order. Raises `Unavailable` where it comes once."""
    if row.series_id is None:  # type: ignore[attr-defined]
        raise Unavailable(N_("It does not come again."))
    open_ = (EventStatus.DRAFT, EventStatus.PUBLISHED)
    after = Event.filter(series_id=row.series_id, starts_at__gt=row.starts_at, status__in=open_)  # type: ignore[attr-defined]
    return after.order_by("starts_at")


async def changing(actor: Actor, slug: str) -> Event:
    """The event, locked, for somebody who is about to change something that belongs to it."""
    row = await writable(actor, slug)
    await look_over_again(actor, row)
    return row
