"""What belongs to an event moves along when its start is changed: its end, its programme, and its sessions.

An end that is left as it was, or not given, keeps the event's length, as calendars do: the one rule for forms, GraphQL,
tables and series. Times that the editor changed in the same form stay as they were typed. What would end up outside the event, since its
length has changed too, shows that the event was not moved but cut: then all of it stays, if it can.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from civicgraph import clock
from civicgraph.bookings.models import Quota
from civicgraph.bookings.operations import reckon_from, sessions_of
from civicgraph.events import rules
from civicgraph.events.models import Along, Event, Move, MovedKind
from civicgraph.events.operations.inputs import EventFields, ProgrammeItemFields, UpdateEvent

Span = tuple[datetime | None, datetime | None]


@dataclass(frozen=True)
class Shift:
    """From where to where what lies within an event moves, by the clock on the wall."""

    before: datetime
    after: datetime

    def of(self, span: Span) -> Span:
        """Start and end, moved."""
        starts, ends = (one and rules.moved(one, self.before, self.after) for one in span)
        return starts, ends

    async def ready(self, event_id: int, starts_at: datetime) -> None:
        """Let the sessions of an event that is about to begin at another time move by this, and not by as much as it."""
        await reckon_from(event_id, rules.moved(starts_at, self.after, self.before))


def with_end(row: Event, data: UpdateEvent) -> UpdateEvent:
    """The change with its end: as it was typed, or moved by as much as the start where it was left as it was.

    That it moved is noted at the row.
    """
    kept = rules.last_minute(row.ends_at) if data.is_all_day else row.ends_at
    given: datetime | None = data.ends_at
    if given is not None and _minutes((given, None)) != _minutes((kept, None)):
        return data
    ends_at, _ = _shift(row, data).of((kept, None))
    if ends_at != kept:
        row.moved_along = Along((Move(MovedKind.END, data.title, (None, row.ends_at), (None, ends_at)),))
    return data.model_copy(update={"ends_at": ends_at})


async def take_along(
    row: Event, data: UpdateEvent, before: Mapping[str, Any], sessions: Sequence[Quota]
) -> tuple[UpdateEvent, Shift]:
    """The change with the programme moved along, and by how much the sessions are to move.

    What moved is noted at the row too, for whoever made the change.
    """
    untouched = _untouched(data.programme, before["programme"])
    within = [_span(one) for one in sessions if _lies_within(row, one)]
    shift = _fitting(_shift(row, data), data, [_span(data.programme[at]) for at in untouched] + within)
    if shift.before == shift.after:
        stays = bool(untouched or within) and data.starts_at != row.starts_at
        row.moved_along = replace(row.moved_along, stays=stays)
        return data, shift
    programme, moves = list(data.programme), []
    for at in untouched:
        item, after = programme[at], shift.of(_span(programme[at]))
        programme[at] = item.model_copy(update={"starts_at": after[0], "ends_at": after[1]})
        moves.append(Move(MovedKind.PROGRAMME_ITEM, item.title, _span(item), after))
    row.moved_along = Along((*row.moved_along.moves, *moves))
    return data.model_copy(update={"programme": programme}), shift


async def note_sessions(row: Event, before: Sequence[Quota]) -> None:
    """Note at the row which of its sessions have other times since it was saved."""
    times = {one.id: _span(one) for one in await sessions_of(row.id)}
    moves = [
        Move(MovedKind.SESSION, one.title, _span(one), after)
        for one in before
        if (after := times.get(one.id, _span(one))) != _span(one)
    ]
    row.moved_along = replace(row.moved_along, moves=(*row.moved_along.moves, *moves))


def _shift(row: Event, data: EventFields) -> Shift:
    """As the start moves; where an event comes to be of whole days, or no longer is, the day alone says it."""
    if row.is_all_day == data.is_all_day:
        return Shift(row.starts_at, data.starts_at)
    hour = row.starts_at.astimezone(clock.CITY_ZONE).time()
    return Shift(
        row.starts_at, datetime.combine(data.starts_at.astimezone(clock.CITY_ZONE).date(), hour, clock.CITY_ZONE)
    )


def _fitting(shift: Shift, data: EventFields, spans: Sequence[Span]) -> Shift:
    def fit(found: Sequence[Span]) -> bool:
        return all(data.starts_at <= one <= data.ends_at for span in found for one in span if one)

    stands = Shift(shift.before, shift.before)
    return stands if not fit([shift.of(one) for one in spans]) and fit(spans) else shift


def _untouched(given: Sequence[ProgrammeItemFields], kept: Sequence[Mapping[str, Any]]) -> list[int]:
    """Which items have the times that they had: known again by title, and where that was changed by the times alone."""
    left = [(one["title"], _minutes((one["starts_at"], one["ends_at"]))) for one in kept]
    found = []
    for is_same_title in (True, False):
        for at, item in enumerate(given):
            times = _minutes(_span(item))
            like = next((one for one in left if one[1] == times and (one[0] == item.title) >= is_same_title), None)
            if any(times) and like is not None and at not in found:
                left.remove(like)
                found.append(at)
    return sorted(found)


def _span(one: ProgrammeItemFields | Quota) -> Span:
    return one.starts_at, one.ends_at


def _minutes(span: Span) -> Span:
    """As forms hold times."""
    starts, ends = (one and one.replace(second=0, microsecond=0) for one in span)
    return starts, ends


def _lies_within(row: Event, session: Quota) -> bool:
    """A course that grew out of an event has weeks of its own."""
    return not session.weekdays and all(row.starts_at <= one <= row.ends_at for one in _span(session) if one)
