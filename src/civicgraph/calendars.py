"""Working days of the city and ways of counting time. Pure.

Holidays and make-up days 调休 are the State Council's, as the library knows them; it is released anew
each November, when the next year's are announced. Beyond the years that it covers Monday to Friday
are working days, and the log says so once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Protocol

import chinese_calendar
import structlog

from civicgraph.clock import CITY_ZONE

log = structlog.get_logger()

_DAY = timedelta(days=1)
_WINDOW = re.compile(r"([01]\d|2[0-3]):([0-5]\d)[-–—至~](?:(24):(00)|([01]\d|2[0-3]):([0-5]\d))")


def are_whole_days(starts_at: datetime, ends_at: datetime | None) -> bool:
    """Whether the days matter and not the hours: from midnight to the last minute of a day in the city."""
    if ends_at is None:
        return False
    first, last = starts_at.astimezone(CITY_ZONE), ends_at.astimezone(CITY_ZONE)
    return (first.hour, first.minute, last.hour, last.minute) == (0, 0, 23, 59)


@lru_cache(4_096)
def is_working_day(day: date) -> bool:
    """Whether offices work on this day: neither a weekend nor a holiday, or a make-up day 调休."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        _warn_beyond(day.year)
        return day.weekday() < 5


def last_known_year() -> int:
    """The latest year whose holidays were announced, as far as the library knows."""
    return max(chinese_calendar.constants.holidays).year


def is_makeup_day(day: date) -> bool:
    """Whether a Saturday or Sunday is worked for a holiday 调休."""
    return day.weekday() >= 5 and is_working_day(day)


def holiday_name(day: date) -> str:
    """The festival that a free day belongs to, in Chinese: 春节; empty on every other day and beyond the known years."""
    try:
        is_free, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        return ""
    return str(chinese_calendar.Holiday(name).chinese) if is_free and name else ""


@lru_cache
def _warn_beyond(year: int) -> None:
    """Said once a year and process; the cache forgets nothing before that."""
    log.warning("calendar.unknown_year", year=year, meaning="Monday to Friday count as working days")


class Calendar(Protocol):
    """A way of counting time, in minutes."""

    def after(self, start: datetime, minutes: float) -> datetime:
        """The first moment at which so many minutes have been counted since `start`."""
        ...

    def between(self, start: datetime, end: datetime) -> float:
        """How many minutes are counted from `start` to `end`; none when it does not come later."""
        ...


class RoundTheClock:
    """Every minute counts, day and night."""

    def after(self, start: datetime, minutes: float) -> datetime:
        """`start` and the minutes."""
        return start + timedelta(minutes=minutes)

    def between(self, start: datetime, end: datetime) -> float:
        """The minutes from one to the other."""
        return max((end - start).total_seconds() / 60, 0.0)


@dataclass(frozen=True)
class Window:
    """A part of the day in which an office works, in minutes after midnight: from `begins` until before `ends`."""

    begins: int
    ends: int

    def __str__(self) -> str:
        return "-".join(f"{minute // 60:02d}:{minute % 60:02d}" for minute in (self.begins, self.ends))


@dataclass(frozen=True)
class WorkingTime:
    """Only the hours of an office count, on working days on which it is not closed."""

    windows: tuple[Window, ...]
    closed: frozenset[date] = frozenset()

    def works_on(self, day: date) -> bool:
        """Whether the office works on this day."""
        return is_working_day(day) and day not in self.closed

    def is_open(self, moment: datetime) -> bool:
        """Whether the office works at this moment."""
        local = moment.astimezone(CITY_ZONE)
        minute = local.hour * 60 + local.minute
        return self.works_on(local.date()) and any(one.begins <= minute < one.ends for one in self.windows)

    def after(self, start: datetime, minutes: float) -> datetime:
        """The first moment at which so many minutes of work have passed since `start`."""
        left = timedelta(minutes=minutes)
        if left <= timedelta():
            return start
        day = start.astimezone(CITY_ZONE).date()
        while True:
            for begins, ends in self._spans(day):
                begin = max(begins, start)
                if ends - begin >= left:
                    return (begin + left).astimezone(start.tzinfo)
                left -= max(ends - begin, timedelta())
            day += _DAY

    def between(self, start: datetime, end: datetime) -> float:
        """How many minutes of work lie from one to the other."""
        day, last = start.astimezone(CITY_ZONE).date(), end.astimezone(CITY_ZONE).date()
        counted = timedelta()
        while day <= last:
            for begins, ends in self._spans(day):
                counted += max(min(ends, end) - max(begins, start), timedelta())
            day += _DAY
        return counted.total_seconds() / 60

    def _spans(self, day: date) -> list[tuple[datetime, datetime]]:
        """From when to when the office works on this day."""
        if not self.works_on(day):
            return []
        midnight = datetime.combine(day, time(), CITY_ZONE)
        return [(midnight + timedelta(minutes=w.begins), midnight + timedelta(minutes=w.ends)) for w in self.windows]

    def __str__(self) -> str:
        return " ".join([*map(str, self.windows), *(day.isoformat() for day in sorted(self.closed))])


def windows(text: str) -> tuple[Window, ...]:
    """The hours of an office from words: 09:00-12:00 13:00-17:00. Raises `ValueError` where they cannot be read."""
    found: list[Window] = []
    for part in re.split(r"[\s,;，；、]+", text.strip().replace("：", ":")):
        match = _WINDOW.fullmatch(part)
        if match is None:
            raise ValueError(part)
        begin_hour, begin_minute, *end = (int(digits) for digits in match.groups() if digits is not None)
        window = Window(begin_hour * 60 + begin_minute, end[0] * 60 + end[1])
        if window.ends <= window.begins or (found and window.begins < found[-1].ends):
            raise ValueError(part)
        found.append(window)
    return tuple(found)


def minutes_of_a_day(hours: str) -> int:
    """How long an office with these hours works on a working day; dates on which it is closed do not matter."""
    return sum(one.ends - one.begins for one in windows(" ".join(part for part in hours.split() if ":" in part)))


def working_time(hours: str, closed: Iterable[date] = ()) -> WorkingTime:
    """The working time of an office with these hours and further closed days."""
    return WorkingTime(windows(hours), frozenset(closed))


@lru_cache(1_024)
def parse(text: str) -> Calendar:
    """The calendar that `str` wrote down; an empty text counts round the clock."""
    parts = text.split()
    days = [part for part in parts if ":" not in part]
    hours = " ".join(part for part in parts if ":" in part)
    return working_time(hours, map(date.fromisoformat, days)) if parts else RoundTheClock()
