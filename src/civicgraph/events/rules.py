"""Rules of the events room: states, length, names in addresses, who sees what. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from civicgraph import clock, crypto
from civicgraph.events.kinds import DUE
from civicgraph.events.models import EventStatus
from civicgraph.graph.selection import as_moment
from civicgraph.graph.ways import Ways
from civicgraph.permissions import DRAFT_EVENTS, EDIT_EVENTS

if TYPE_CHECKING:
    from civicgraph.graph.plan import Compiler, Row
    from civicgraph.graph.selection import Given
    from civicgraph.i18n import Labelled

LONGEST = timedelta(days=60)
"""An event lasts at most this long, so that what is still on is found among recent starts by an index."""

A_DAY = timedelta(days=1)
"""What lasts longer goes on for several days."""

HORIZON = timedelta(days=190)
"""So far ahead the events of a series are made: half a year, as far as people plan."""

TRANSITIONS: dict[str, tuple[frozenset[EventStatus], EventStatus]] = {
    "publish": (frozenset({EventStatus.DRAFT}), EventStatus.PUBLISHED),
    "withdraw": (frozenset({EventStatus.PUBLISHED}), EventStatus.DRAFT),
    "cancel": (frozenset({EventStatus.DRAFT, EventStatus.PUBLISHED, EventStatus.POSTPONED}), EventStatus.CANCELLED),
    "postpone": (frozenset({EventStatus.PUBLISHED}), EventStatus.POSTPONED),
    "move": (frozenset({EventStatus.PUBLISHED, EventStatus.POSTPONED}), EventStatus.PUBLISHED),
    "finish": (frozenset({EventStatus.PUBLISHED}), EventStatus.FINISHED),
}
"""What one may do with an event: from which states, to which."""

SEVERAL_DAYS = {"sqlite": "julianday({end}) - julianday({start}) > 1", "postgres": "{end} - {start} > interval '1 day'"}


def new_slug(starts_at: datetime) -> str:
    """A name for addresses: the day and a short random code, for instance 20260522-7f3k."""
    return f"{starts_at.astimezone(clock.CITY_ZONE):%Y%m%d}-{crypto.random_code(5).lower()}"


def moved(moment: datetime, before: datetime, after: datetime) -> datetime:
    """A moment, moved by as much as `before` becomes `after`; by the clock on the wall, whatever the zone does."""
    walls = [one.astimezone(clock.CITY_ZONE).replace(tzinfo=None) for one in (moment, before, after)]
    return (walls[0] + (walls[2] - walls[1])).replace(tzinfo=clock.CITY_ZONE).astimezone(UTC)


def visible(c: Compiler, row: Row) -> str:
    """All but drafts; drafts for those who write there."""
    return f"{row['status']} <> 'draft' OR {writes(c, row)}"


def writes(c: Compiler, row: Row) -> str:
    """Who writes drafts where the row belongs."""
    return c.covers(row["division_id"], DRAFT_EVENTS)


def publishes(c: Compiler, row: Row) -> str:
    """Who publishes there, and changes what is public."""
    return c.covers(row["division_id"], EDIT_EVENTS)


def has_open(c: Compiler, row: Row) -> str:
    """A finding or an opinion of it is still to be seen to."""
    return _has_entry(c, row, lambda one: "")


def has_overdue(c: Compiler, row: Row) -> str:
    """One of them was to be seen to before today."""
    today = c.value(lambda run: run.now.astimezone(clock.CITY_ZONE).date(), "day", share="events today")
    return _has_entry(c, row, lambda one: f" AND {one['due_on']} < {today}")


def _has_entry(c: Compiler, row: Row, more: Callable[[Row], str]) -> str:
    kinds = ", ".join(f"'{kind.value}'" for kind in DUE)
    entry, source = c.find(
        "EventEntry", lambda one: f"{one['done_on']} IS NULL AND {one['kind']} IN ({kinds}){more(one)}"
    )
    return f"{row['id']} IN (SELECT {entry['event_id']} {source})"


def submitter(c: Compiler, row: Row) -> str:
    """The name of who asked for it to be looked over."""
    person, source = c.find("Person", lambda one: f"{one['id']} = {row['submitted_by_id']}")
    return f"(SELECT {person['name']} {source})"


def is_submitted(c: Compiler, row: Row) -> str:
    """Waits to be looked over."""
    return f"{row['submitted_at']} IS NOT NULL"


def may_edit(c: Compiler, row: Row) -> str:
    """Drafts by those who write there, the rest by those who publish."""
    return f"({publishes(c, row)} OR ({row['status']} = 'draft' AND {writes(c, row)}))"


def next_like(moment: datetime, now: datetime) -> datetime:
    """The same weekday and hour, in the first week that is still to come."""
    weeks = max(1, (now - moment) // timedelta(weeks=1) + 1)
    return moved(moment, moment, moment + timedelta(weeks=weeks))


def first_minute(starts_at: datetime) -> datetime:
    """The first minute of the day in the city on which an event begins, where the days matter and not the hours."""
    return starts_at.astimezone(clock.CITY_ZONE).replace(hour=0, minute=0, second=0).astimezone(UTC)


def last_minute(ends_at: datetime) -> datetime:
    """The last minute of the day in the city on which an event ends, where the days matter and not the hours."""
    return ends_at.astimezone(clock.CITY_ZONE).replace(hour=23, minute=59, second=0).astimezone(UTC)


def is_upcoming(c: Compiler, row: Row) -> str:
    """Not over yet. What was marked as over stands in no index that this asks; the rest is looked at."""
    ends_at = c.dialect.looked_at(row["ends_at"])  # nearly all end later: the list's order is worth more
    return f"(NOT {row['is_over']} AND {ends_at} >= {c.now()} AND {row['status']} <> 'finished')"


def is_past(c: Compiler, row: Row) -> str:
    """Over. What is over has begun, so an index of starts skips all that is to come."""
    return f"({row['starts_at']} <= {c.now()} AND ({row['ends_at']} < {c.now()} OR {row['status']} = 'finished'))"


def ends_from(c: Compiler, row: Row, given: Given) -> str:
    """Still on at the beginning of a day, or later: what lasts at most a day began the day before.

    What lasts longer may have begun `LONGEST` before; it is little, and stands in an index of its own.
    """
    starts, ends = row["starts_at"], f"{row['ends_at']} >= {given.sql(c, 'moment')}"
    earliest, day_before = (given.sql(c, "moment", before) for before in (_longest_before, _day_before))
    is_long = spans_days(c, row)
    whole = f"({starts} >= {earliest} AND {ends} AND ({starts} >= {day_before} OR {is_long}))"
    long = f"({starts} >= {earliest} AND {starts} < {day_before} AND {ends} AND {is_long})"
    row.ways = Ways(whole, (long, f"({starts} >= {day_before} AND {ends})"))
    return whole


def _longest_before(day: Any) -> datetime:
    return as_moment(day) - LONGEST


def _day_before(day: Any) -> datetime:
    return as_moment(day) - A_DAY


def holds_one(c: Compiler, row: Row, given: Given, *, column: str, kind: type[Labelled]) -> str:
    """Whether a list of names of an enumeration holds the one that is asked for."""
    name = given.sql(c, "text", lambda value: f'%"{kind(value).name}"%')
    return f"{c.dialect.text(row[column])} LIKE {name}"


def spans_days(c: Compiler, row: Row) -> str:
    """Lasts longer than a day."""
    return f"({SEVERAL_DAYS[c.dialect.name].format(start=row['starts_at'], end=row['ends_at'])})"
