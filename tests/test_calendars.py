"""Working days and ways of counting time: laws, and agreement with counting minute by minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import CapturingLogger

from civicgraph import calendars
from civicgraph.calendars import (
    Calendar,
    RoundTheClock,
    Window,
    WorkingTime,
    holiday_name,
    is_makeup_day,
    is_working_day,
    parse,
    windows,
    working_time,
)
from civicgraph.clock import CITY_ZONE

OFFICE = working_time("09:00-12:00 13:00-17:00")
MINUTE = timedelta(minutes=1)


def city(text: str) -> datetime:
    """A moment in the city."""
    return datetime.fromisoformat(text).replace(tzinfo=CITY_ZONE)


def test_national_day_is_free_and_its_make_up_days_are_worked() -> None:
    assert not any(is_working_day(date(2026, 10, day)) for day in range(1, 8))
    assert holiday_name(date(2026, 10, 1)) == "国庆节"
    for day in (date(2026, 9, 20), date(2026, 10, 10)):  # a Sunday and a Saturday
        assert is_working_day(day)
        assert is_makeup_day(day)
        assert holiday_name(day) == ""
    assert not is_makeup_day(date(2026, 10, 9))
    assert not is_working_day(date(2026, 11, 28))


def test_beyond_the_known_years_monday_to_friday_are_worked_and_the_log_says_so_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    is_working_day.cache_clear()
    calendars._warn_beyond.cache_clear()
    said = CapturingLogger()
    monkeypatch.setattr(calendars, "log", said)
    assert is_working_day(date(2190, 1, 1))  # a Friday
    assert not is_working_day(date(2190, 1, 2))
    assert holiday_name(date(2190, 1, 1)) == ""
    assert [call.kwargs["year"] for call in said.calls] == [2190]


def test_an_office_counts_its_hours_over_a_holiday_and_a_make_up_day() -> None:
    # Wednesday 16:00; 1 to 7 October are free, 8 and 9 are worked, and so is Saturday the 10th.
    start = city("2026-09-30 16:00")
    assert OFFICE.after(start, 60) == city("2026-09-30 17:00")
    assert OFFICE.after(start, 61) == city("2026-10-08 09:01")
    assert OFFICE.after(start, 60 + 2 * 7 * 60 + 30) == city("2026-10-10 09:30")
    assert OFFICE.between(start, city("2026-10-11 12:00")) == 60 + 3 * 7 * 60


def test_an_office_may_be_closed_for_a_day() -> None:
    closed = working_time("09:00-12:00 13:00-17:00", [date(2026, 11, 30)])
    assert closed.after(city("2026-11-27 16:30"), 60) == city("2026-12-01 09:30")
    assert not closed.is_open(city("2026-11-30 10:00"))
    assert OFFICE.is_open(city("2026-11-30 10:00"))
    assert not OFFICE.is_open(city("2026-11-30 12:30"))
    assert not OFFICE.is_open(city("2026-11-30 17:00"))


def test_hours_are_read_as_people_write_them() -> None:
    assert windows("09:00-12:00，13:00—17:00") == (Window(540, 720), Window(780, 1020))
    assert windows("00:00-24:00") == (Window(0, 1440),)


@pytest.mark.parametrize("text", ["", "9-12", "12:00-09:00", "09:00-12:00 11:00-13:00", "09:00-24:30", "25:00-26:00"])
def test_hours_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the caller says what is wrong
        windows(text)


moments = st.integers(0, 60 * 24 * 500).map(lambda minute: datetime(2025, 9, 1, tzinfo=UTC) + minute * MINUTE)
minutes_of_day = st.lists(st.integers(0, 1440), min_size=2, max_size=6, unique=True).map(sorted)
offices = st.builds(
    lambda cuts, closed: WorkingTime(
        tuple(Window(begins, ends) for begins, ends in zip(cuts[::2], cuts[1::2], strict=False)),
        frozenset(date(2025, 9, 1) + timedelta(days=day) for day in closed),
    ),
    minutes_of_day,
    st.frozensets(st.integers(0, 500), max_size=5),
)
ways: st.SearchStrategy[Calendar] = st.one_of(st.builds(RoundTheClock), offices)


@settings(deadline=None)
@given(ways, moments, st.integers(0, 5_000))
def test_what_comes_after_lies_so_many_minutes_on_and_is_the_first_such_moment(
    counts: Calendar, start: datetime, minutes: int
) -> None:
    end = counts.after(start, minutes)
    assert counts.between(start, end) == minutes
    if minutes:
        assert counts.between(start, end - MINUTE) < minutes


@settings(deadline=None)
@given(ways, moments, st.integers(0, 3_000), st.integers(0, 3_000))
def test_counting_in_two_parts_is_counting_at_once_and_later_is_never_earlier(
    counts: Calendar, start: datetime, first: int, second: int
) -> None:
    middle, end = counts.after(start, first), counts.after(start, first + second)
    assert counts.after(middle, second) == end
    assert start <= middle <= end
    assert counts.between(start, middle) + counts.between(middle, end) == counts.between(start, end)
    assert counts.between(end, start) <= 0 or start == end
    assert counts.after(start + MINUTE, first) >= middle


@settings(max_examples=60, deadline=None)
@given(offices, moments, st.integers(1, 60 * 24 * 5))
def test_an_office_counts_what_is_counted_minute_by_minute(office: WorkingTime, start: datetime, length: int) -> None:
    open_minutes = sum(office.is_open(start + number * MINUTE) for number in range(length))
    assert office.between(start, start + length * MINUTE) == open_minutes


@given(offices)
def test_a_calendar_that_was_written_down_is_read_as_the_same(office: WorkingTime) -> None:
    assert parse(str(office)) == office
    assert isinstance(parse(""), RoundTheClock)
