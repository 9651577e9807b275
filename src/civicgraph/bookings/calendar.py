"""A registration as an iCalendar file (RFC 5545), for the phone's own calendar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar

from civicgraph import clock, settings
from civicgraph.bookings import rules
from civicgraph.bookings.models import RegistrationState
from civicgraph.calendars import are_whole_days
from civicgraph.clock import CITY_ZONE

FILE = "booking.ics"
ALARM, ALARM_OF_DAYS = timedelta(hours=-2), timedelta(hours=-6)
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_STATUS = {RegistrationState.CONFIRMED: "CONFIRMED", RegistrationState.OFFERED: "TENTATIVE"}
_HALF_DAY = timedelta(hours=12)


@dataclass(frozen=True)
class Entry:
    """What stands in the calendar: one registration, found again by its number when it changes."""

    number: str
    name: str
    state: RegistrationState
    sequence: int
    starts_at: datetime
    ends_at: datetime | None
    weekdays: Sequence[int] = ()
    venue: str = ""
    phone: str = ""
    is_on_hold: bool = False
    """Postponed, or the service rests: the day that stands there is not to be relied on."""


def entry_of(values: Mapping[str, Any], *, is_called_off: bool = False) -> Entry | None:
    """The entry of a message's values; None for what has no time. Who waits has nothing to enter yet."""
    state = RegistrationState.CANCELLED if is_called_off else RegistrationState(values["state"])
    is_entered = state in _STATUS or state is RegistrationState.CANCELLED
    if not values["starts_at"] or not is_entered:
        return None
    return Entry(
        number=values["number"],
        name=values["name"],
        state=state,
        sequence=values.get("sequence", 0),
        starts_at=datetime.fromisoformat(values["starts_at"]),
        ends_at=datetime.fromisoformat(values["ends_at"]) if values["ends_at"] else None,
        weekdays=values["weekdays"],
        venue=values["venue"],
        phone=values["phone"],
        is_on_hold=values.get("is_on_hold", False),  # messages that wait in the outbox may be from before
    )


def written(entry: Entry) -> bytes:
    """The file. An entry that was written before is replaced by one of the same number and a later sequence."""
    address = settings.current().base_url.rstrip("/") + rules.own_link(entry.number)
    event = icalendar.Event()
    event.add("uid", f"{entry.number}@civicgraph")
    event.add("dtstamp", clock.now().astimezone(UTC).replace(microsecond=0))
    event.add("sequence", entry.sequence)
    status = _STATUS.get(entry.state, "CANCELLED")
    event.add("status", "TENTATIVE" if entry.is_on_hold and entry.state in _STATUS else status)
    event.add("summary", entry.name)
    event.add("description", "\n".join(filter(None, (entry.number, entry.phone, address))))
    event.add("url", address)
    if entry.venue:
        event.add("location", entry.venue)
    _add_times(event, entry)
    if entry.state in _STATUS and not entry.is_on_hold:
        alarm = icalendar.Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", entry.name)
        alarm.add("trigger", ALARM_OF_DAYS if _is_of_days(entry) else ALARM)
        event.add_component(alarm)
    found = icalendar.Calendar()
    found.add("prodid", "-//CivicGraph//Bookings//EN")
    found.add("version", "2.0")
    found.add("method", "PUBLISH")
    found.add_component(event)
    found.add_missing_timezones()
    return bytes(found.to_ical())


def _is_of_days(entry: Entry) -> bool:
    return not entry.weekdays and are_whole_days(entry.starts_at, entry.ends_at)


def _add_times(event: icalendar.Event, entry: Entry) -> None:
    """Once from start to end; a course each of its weekdays, for as long on each as the hours of its start and end say."""
    starts = entry.starts_at.astimezone(CITY_ZONE)
    ends = entry.ends_at.astimezone(CITY_ZONE) if entry.ends_at else None
    if ends and _is_of_days(entry):
        event.add("dtstart", starts.date())
        event.add("dtend", ends.date() + timedelta(days=1))  # the standard's end is the first day after
        return
    if entry.weekdays and ends:
        starts = rules.first_on(starts, entry.weekdays)
        days = [_DAYS[day - 1] for day in sorted(entry.weekdays)]
        event.add("rrule", {"freq": "WEEKLY", "byday": days, "until": ends.astimezone(UTC)})
        same_day = starts.replace(hour=ends.hour, minute=ends.minute)
        ends = same_day if timedelta() < same_day - starts < _HALF_DAY else starts + timedelta(hours=1)
    event.add("dtstart", starts)
    if ends:
        event.add("dtend", ends)
