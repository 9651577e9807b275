"""Rules of recurring events: what they mean, against other implementations of the standard."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from civicgraph.events.recurrence import BadRule, parse, starts, walls

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def listed(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(values, min_size=1, max_size=3, unique=True).map(",".join)


def numbers(lowest: int, highest: int) -> st.SearchStrategy[str]:
    return st.integers(lowest, highest).filter(bool).map(str)


@st.composite
def rules(draw: st.DrawFn) -> str:
    """Any rule of those that are kept."""
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    is_long = frequency in ("MONTHLY", "YEARLY")
    parts = {"FREQ": frequency, "INTERVAL": draw(numbers(1, 5))}
    if draw(st.booleans()):
        most = 5 if frequency == "MONTHLY" else 53
        counted = st.builds(lambda n, day: n + day, numbers(-most, most), st.sampled_from(DAYS))
        parts["BYDAY"] = draw(listed(counted if is_long and draw(st.booleans()) else st.sampled_from(DAYS)))
    if frequency != "WEEKLY" and draw(st.booleans()):
        parts["BYMONTHDAY"] = draw(listed(numbers(-31, 31)))
    if draw(st.booleans()) and not (frequency == "YEARLY" and any(one.isdigit() for one in parts.get("BYDAY", ""))):
        parts["BYMONTH"] = draw(listed(numbers(1, 12)))
    if is_long and ("BYDAY" in parts or "BYMONTHDAY" in parts) and draw(st.booleans()):
        parts["BYSETPOS"] = draw(listed(numbers(-4, 4)))
    if draw(st.booleans()):
        parts["WKST"] = draw(st.sampled_from(DAYS))
    end = draw(st.sampled_from(["", "COUNT", "UNTIL"]))
    if end:
        day = f"{draw(st.integers(2026, 2032))}{draw(st.integers(1, 12)):02d}15T190000"
        parts[end] = draw(numbers(1, 40)) if end == "COUNT" else day
    return ";".join(f"{name}={value}" for name, value in parts.items())


@settings(max_examples=600, deadline=None, derandomize=True)
@given(rules(), st.datetimes(datetime(2024, 1, 1), datetime(2028, 12, 31)).map(lambda one: one.replace(microsecond=0)))
def test_random_rules_mean_what_dateutil_says(text: str, start: datetime) -> None:
    before = start + timedelta(days=6 * 366)
    theirs = rrulestr(text, dtstart=start).between(start - timedelta(seconds=1), before, inc=False)
    assert list(walls(parse(text), start, before)) == theirs


@settings(max_examples=200, deadline=None, derandomize=True)
@given(rules())
def test_a_rule_is_the_same_after_it_was_written_and_read(text: str) -> None:
    rule = parse(text)
    assert parse(rule.text()) == rule


@pytest.mark.parametrize(
    "text",
    [
        "",
        "FREQ=HOURLY",
        "FREQ=SECONDLY;COUNT=999",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;COUNT=1000000",
        "FREQ=DAILY;COUNT=2;UNTIL=20260601",
        "FREQ=DAILY;BYHOUR=1,2,3",
        "FREQ=WEEKLY;BYDAY=2MO",
        "FREQ=MONTHLY;BYDAY=6MO",
        "FREQ=MONTHLY;BYDAY=XX",
        "FREQ=MONTHLY;BYSETPOS=1",
        "FREQ=MONTHLY;BYMONTHDAY=32",
        "FREQ=WEEKLY;BYMONTHDAY=1",
        "FREQ=DAILY;UNTIL=tomorrow",
        "FREQ=DAILY;FREQ=DAILY",
        "FREQ=MONTHLY;BYMONTHDAY=" + "1," * 200,
    ],
)
def test_what_is_no_rule_or_none_of_ours_is_refused(text: str) -> None:
    with pytest.raises(BadRule):
        parse(text)


def test_a_rule_that_never_fits_ends() -> None:
    never = parse("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")
    assert list(walls(never, datetime(2026, 1, 1), datetime(2200, 1, 1))) == []


@pytest.mark.parametrize(
    ("zone", "start", "expected"),
    [
        ("Europe/Berlin", datetime(2026, 3, 22, 19), [18, 17, 17]),
        ("America/New_York", datetime(2026, 10, 25, 19), [23, 0, 0]),
        ("Asia/Shanghai", datetime(1986, 4, 27, 19), [11, 10, 10]),
        ("Europe/Berlin", datetime(2026, 3, 22, 2, 30), [1, 1, 0]),
    ],
)
def test_the_hour_on_the_wall_stays_when_the_zone_changes(zone: str, start: datetime, expected: list[int]) -> None:
    at = ZoneInfo(zone)
    first = start.replace(tzinfo=at).astimezone(UTC)
    found = list(islice(starts(parse("FREQ=WEEKLY"), first, first + timedelta(days=30), at), 3))
    assert [moment.hour for moment in found] == expected
    assert found[0] == first


def test_moving_a_weekly_rule_moves_its_days() -> None:
    rule = parse("FREQ=WEEKLY;BYDAY=SA,SU")
    moved = rule.moved(1)
    assert moved is not None
    assert moved.text() == "FREQ=WEEKLY;BYDAY=MO,SU"
    assert parse("FREQ=MONTHLY;BYDAY=1MO").moved(1) is None
    assert rule.moved(0) is rule
