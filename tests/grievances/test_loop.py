"""The loop beyond the straight way: asked back, handed on, joined, resting, rated, opened again, a shortfall."""

from __future__ import annotations

from datetime import timedelta

import pytest

from civicgraph import clock
from civicgraph.grievances.models import Grievance, GrievanceCell, GrievanceStatus, GrievanceUpdate
from civicgraph.grievances.operations import support_grievance
from civicgraph.notifications.models import InboxMessage, OutboxMessage
from civicgraph.operations import InvalidInput, Unavailable
from civicgraph.permissions import ANONYMOUS, Actor, Role
from civicgraph.scheduler.models import Deadline, DeadlineState
from tests.grievances.conftest import CONTACT, Report
from tests.grievances.steps import in_days, know_secret, lead_to, take
from tests.support import city as place
from tests.support.city import CITY, FENGGANG, FENGQUAN, HONGQIAO, LONGQUAN

S = GrievanceStatus


async def pending(row: Grievance) -> set[str]:
    """The kinds of deadlines that stand."""
    return {one.kind for one in await Deadline.filter(subject_id=row.id, state=DeadlineState.PENDING)}


async def tallies(code: str) -> tuple[int, int, int, int, int]:
    row = await GrievanceCell.get_or_none(division_id=code, category="", channel="", led_kind="")
    if row is None:
        return (0, 0, 0, 0, 0)
    return (row.received, row.responded, row.responded_in_time, row.resolved, row.resolved_in_time)


async def test_a_question_stops_both_clocks_and_the_answer_starts_them_anew(report: Report, dispatcher: Actor) -> None:
    row = await lead_to(dispatcher, await report(), S.RETURNED)
    assert await pending(row) == set()
    assert row.reason == "请问是几单元？"
    with clock.override(clock.now() + timedelta(days=5)):
        now = clock.now()
        back = await take(dispatcher, "resubmit", row, answer="三单元，电话 13900001111")
    assert back.status is S.SUBMITTED
    assert back.public_text.endswith("三单元，电话 ＊＊＊")
    assert "13900001111" in back.description
    assert back.response_due_at == now + timedelta(minutes=back.response_minutes)
    assert await pending(back) == {"response", "response_soon", "resolution", "resolution_soon"}
    assert (await tallies(CITY))[:2] == (1, 1)
    await take(dispatcher, "accept", back)
    assert (await tallies(CITY))[:2] == (1, 1)  # the first response counts once


async def test_what_is_handed_over_keeps_its_promise_and_counts_in_its_new_place(
    report: Report, dispatcher: Actor
) -> None:
    elsewhere = await place.person("hongqiao", Role.DISPATCHER, HONGQIAO)
    row = await take(dispatcher, "assign", await report())
    moved = await take(dispatcher, "transfer", row)
    assert (moved.status, moved.division_id, moved.assignee_id, moved.team) == (S.SUBMITTED, HONGQIAO, None, "")
    assert (moved.response_due_at, moved.resolution_due_at) == (row.response_due_at, row.resolution_due_at)
    assert await tallies(FENGQUAN) == await tallies(LONGQUAN) == await tallies(FENGGANG) == (0, 0, 0, 0, 0)
    assert await tallies(HONGQIAO) == await tallies(CITY) == (1, 1, 1, 0, 0)
    assert await InboxMessage.filter(person_id=elsewhere.person_id).count() == 1
    assert (await take(elsewhere, "accept", moved)).status is S.ACCEPTED
    with pytest.raises(InvalidInput):
        await take(elsewhere, "transfer", moved)


async def test_who_was_joined_with_an_earlier_report_hears_what_becomes_of_that(
    report: Report, dispatcher: Actor
) -> None:
    first, second = await report(), await report(**CONTACT)
    joined = await take(dispatcher, "merge", second, into=first.number)
    assert (joined.status, joined.duplicate_of_id) == (S.MERGED, first.id)
    assert (await tallies(CITY))[0] == 1
    for into in (first.number, second.number, "ZY-0101-ZZZZ"):
        with pytest.raises(InvalidInput):
            await take(dispatcher, "merge", first, into=into)
    await take(dispatcher, "accept", first)
    await take(dispatcher, "resolve", first)
    told = await OutboxMessage.filter(template="grievance_joined")
    assert [(one.values["number"], one.values["earlier"], one.values["status"]) for one in told] == [
        (second.number, first.number, "resolved")
    ]


@pytest.mark.parametrize(("reason", "is_moved"), [("reporter", True), ("weather", True), ("legal", True),
                                                  ("material", False), ("other_body", False)])  # fmt: skip
async def test_the_clock_stands_still_only_for_reasons_that_are_not_the_offices(
    report: Report, dispatcher: Actor, reason: str, is_moved: bool
) -> None:
    row = await take(dispatcher, "accept", await report())
    held = await take(dispatcher, "hold", row, hold_reason=reason)
    assert held.hold_until is not None
    assert (held.resolution_due_at > row.resolution_due_at) is is_moved
    with clock.override(clock.now() + timedelta(days=1)):
        resumed = await take(dispatcher, "resume", held)
    rested = resumed.resolution_due_at - row.resolution_due_at
    assert abs(rested - (timedelta(days=1) if is_moved else timedelta(0))) < timedelta(minutes=1)


