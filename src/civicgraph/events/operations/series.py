"""Events that come again: making a series, changing it, and carrying it on."""

from __future__ import annotations

from datetime import datetime, timedelta

from tortoise.expressions import F, Q

from civicgraph import clock
from civicgraph.bookings.operations import check_places_fit
from civicgraph.events import kinds, recurrence, rules
from civicgraph.events.models import EditScope, Event, EventSeries, EventStatus
from civicgraph.events.operations.along import Shift
from civicgraph.events.operations.inputs import EventFields, RepeatEvent, UpdateEvent
from civicgraph.events.operations.materials import move_files
from civicgraph.events.operations.past import check_to_come
from civicgraph.events.operations.places import give_places
from civicgraph.events.operations.planned import copy_plan
from civicgraph.events.operations.rows import (
    at_time,
    called_off,
    changed_columns,
    columns,
    editable,
    event_values,
    replace_parts,
    without_record,
)
from civicgraph.events.recurrence import Rule
from civicgraph.events.rescue.keeping import count_new
from civicgraph.i18n import N_
from civicgraph.operations import InvalidInput, Unavailable, audit, check_version, operation
from civicgraph.permissions import Actor
from civicgraph.uploads import operations as uploads

OPEN = (EventStatus.DRAFT, EventStatus.PUBLISHED)
"""What an event is whose time and rule may still change."""


@operation()
async def repeat_event(actor: Actor, data: RepeatEvent) -> Event:
    """Let an event come again by a rule. Each time is an event of its own, made half a year ahead and further each night."""
    row = await editable(actor, data.slug)
    if row.series_id is not None:  # type: ignore[attr-defined]
        raise Unavailable(N_("It comes again already. End that first: cancel this one and those after it."))
    if row.status not in OPEN:
        raise Unavailable(N_("That is not possible any more: it is %(status)s."), status=row.status.words)
    check_version(row, data.version, dict)
    rule, limit = rule_from(data, row)
    values = without_record(EventFields.model_validate(await event_values(row)))
    series = await EventSeries.create(
        division_id=values.division_code,
        rule=rule.text(),
        starts_at=row.starts_at,
        template=values.model_dump(mode="json"),
        made_until=row.starts_at + timedelta(seconds=1),
    )
    row.update_from_dict({"series": series, "recurs_at": row.starts_at, "version": row.version + 1})
    await row.save()
    made = await extend(series, limit)
    await audit(actor, row, {"rule": [None, series.rule], "also_made": [0, made]})
    return row


def rule_from(data: RepeatEvent, row: Event) -> tuple[Rule, datetime]:
    """The rule that is asked for, from an event on, and how far its events are made. Raises `InvalidInput`."""
    rule = data.asked(row.starts_at.astimezone(clock.CITY_ZONE).date())
    limit = max(clock.now(), row.starts_at) + rules.HORIZON
    if next(recurrence.starts(rule, row.starts_at, limit), None) != row.starts_at:
        raise _not_first(data, rule, row)
    return rule, limit


def _not_first(data: RepeatEvent, rule: Rule, row: Event) -> InvalidInput:
    """What is wrong with a rule that the event itself does not follow, at the field that says it."""
    if rule.until and rule.until < row.starts_at.astimezone(clock.CITY_ZONE).replace(tzinfo=None):
        words = N_("This day lies before the event itself. Please give a later one.")
        return InvalidInput.at("rule" if data.rule else "until", "before_start", words)
    by_month = data.frequency is recurrence.Frequency.MONTHLY
    field = "rule" if data.rule else "monthly_on" if by_month else "weekdays"
    return InvalidInput.at(field, "first", N_("The event itself has to be the first by its rule."))


async def extend(series: EventSeries, until: datetime) -> int:
    """Make the events of a series up to a moment; how many. Those whose rule has come to its end rest."""
    rule = recurrence.parse(series.rule)
    slots = list(recurrence.starts(rule, series.starts_at, until))
    last = rule.until and rule.until.replace(tzinfo=clock.CITY_ZONE) < until
    is_done = bool(last) or (rule.count is not None and len(slots) >= rule.count)
    since = series.made_until
    there = set(await Event.filter(series_id=series.id, recurs_at__isnull=False).values_list("recurs_at", flat=True))
    wanted = [slot for slot in slots if since is not None and slot >= since and slot not in there]
    template = EventFields.model_validate(series.template)
    status = EventStatus.PUBLISHED if await _is_shown(series) else EventStatus.DRAFT
    given = {slot: at_time(template, slot) for slot in wanted}
    model = (
        await Event.filter(series_id=series.id, is_exception=False, recurs_at__isnull=False)
        .order_by("-recurs_at")
        .first()
    )
    rows = [
        Event(
            slug=rules.new_slug(slot),
            series_id=series.id,
            recurs_at=slot,
            status=status,
            published_at=clock.now() if status is EventStatus.PUBLISHED else None,
            is_generated=series.is_generated,
            **columns(data),
        )
        for slot, data in given.items()
    ]
    await Event.bulk_create(rows, batch_size=100)
    await count_new(rows)
    made = await Event.filter(series_id=series.id, recurs_at__gte=since).values_list("id", "recurs_at") if since else []
    parts = [(number, given[slot]) for number, slot in made if slot in given]
    await replace_parts(parts)
    if model is not None:
        await copy_plan(model, [number for number, _ in parts], template.division_code)
        await give_places(model, rows)
    series.made_until = None if is_done else until  # type: ignore[assignment]
    await series.save()
    return len(wanted)


