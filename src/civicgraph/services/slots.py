"""Time slots of services: which ones their hours ask for, laid out two weeks ahead and further each night."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Protocol

from tortoise.transactions import in_transaction

from civicgraph import clock
from civicgraph.bookings.operations import Laid, Slot, lay_slots, sweep_slots
from civicgraph.services import rules
from civicgraph.services.models import HolidayHours, Service, ServiceStatus, SlotPlan, SpecialDay
from civicgraph.services.quotas import subject_of

AHEAD = timedelta(days=14)
"""So far ahead slots can be booked."""
_LISTED = (ServiceStatus.PUBLISHED, ServiceStatus.SUSPENDED)


class Planned(Protocol):
    """What a stretch of a weekday says of its slots."""

    title: str
    weekday: int
    opens_minute: int
    closes_minute: int
    slot_minutes: int
    places: int


class Special(Protocol):
    """A stretch of days with other hours, or none."""

    first_day: date
    last_day: date
    opens_minute: int | None
    closes_minute: int | None


def slots_of(
    plans: Sequence[Planned], special_days: Sequence[Special], how: HolidayHours, days: Iterable[date]
) -> list[Slot]:
    """The slots of these days. On special days those that lie within the hours of that day."""
    found = []
    for day in days:
        special = [one for one in special_days if one.first_day <= day <= one.last_day]
        weekday = day.isoweekday() if special else rules.weekday_of(day, how)
        for plan in (one for one in plans if one.weekday == weekday):
            for begins in range(plan.opens_minute, plan.closes_minute - plan.slot_minutes + 1, plan.slot_minutes):
                ends = begins + plan.slot_minutes
                if not special or any(_holds(one, begins, ends) for one in special):
                    found.append(Slot(_at(day, begins), _at(day, ends), plan.places, plan.title))
    return found


def _holds(special: Special, begins: int, ends: int) -> bool:
    opens, closes = special.opens_minute, special.closes_minute
    return opens is not None and closes is not None and opens <= begins and ends <= closes


def _at(day: date, minute: int) -> datetime:
    return datetime.combine(day, time(), clock.CITY_ZONE) + timedelta(minutes=minute)


async def lay_out(service: Service) -> Laid:
    """Let the slots to come of a service be those of its hours. The caller holds its lock."""
    today = clock.today()
    until = today + AHEAD
    plans = await SlotPlan.filter(service_id=service.id)
    if service.status not in _LISTED or not (plans or service.slots_until):
        return Laid()
    special = await SpecialDay.filter(service_id=service.id, last_day__gte=today)
    days = [today + timedelta(days=ahead) for ahead in range(AHEAD.days)]
    wanted = [one for one in slots_of(plans, special, service.holiday_hours, days) if one.starts_at > clock.now()]
    laid = await lay_slots(subject_of(service), wanted, lambda starts_at: _note_of(special, starts_at))
    service.slots_until = until if plans else None  # type: ignore[assignment]
    await Service.filter(id=service.id).update(slots_until=service.slots_until)
    return laid


def _note_of(special: Sequence[SpecialDay], starts_at: datetime) -> str:
    """What a day with other hours says of itself: why its times are not given out."""
    day = starts_at.astimezone(clock.CITY_ZONE).date()
    return next((one.note for one in special if one.first_day <= day <= one.last_day and one.note), "")


async def carry_on_slots() -> None:
    """Lay out the next day of the services whose slots reach less far than they should: a few at a tick."""
    short = Service.filter(slots_until__lt=clock.today() + AHEAD, status__in=_LISTED)
    for number in await short.order_by("slots_until", "id").limit(20).values_list("id", flat=True):
        async with in_transaction():
            service = await Service.select_for_update().get(id=number)
            await lay_out(service)
            await sweep_slots(subject_of(service))
