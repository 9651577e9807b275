"""Changing the rule by which an event comes again, from one of its events on."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from tortoise.expressions import Q

from civicgraph import clock
from civicgraph.bookings.models import Quota
from civicgraph.events import recurrence
from civicgraph.events.models import Event, EventSeries, EventStatus
from civicgraph.events.operations.inputs import ChangeRepetition, EventFields
from civicgraph.events.operations.planned import give_up_files, with_own
from civicgraph.events.operations.rows import at_time, called_off, editable
from civicgraph.events.operations.series import OPEN, extend, rule_from
from civicgraph.events.recurrence import Rule
from civicgraph.grievances.models import Grievance
from civicgraph.i18n import N_
from civicgraph.listings import review
from civicgraph.operations import Unavailable, audit, check_version, operation
from civicgraph.permissions import Actor
from civicgraph.scheduler.deadlines import settle
from civicgraph.web.formats import day


@operation()
async def change_repetition(actor: Actor, data: ChangeRepetition) -> Event:
    """Let an event come again by another rule, from this one on.

    Those that the new rule has too stay what they are, with all that is booked. Of the others nobody may have a place;
    the public reads that they are cancelled and why, drafts go. What was changed by itself stands, whatever the rule says.
    """
    row = await editable(actor, data.slug)
    if row.series_id is None:  # type: ignore[attr-defined]
        raise Unavailable(N_("It does not come again."))
    if row.status not in OPEN:
        raise Unavailable(N_("That is not possible any more: it is %(status)s."), status=row.status.words)
    if row.starts_at < clock.now():
        raise Unavailable(N_("It has begun. Change the rule from one that is still to come."))
    if row.recurs_at != row.starts_at:
        raise Unavailable(N_("It was moved by itself. Change the rule from one that stands where its rule has it."))
    check_version(row, data.version, dict)
    rule, limit = rule_from(data, row)
    series = await EventSeries.select_for_update().get(id=row.series_id)  # type: ignore[attr-defined]
    before, later = series.rule, await _later(row)
    farthest = max([limit, *(slot + timedelta(seconds=1) for one in later if (slot := one.recurs_at))])
    slots = set(recurrence.starts(rule, row.starts_at, farthest))
    off = [one for one in later if one.recurs_at not in slots]
    standing = await _standing(row, off)
    gone = [one for one in off if one.id not in standing]
    await _check_booked(gone)
    others = [row.id, *(one.id for one in later)]
    is_first = not await Event.filter(series_id=series.id).exclude(id__in=others).exists()
    series = await _series_from(row, series, rule, is_first=is_first)
    row.update_from_dict({"series": series, "version": row.version + 1})
    await row.save()
    await Event.filter(id__in=[one.id for one in later]).update(series_id=series.id)
    await Event.filter(id__in=[one.id for one in off]).update(recurs_at=None)
    await _let_go(gone, data.reason)
    made = await extend(series, limit)
    await audit(actor, row, {"rule": [before, series.rule], "also_made": [0, made], "fallen_away": [0, len(gone)]})
    return row


async def _later(row: Event) -> list[Event]:
    """Those after an event by the rule, and those that have no place in it any more and begin later; locked."""
    is_later = Q(recurs_at__gt=row.recurs_at) | Q(recurs_at__isnull=True, starts_at__gt=row.starts_at)
    others = Event.filter(is_later, series_id=row.series_id).order_by("starts_at")  # type: ignore[attr-defined]
    return await others.select_for_update()


async def _standing(row: Event, off: list[Event]) -> set[int]:
    """Which of those that the rule leaves out stand all the same: what differs from it already, and drafts of which
    something is kept that was entered for them alone: what this event has too is not lost with them."""
    drafts = [one.id for one in off if one.status is EventStatus.DRAFT]
    kept: list[Any] = [
        await with_own(row, drafts),
        await Grievance.filter(event_id__in=drafts).values_list("event_id", flat=True),
        await Quota.filter(event_id__in=drafts, issued__gt=0).values_list("event_id", flat=True),
    ]
    differing = {one.id for one in off if one.is_exception or one.status not in OPEN}
    return differing.union(*kept)


async def _check_booked(gone: list[Event]) -> None:
    """Refuse to take from people what they have a place of, or wait for: say on which days."""
    taken = Q(taken__gt=0) | Q(waiting__gt=0)
    quotas = Quota.select_for_update().filter(taken, event_id__in=[one.id for one in gone])
    booked = set(await quotas.order_by("id").values_list("event_id", flat=True))
    if booked:
        days = ", ".join(day(one.starts_at) for one in gone if one.id in booked)
        words = N_(
            "People are registered for days that the new rule leaves out: %(days)s. These stand. Change the rule from a"
            " later one on, or first move or cancel those days: people are told then."
        )
        raise Unavailable(words, days=days)


async def _series_from(row: Event, series: EventSeries, rule: Rule, *, is_first: bool) -> EventSeries:
    """The series by its new rule: itself if this is its first; else another, and that one ends the day before."""
    template = at_time(EventFields.model_validate(series.template), row.starts_at)
    values: dict[str, Any] = {
        "rule": rule.text(),
        "starts_at": row.starts_at,
        "template": template.model_dump(mode="json"),
        "made_until": row.starts_at + timedelta(seconds=1),
    }
    if is_first:
        await series.update_from_dict({**values, "version": series.version + 1}).save()
        return series
    ended = replace(recurrence.parse(series.rule), count=None, until=_day_before(row.starts_at))
    await series.update_from_dict({"rule": ended.text(), "made_until": None, "version": series.version + 1}).save()
    place = series.division_id  # type: ignore[attr-defined]
    return await EventSeries.create(division_id=place, is_generated=series.is_generated, **values)


def _day_before(moment: datetime) -> datetime:
    """The last second of the day before, by the wall."""
    today = moment.astimezone(clock.CITY_ZONE).date()
    return datetime.combine(today - timedelta(days=1), time(23, 59, 59))


async def _let_go(gone: list[Event], reason: str) -> None:
    """Nobody has seen a draft, so it goes; of the rest everybody reads why they do not take place."""
    drafts = [one.id for one in gone if one.status is EventStatus.DRAFT]
    for one in gone:
        if one.id in drafts:
            await settle(one, review.PUBLICATION)
        else:
            cancelled = {**called_off(one, reason), "version": one.version + 1}
            one.update_from_dict(cancelled)
            await one.save(update_fields=[*cancelled, "updated_at"])
    await Quota.filter(event_id__in=drafts).delete()
    await give_up_files(drafts)
    await Event.filter(id__in=drafts).delete()