@pytest.mark.parametrize("days", [-1, 0, 61, 400])
async def test_a_rest_ends_on_a_day_that_can_be_foreseen(report: Report, dispatcher: Actor, days: int) -> None:
    row = await take(dispatcher, "accept", await report())
    with pytest.raises(InvalidInput) as refused:
        await take(dispatcher, "hold", row, until=in_days(days))
    assert refused.value.errors[0].field == "until"


async def test_the_level_above_gives_more_time(report: Report, dispatcher: Actor) -> None:
    station = await place.person("station", Role.DISPATCHER, LONGQUAN)
    row = await take(dispatcher, "accept", await report())
    extended = await take(station, "extend", row, hours=48)
    assert extended.resolution_due_at - row.resolution_due_at == timedelta(hours=48)
    assert await Deadline.filter(subject_id=row.id, kind="resolution", due_at=extended.resolution_due_at).exists()


async def test_nobody_checks_their_own_work(report: Report, dispatcher: Actor, worker: Actor) -> None:
    row = await lead_to(dispatcher, await report(), S.RESOLVED)
    for verb in ("verify", "send_back"):
        with pytest.raises(Unavailable):
            await take(dispatcher, verb, row)
    back = await take(worker, "send_back", row)
    assert (back.status, back.resolved_at) == (S.IN_PROGRESS, None)
    assert back.resolution_due_at == row.resolution_due_at
    assert (await tallies(CITY))[3:] == (0, 0)
    assert await pending(back) == {"resolution", "resolution_soon"}
    await take(dispatcher, "resolve", back)
    assert (await take(worker, "verify", back)).verified_at is not None


async def test_not_solved_opens_it_again_with_fresh_times_and_the_second_time_it_is_a_shortfall(
    report: Report, dispatcher: Actor
) -> None:
    row = await lead_to(dispatcher, await report(), S.RESOLVED)
    assert await tallies(CITY) == (1, 1, 1, 1, 1)
    with pytest.raises(InvalidInput) as refused:
        await take(dispatcher, "rate", row, is_solved=False, words="")
    assert refused.value.errors[0].field == "words"
    with clock.override(clock.now() + timedelta(days=20)):
        now = clock.now()
        again = await take(dispatcher, "rate", row, is_solved=False, stars=1, words="打 13900001111 没人接")
        assert (again.status, again.is_solved, again.stars, again.reopened_count) == (S.REOPENED, False, 1, 1)
        assert again.rating_text == "打 ＊＊＊ 没人接"
        assert again.resolution_due_at == now + timedelta(minutes=again.resolution_minutes)
        assert await pending(again) == {"response", "response_soon", "resolution", "resolution_soon"}
        assert await tallies(CITY) == (1, 1, 1, 0, 0)
        for verb in ("accept", "resolve"):
            await take(dispatcher, verb, again)
        listed = await take(dispatcher, "rate", again, is_solved=False, words="还是不亮")
    assert (listed.status, listed.reopened_count) == (S.SHORTFALL, 2)
    assert listed.review_at is not None
    review = listed.review_at.astimezone(clock.CITY_ZONE)
    assert (review.hour, review.minute, review.second) == (8, 0, 0)
    assert 29 <= (review - now).days <= 31
    assert (listed.body_in_charge, listed.reason) == ("凤泉社区联络点", "办理两次后，反映人仍说没有解决：还是不亮")
    supported = await support_grievance(ANONYMOUS, {"number": listed.number, "supporter": "a neighbour's phone"})
    assert supported["is_new"]
    assert await pending(listed) == {"review"}
    steps = await GrievanceUpdate.filter(grievance_id=row.id, verb__in=["reopen", "list_shortfall"]).order_by("id")
    signed = [(one.verb, one.status, one.by_line) for one in steps]
    reopened = ("reopen", S.REOPENED, "反映人")
    assert signed == [reopened, reopened, ("list_shortfall", S.SHORTFALL, "系统")]
    assert (steps[-1].public_note, steps[-1].until) == (listed.reason, listed.review_at)


async def test_long_afterwards_it_is_reported_anew(report: Report, dispatcher: Actor) -> None:
    row = await lead_to(dispatcher, await report(), S.CLOSED)
    with clock.override(clock.now() + timedelta(days=43)):
        with pytest.raises(Unavailable):
            await take(dispatcher, "rate", row, is_solved=False, words="又坏了")
        assert (await take(dispatcher, "rate", row, stars=4)).stars == 4


async def test_a_shortfall_names_body_reason_and_day_until_it_is_done(report: Report, dispatcher: Actor) -> None:
    row = await lead_to(dispatcher, await report(), S.SHORTFALL)
    assert (row.body_in_charge, row.reason) == ("区住建局", "要等片区改造")
    for day in (0, 93):
        with pytest.raises(InvalidInput) as refused:
            await take(dispatcher, "review", row, review_on=in_days(day))
        assert refused.value.errors[0].field == "review_on"
    done = await take(dispatcher, "resolve", await take(dispatcher, "review", row))
    assert (done.status, done.review_at, done.reason) == (S.RESOLVED, None, "")


@pytest.mark.parametrize("status", [S.SUBMITTED, S.ON_HOLD, S.SHORTFALL])
async def test_the_reporter_withdraws_and_nothing_is_due_any_more(
    report: Report, dispatcher: Actor, status: GrievanceStatus
) -> None:
    row = await lead_to(dispatcher, await know_secret(await report()), status)
    gone = await take(dispatcher, "withdraw", row)
    assert gone.status is S.WITHDRAWN
    assert await pending(gone) == set()
    assert (await tallies(CITY))[0] == 0
