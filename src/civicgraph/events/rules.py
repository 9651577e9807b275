"""Rules of the events room: states, length, names in addresses, who sees what. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from civicgraph import clock, crypto
from civicgraph.events.models import EventStatus
from civicgraph.permissions import EDIT_EVENTS

if TYPE_CHECKING:
    from civicgraph.graph.plan import Compiler, Row

LONGEST = timedelta(days=60)
"""An event lasts at most this long, so that what is still on is found among recent starts by an index."""

TRANSITIONS: dict[str, tuple[frozenset[EventStatus], EventStatus]] = {
    "publish": (frozenset({EventStatus.DRAFT}), EventStatus.PUBLISHED),
    "cancel": (frozenset({EventStatus.DRAFT, EventStatus.PUBLISHED}), EventStatus.CANCELLED),
    "finish": (frozenset({EventStatus.PUBLISHED}), EventStatus.FINISHED),
}
"""What one may do with an event: from which states, to which."""


def new_slug(starts_at: datetime) -> str:
    """A name for addresses: the day and a short random code, for instance 20260522-7f3k."""
    return f"{starts_at.astimezone(clock.CITY_ZONE):%Y%m%d}-{crypto.random_code(5).lower()}"


def visible(c: Compiler, row: Row) -> str:
    """All but drafts; drafts for those who may edit there."""
    return f"{row['status']} <> 'draft' OR {c.covers(row['division_id'], EDIT_EVENTS)}"


def is_upcoming(c: Compiler, row: Row) -> str:
    """Not over yet. The bound on the start lets an index of starts answer."""
    earliest = c.value(lambda run: run.now - LONGEST, "moment", share="upcoming")
    return f"({row['starts_at']} >= {earliest} AND {row['ends_at']} >= {c.now()} AND {row['status']} <> 'finished')"
