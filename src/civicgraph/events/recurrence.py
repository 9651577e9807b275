"""Rules by which an event comes again, after RFC 5545: read, checked, and walked. Pure.

A rule speaks of the clock on the wall: every Thursday at 19:00 is 19:00 before and after a change of the zone's
offset. Whatever a rule says, walking it costs at most the periods between its start and where one stops.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from civicgraph import clock
from civicgraph.i18n import N_, Labelled

MAX_INTERVAL, MAX_COUNT = 99, 999


class Frequency(Labelled):
    """How often an event comes again."""

    DAILY = "daily", N_("Every day")
    WEEKLY = "weekly", N_("Every week")
    MONTHLY = "monthly", N_("Every month")
    YEARLY = "yearly", N_("Every year")


class WeekDay(Labelled):
    """A day of the week."""

    MONDAY = "monday", N_("Monday")
    TUESDAY = "tuesday", N_("Tuesday")
    WEDNESDAY = "wednesday", N_("Wednesday")
    THURSDAY = "thursday", N_("Thursday")
    FRIDAY = "friday", N_("Friday")
    SATURDAY = "saturday", N_("Saturday")
    SUNDAY = "sunday", N_("Sunday")


DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_PARTS = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "WKST"})
_NUMBERS = {"BYMONTHDAY": 31, "BYMONTH": 12, "BYSETPOS": 366}


class BadRule(ValueError):
    """A rule that is none, or that asks for what is not kept here."""


@dataclass(frozen=True)
class Rule:
    """An RRULE of RFC 5545, 3.3.10, without hours, week numbers and days of the year.

    `by_day` holds (n, weekday): n counts within the month or year, from its end where it is negative, 0 is every
    such day. `until` is by the wall and inclusive.
    """

    frequency: Frequency
    interval: int = 1
    count: int | None = None
    until: datetime | None = None
    by_day: tuple[tuple[int, int], ...] = ()
    by_month_day: tuple[int, ...] = ()
    by_month: tuple[int, ...] = ()
    by_position: tuple[int, ...] = ()
    week_start: int = 0

    def text(self, zone: tzinfo = clock.CITY_ZONE) -> str:
        """The rule as calendars write it; its end in UTC, as the standard wants beside a start in a zone."""
        parts = [f"FREQ={self.frequency.name}"]
        if self.interval > 1:
            parts.append(f"INTERVAL={self.interval}")
        if self.count is not None:
            parts.append(f"COUNT={self.count}")
        if self.until is not None:
            parts.append(f"UNTIL={self.until.replace(tzinfo=zone).astimezone(UTC):%Y%m%dT%H%M%SZ}")
        if self.by_day:
            parts.append("BYDAY=" + ",".join(f"{n or ''}{DAYS[day]}" for n, day in self.by_day))
        for name, values in (
            ("BYMONTHDAY", self.by_month_day),
            ("BYMONTH", self.by_month),
            ("BYSETPOS", self.by_position),
        ):
            if values:
                parts.append(f"{name}=" + ",".join(map(str, values)))
        if self.week_start:
            parts.append(f"WKST={DAYS[self.week_start]}")
        return ";".join(parts)

    def moved(self, days: int) -> Rule | None:
        """The rule of the same events some days later or earlier; None where no rule says that."""
        if not days or (self.frequency is Frequency.DAILY and not (self.by_day or self.by_month_day or self.by_month)):
            return self
        if self.frequency is Frequency.WEEKLY and not self.by_month and self.interval == 1:
            return replace(self, by_day=tuple(sorted((0, (day + days) % 7) for _, day in self.by_day)))
        return None


def parse(text: str, zone: tzinfo = clock.CITY_ZONE) -> Rule:
    """A rule from its text. Raises `BadRule`."""
    parts = _parts(text)
    if set(parts) - _PARTS:
        raise BadRule(f"not kept here: {', '.join(sorted(set(parts) - _PARTS))}")
    try:
        rule = Rule(
            frequency=Frequency[parts.get("FREQ", "")],
            interval=_number(parts.get("INTERVAL", "1"), MAX_INTERVAL),
            count=_number(parts["COUNT"], MAX_COUNT) if "COUNT" in parts else None,
            until=_until(parts["UNTIL"], zone) if "UNTIL" in parts else None,
            by_day=tuple(_week_days(parts.get("BYDAY", ""))),
            by_month_day=_signed(parts, "BYMONTHDAY"),
            by_month=_signed(parts, "BYMONTH"),
            by_position=_signed(parts, "BYSETPOS"),
            week_start=DAYS.index(parts.get("WKST", "MO")),
        )
    except (KeyError, ValueError) as error:
        raise BadRule(str(error)) from None
    _check(rule)
    return rule


def _parts(text: str) -> dict[str, str]:
    given = [one.partition("=") for one in text.strip().upper().removeprefix("RRULE:").split(";") if one]
    if len(text) > 200 or len({name for name, _, _ in given}) != len(given):
        raise BadRule("a part stands twice, or there are too many")
    return {name: value for name, _, value in given}


def _number(text: str, most: int) -> int:
    if not re.fullmatch(r"\d{1,4}", text) or not 1 <= int(text) <= most:
        raise BadRule(f"not a number from 1 to {most}: {text}")
    return int(text)


def _signed(parts: dict[str, str], name: str) -> tuple[int, ...]:
    values = [one for one in parts.get(name, "").split(",") if one]
    numbers = [int(one) for one in values if re.fullmatch(r"[+-]?\d{1,3}", one)]
    lowest = 1 if name == "BYMONTH" else -_NUMBERS[name]
    if len(numbers) != len(values) or not all(one and lowest <= one <= _NUMBERS[name] for one in numbers):
        raise BadRule(f"{name} does not fit")
    return tuple(sorted(set(numbers)))


def _week_days(text: str) -> Iterator[tuple[int, int]]:
    for one in sorted({one for one in text.split(",") if one}):
        found = re.fullmatch(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)", one)
        if found is None or (found[1] and not 1 <= abs(int(found[1])) <= 53):
            raise BadRule(f"no day of the week: {one}")
        yield int(found[1] or 0), DAYS.index(found[2])


def _until(text: str, zone: tzinfo) -> datetime:
    if re.fullmatch(r"\d{8}", text):
        return datetime.combine(datetime.strptime(text, "%Y%m%d").date(), time(23, 59, 59))  # noqa: DTZ007 - a day
    if text.endswith("Z"):
        moment = datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        return moment.astimezone(zone).replace(tzinfo=None)
    return datetime.strptime(text, "%Y%m%dT%H%M%S")  # noqa: DTZ007 - by the wall


def _check(rule: Rule) -> None:
    counted = [n for n, _ in rule.by_day if n]
    is_long = rule.frequency in (Frequency.MONTHLY, Frequency.YEARLY)
    if rule.count is not None and rule.until is not None:
        raise BadRule("COUNT and UNTIL exclude each other")
    if counted and (not is_long or len(counted) != len(rule.by_day)):
        raise BadRule("counted days of the week need months or years, and all of them a number")
    if counted and (rule.frequency is Frequency.MONTHLY or rule.by_month) and max(map(abs, counted)) > 5:
        raise BadRule("a month has at most five of a day of the week")
    if rule.by_month_day and rule.frequency is Frequency.WEEKLY:
        raise BadRule("BYMONTHDAY and weeks exclude each other")
    if rule.by_position and not (is_long and (rule.by_day or rule.by_month_day)):
        raise BadRule("BYSETPOS chooses from days of a month or a year")


def walls(rule: Rule, start: datetime, before: datetime) -> Iterator[datetime]:
    """The times by the wall at which an event begins, from `start` on and earlier than `before`, in order."""
    last = min(before, rule.until + timedelta(seconds=1)) if rule.until else before
    left = rule.count
    for days in _periods(rule, start.date(), last.date()):
        for day in _chosen(rule, days):
            wall = datetime.combine(day, start.time())
            if wall < start:
                continue
            if wall >= last or left == 0:
                return
            left = left - 1 if left is not None else None
            yield wall


def starts(rule: Rule, starts_at: datetime, before: datetime, zone: tzinfo = clock.CITY_ZONE) -> Iterator[datetime]:
    """The moments at which an event begins, in UTC. A time that a change of the zone leaves out is read with the
    offset before the change, one that comes twice is the first (RFC 5545, 3.3.5)."""
    limit = before.astimezone(zone).replace(tzinfo=None)
    for wall in walls(rule, starts_at.astimezone(zone).replace(tzinfo=None), limit):
        yield wall.replace(tzinfo=zone).astimezone(UTC)


def _chosen(rule: Rule, days: list[date]) -> list[date]:
    if not rule.by_position:
        return days
    return sorted({days[n - 1 if n > 0 else n] for n in rule.by_position if -len(days) <= n <= len(days)})


def _periods(rule: Rule, start: date, last: date) -> Iterator[list[date]]:
    """The days of each period in turn that the rule lets stand; of a day, a week, a month or a year."""
    filled = _filled(rule, start)
    if rule.frequency in (Frequency.DAILY, Frequency.WEEKLY):
        length = 1 if rule.frequency is Frequency.DAILY else 7
        first = start if length == 1 else start - timedelta(days=(start.weekday() - rule.week_start) % 7)
        while first <= last:
            yield [day for n in range(length) if _fits(filled, day := first + timedelta(days=n))]
            if (last - first).days < length * rule.interval:
                return
            first += timedelta(days=length * rule.interval)
    elif rule.frequency is Frequency.MONTHLY:
        month = start.year * 12 + start.month - 1
        while month <= last.year * 12 + last.month - 1:
            yield _of_month(filled, *divmod(month, 12))
            month += rule.interval
    else:
        for year in range(start.year, last.year + 1, rule.interval):
            yield [day for month in range(12) for day in _of_month(filled, year, month)]


def _of_month(rule: Rule, year: int, month: int) -> list[date]:
    if rule.by_month and month + 1 not in rule.by_month:
        return []
    return [
        day
        for n in range(1, calendar.monthrange(year, month + 1)[1] + 1)
        if _fits(rule, day := date(year, month + 1, n))
    ]


def _filled(rule: Rule, start: date) -> Rule:
    """With what the start says where the rule says nothing."""
    if rule.by_day or rule.by_month_day or rule.frequency is Frequency.DAILY:
        return rule
    if rule.frequency is Frequency.WEEKLY:
        return replace(rule, by_day=((0, start.weekday()),))
    by_month = rule.by_month or ((start.month,) if rule.frequency is Frequency.YEARLY else ())
    return replace(rule, by_month_day=(start.day,), by_month=by_month)


def _fits(rule: Rule, day: date) -> bool:
    length = calendar.monthrange(day.year, day.month)[1]
    return (
        (not rule.by_month or day.month in rule.by_month)
        and (not rule.by_month_day or day.day in rule.by_month_day or day.day - length - 1 in rule.by_month_day)
        and (not rule.by_day or any(_is_the(rule, day, n, weekday, length) for n, weekday in rule.by_day))
    )


def _is_the(rule: Rule, day: date, n: int, weekday: int, length: int) -> bool:
    """Whether a day is the nth such day of the week: of its month, or of its year where the rule names no months."""
    if day.weekday() != weekday:
        return False
    if rule.frequency is Frequency.YEARLY and not rule.by_month:
        at = day.timetuple().tm_yday
        length = 366 if calendar.isleap(day.year) else 365
    else:
        at = day.day
    return n in (0, (at - 1) // 7 + 1, -((length - at) // 7 + 1))