async def _is_shown(series: EventSeries) -> bool:
    return await Event.filter(series_id=series.id, published_at__isnull=False).exists()


async def change_series(row: Event, data: UpdateEvent, shift: Shift) -> int:
    """Give what an event of a series becomes to those after it, or to all to come; how many of them.

    They move by as much as it moves, and so does the rule; their sessions by the shift. What was changed by itself
    keeps what it has.
    """
    series = await EventSeries.select_for_update().get(id=row.series_id)  # type: ignore[attr-defined]
    before, after = row.starts_at, data.starts_at
    days = (after.astimezone(clock.CITY_ZONE).date() - before.astimezone(clock.CITY_ZONE).date()).days
    rule = recurrence.parse(series.rule).moved(days)
    if rule is None:
        words = N_("Its rule does not allow other days for all of them. Change only this one, or end the series.")
        raise InvalidInput.at("starts_at", "rule", words)
    others = await reached(row, data.scope)
    # Slots are unique: the one that another moves to has to be free, so the far ones move first when all move on.
    if days:
        far = Event.filter(series_id=series.id).exclude(id__in=[row.id, *(one.id for one in others)])
        await far.update(recurs_at=None)
    others.append(row)
    others.sort(key=lambda one: one.recurs_at or one.starts_at, reverse=after > before)
    given: list[tuple[int, EventFields]] = []
    for one in others:
        slot = one.recurs_at and rules.moved(one.recurs_at, before, after)
        one.update_from_dict({"recurs_at": slot})
        if one is not row and not one.is_exception and one.status in OPEN:
            own = {name: getattr(one, name) for name in kinds.RECORD_FIELDS}
            values = at_time(data.model_copy(update=own), rules.moved(one.starts_at, before, after))
            if values.capacity != one.capacity:
                await check_places_fit(one.id, values.capacity)
            await check_to_come(one, values.starts_at, is_all_day=values.is_all_day)
            if one.status is EventStatus.PUBLISHED and values.starts_at != one.starts_at:
                one.previous_starts_at = one.starts_at
            one.update_from_dict({**changed_columns(values), "version": one.version + 1})
            given.append((one.id, values))
            await shift.ready(one.id, values.starts_at)
        await one.save()
    await replace_parts(given)
    await uploads.move(Event, [number for number, _ in given], data.division_code)
    await move_files([number for number, _ in given], data.division_code)
    template = without_record(EventFields.model_validate(data.model_dump(include=set(EventFields.model_fields))))
    series.update_from_dict(
        {
            "rule": rule.text(),
            "starts_at": rules.moved(series.starts_at, before, after),
            "template": template.model_dump(mode="json"),
            "division_id": data.division_code,
            "made_until": series.made_until and rules.moved(series.made_until, before, after),
            "version": series.version + 1,
        }
    )
    await series.save()
    return len(given)


async def reached(row: Event, scope: EditScope) -> list[Event]:
    """The other events of a series that a change reaches, with those that keep their own."""
    since = Q(starts_at__gt=row.starts_at) if scope is EditScope.FOLLOWING else Q(starts_at__gte=clock.now())
    others = Event.filter(since, series_id=row.series_id)  # type: ignore[attr-defined]
    return await others.exclude(id=row.id).select_for_update()


async def end_series(row: Event, scope: EditScope, reason: str) -> int:
    """Cancel those after an event of a series, or all to come, and make no more of them; how many."""
    others = [one for one in await reached(row, scope) if one.status in (*OPEN, EventStatus.POSTPONED)]
    for one in others:
        cancelled = {**called_off(one, reason), "version": one.version + 1}
        one.update_from_dict(cancelled)
        await one.save(update_fields=[*cancelled, "updated_at"])
    await EventSeries.filter(id=row.series_id).update(  # type: ignore[attr-defined]
        made_until=None, version=F("version") + 1, updated_at=clock.now()
    )
    return len(others)
