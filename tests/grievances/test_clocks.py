"""When the response and the resolution are due: laws of one pure function of the promise and the history."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from civicgraph.grievances.clocks import Dues, Moment, dues
from civicgraph.grievances.promises import Promise

START = datetime(2026, 5, 1, tzinfo=UTC)
PROMISE = Promise(60, 600)
SUBMIT = Moment("submit", START)


def after(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def hold(begin: int, until: int, *, is_pausing: bool = True) -> Moment:
    return Moment("hold", after(begin), until=after(until), is_pausing=is_pausing)


def resume(at: int) -> Moment:
    return Moment("resume", after(at))


def test_both_times_count_from_the_submission() -> None:
    assert dues([SUBMIT], PROMISE) == Dues(after(60), after(600))


def test_a_rest_for_a_reason_that_is_not_the_offices_moves_the_resolution_and_not_the_response() -> None:
    assert dues([SUBMIT, hold(100, 400)], PROMISE) == Dues(after(60), after(900))
    assert dues([SUBMIT, hold(100, 400), resume(150)], PROMISE).resolution == after(650)
    assert dues([SUBMIT, hold(100, 400, is_pausing=False)], PROMISE).resolution == after(600)


def test_a_rest_ends_at_its_date_however_late_the_step_that_ends_it() -> None:
    in_time, late = resume(900), resume(1_700)
    assert dues([SUBMIT, hold(100, 900), late], PROMISE) == dues([SUBMIT, hold(100, 900), in_time], PROMISE)
    early = resume(500)
    assert dues([SUBMIT, hold(100, 900), early], PROMISE).resolution == after(600 + 400)


def test_a_rest_after_the_promised_time_excuses_nothing() -> None:
    assert dues([SUBMIT, hold(700, 900), resume(900)], PROMISE).resolution == after(600)


def test_more_time_is_added_and_words_change_nothing() -> None:
    history = [SUBMIT, Moment("extend", after(10), minutes=120), Moment("comment", after(20))]
    assert dues(history, PROMISE) == Dues(after(60), after(720))


def test_a_rest_that_began_late_counts_once_more_time_is_given_in_whichever_order_the_two_came() -> None:
    more, rest = Moment("extend", after(1_000), minutes=240), [hold(700, 900), resume(900)]
    assert dues([SUBMIT, *rest, more], PROMISE).resolution == after(600 + 240 + 200)
    assert dues([SUBMIT, more, *rest], PROMISE) == dues([SUBMIT, *rest, more], PROMISE)


def test_opening_again_begins_anew_and_forgets_rests_and_extensions() -> None:
    history = [SUBMIT, Moment("extend", after(10), minutes=120), hold(20, 300), resume(300)]
    history += [Moment("resolve", after(400)), Moment("reopen", after(5_000))]
    assert dues(history, PROMISE) == Dues(after(5_060), after(5_600))


planned = st.lists(st.tuples(st.integers(1, 90), st.integers(1, 300), st.integers(1, 300), st.booleans()), max_size=8)
"""Rests: after how long, planned for how long, ended after how long, before their date or late, and whether the clock stands."""
steps = st.lists(st.tuples(st.integers(1, 90), st.integers(1, 300), st.booleans()), max_size=8)


@given(planned, st.integers(1, 2_000), st.integers(0, 500))
def test_the_resolution_is_due_when_its_minutes_have_been_counted_one_by_one(
    rests: list[tuple[int, int, int, bool]], minutes: int, more: int
) -> None:
    history, standing, now = [SUBMIT], set[int](), 0
    for gap, wanted, length, is_pausing in rests:
        begin = now + gap
        now = begin + length
        history += [hold(begin, begin + wanted, is_pausing=is_pausing), resume(now)]
        standing |= set(range(begin, min(now, begin + wanted))) if is_pausing else set()
    history.append(Moment("extend", after(now), minutes=more))
    left, minute = minutes + more, 0
    while left:
        left -= minute not in standing
        minute += 1
    assert dues(history, Promise(60, minutes)).resolution == after(minute)


@given(steps)
def test_a_rest_never_makes_it_due_earlier_and_words_between_the_steps_change_nothing(
    rests: list[tuple[int, int, bool]],
) -> None:
    history, now, last = [SUBMIT], 0, after(600)
    for gap, length, is_pausing in rests:
        begin = now + gap
        now = begin + length
        history += [hold(begin, now, is_pausing=is_pausing)]
        assert dues(history, PROMISE).resolution >= last
        history += [Moment("comment", after(begin)), resume(now)]
        last = dues(history, PROMISE).resolution
        spoken = [one for step in history for one in (step, Moment("comment", step.at))]
        assert dues(spoken, PROMISE).resolution == last
