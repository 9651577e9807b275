"""Nobody is told of a time that has passed: whoever registered would learn of it when it is too late to come."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tortoise.expressions import Q

from civicgraph import clock
from civicgraph.bookings.models import Quota
from civicgraph.events import rules
from civicgraph.events.models import Event, EventStatus
from civicgraph.i18n import N_, gettext, ngettext
from civicgraph.operations import FieldError, InvalidInput

_OPEN = (EventStatus.PUBLISHED, EventStatus.POSTPONED)
_PASSED = N_("This time has passed. Please give one that is to come, or cancel the event.")


async def check_to_come(row: Event, starts_at: datetime, *, is_all_day: bool, is_told: bool = False) -> None:
    """Refuse a new start that has passed, where people are registered, or everybody is told of it by words.

    An event that has begun can still be put right: nobody waits for it any more.
    """
    if row.status not in _OPEN or starts_at == row.starts_at or not _has_passed(starts_at, is_all_day):
        return
    people = await _people(row)
    was_to_come = not _has_passed(row.starts_at, row.is_all_day)
    if people and (was_to_come or row.status is EventStatus.POSTPONED):
        words = ngettext(
            "This time has passed, and one person is registered, who would be told of it. Please give a time that is to come, or cancel the event.",
            "This time has passed, and %(num)s people are registered, who would be told of it. Please give a time that is to come, or cancel the event.",
            people,
        )
        raise InvalidInput([FieldError("starts_at", "past", words)])
    if is_told and was_to_come:
        raise InvalidInput([FieldError("starts_at", "past", gettext(_PASSED))])


def check_published_before(row: Event, starts_at: datetime) -> None:
    """Refuse a new start of a draft that would only be published after it."""
    if row.publish_at is not None and row.publish_at >= starts_at != row.starts_at:
        words = N_("It is published by itself only later than that. Please set an earlier time to publish it first.")
        raise InvalidInput.at("starts_at", "unpublished", words)


def check_planned(row: Event, publish_at: datetime) -> None:
    """Refuse to publish a draft after it has begun: nobody could come any more."""
    if publish_at >= row.ends_at:
        raise InvalidInput.at("publish_at", "over", N_("It is over by then. Please give an earlier time."))
    if publish_at >= row.starts_at:
        words = N_("It has begun by then. Please give an earlier time, or publish it now.")
        raise InvalidInput.at("publish_at", "begun", words)


def _has_passed(moment: datetime, is_all_day: bool) -> bool:
    return moment < (rules.first_minute(clock.now()) if is_all_day else clock.now())


async def _people(row: Event) -> int:
    """How many hold places of it or wait for one."""
    rows: list[Any] = await Quota.filter(Q(taken__gt=0) | Q(waiting__gt=0), event_id=row.id).values_list(
        "taken", "waiting"
    )
    return sum(taken + waiting for taken, waiting in rows)
