"""Deadlines pass once, whoever looks and however often."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from civicgraph import clock
from civicgraph.divisions.models import Division
from civicgraph.scheduler import deadlines, lease
from civicgraph.scheduler.deadlines import claim_due, set_deadline, settle
from civicgraph.scheduler.heartbeat import Fence, Heartbeat
from civicgraph.scheduler.models import Deadline, DeadlineState, Lease
from civicgraph.settings import Settings
from tests.support.plans import plan_of

HOUR = timedelta(hours=1)


async def nothing(_: Fence) -> int:
    """There is nothing to deliver."""
    return 0


async def states() -> list[str]:
    """Where the deadlines stand."""
    return [row.state.value for row in await Deadline.all().order_by("id")]


async def test_a_deadline_passes_when_it_is_due_and_not_before(
    subject: Division, missed: list[str], term: lease.Term
) -> None:
    due = clock.now() + HOUR
    await set_deadline(subject, "response", due)
    with clock.override(due - timedelta(seconds=1)):
        assert (await claim_due(term)).fired == 0
    with clock.override(due):
        assert (await claim_due(term)).fired == 1
        assert (await claim_due(term)).fired == 0
    assert missed == ["response"]
    row = await Deadline.get()
    assert (row.state, row.lease_term) == (DeadlineState.FIRED, term.number)


async def test_what_is_settled_in_time_does_not_pass(subject: Division, missed: list[str], term: lease.Term) -> None:
    due = clock.now() + HOUR
    await set_deadline(subject, "response", due)
    await set_deadline(subject, "resolution", due)
    await settle(subject, "response")
    with clock.override(due):
        await claim_due(term)
    assert missed == ["resolution"]
    await settle(subject, "resolution")
    assert await states() == ["met", "fired"]


async def test_a_deadline_that_is_moved_is_pending_again(
    subject: Division, missed: list[str], term: lease.Term
) -> None:
    due = clock.now() + HOUR
    await set_deadline(subject, "response", due)
    with clock.override(due):
        await claim_due(term)
        await set_deadline(subject, "response", due + HOUR)
        assert (await claim_due(term)).fired == 0
    with clock.override(due + HOUR):
        await claim_due(term)
    assert missed == ["response", "response"]
    assert await Deadline.all().count() == 1


async def test_one_that_cannot_be_told_does_not_hold_up_the_others_and_stays_due(
    subject: Division, missed: list[str], term: lease.Term
) -> None:
    due = clock.now()

    async def stumble(deadline: Deadline) -> None:
        await Deadline.filter(id=deadline.id).update(kind="half done")
        raise ValueError("a mistake in a template")

    await set_deadline(subject, "broken", due - HOUR)
    await set_deadline(subject, "response", due)
    deadlines.on_missed("Division", "broken")(stumble)
    try:
        await claim_due(term)
    finally:
        deadlines._handlers.pop(("Division", "broken"))
    assert missed == ["response"]
    assert [(row.kind, row.state.value) for row in await Deadline.all().order_by("id")] == [
        ("broken", "pending"),
        ("response", "fired"),
    ]


async def test_many_are_claimed_in_batches(
    subject: Division, missed: list[str], connected: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deadlines, "BATCH", 2)
    for number in range(1, 6):
        subject.pk = number
        await set_deadline(subject, "response", clock.now())
    report = await Heartbeat(connected, nothing).tick_once()
    assert report.fired == 5
    assert len(missed) == 5


async def test_a_leader_that_slept_too_long_claims_nothing(
    subject: Division, missed: list[str], term: lease.Term
) -> None:
    await set_deadline(subject, "response", clock.now())
    await Lease.all().update(expires_at=clock.wall() - timedelta(seconds=1))
    successor = await lease.take("successor", 60)
    assert successor is not None
    with pytest.raises(lease.LeadershipLost):
        await claim_due(term)
    assert (missed, await states()) == ([], ["pending"])
    assert (await claim_due(successor)).fired == 1


async def test_of_many_that_tick_at_once_one_tells(subject: Division, missed: list[str], connected: Settings) -> None:
    await set_deadline(subject, "response", clock.now())
    hearts = [Heartbeat(connected, nothing) for _ in range(6)]
    reports = await asyncio.gather(*(heart.tick_once() for heart in hearts))
    assert sum(report.fired for report in reports) == 1
    assert missed == ["response"]


async def test_a_round_by_hand_delivers_and_gives_the_lease_back(connected: Settings) -> None:
    async def three(_: Fence) -> int:
        return 3

    report = await Heartbeat(connected, three).tick_once()
    assert (report.is_leader, report.delivered) == (True, 3)
    assert await lease.take("another", 15)
    assert not (await Heartbeat(connected, three).tick_once()).is_leader


async def test_looking_for_what_is_due_reads_an_index_of_pending_rows_alone(subject: Division) -> None:
    assert "deadline_pending" in await plan_of(deadlines._due(None).limit(200))
    assert "deadline_pending" in await plan_of(deadlines._due((clock.now(), 7)).limit(200))


async def test_the_heart_beats_while_it_runs_and_stops_clean(
    subject: Division, missed: list[str], connected: Settings
) -> None:
    quick = connected.model_copy(update={"tick_seconds": 1})
    heart = Heartbeat(quick, nothing)
    await set_deadline(subject, "response", clock.now())
    await heart.start()
    for _ in range(40):
        if missed:
            break
        await asyncio.sleep(0.05)
    assert missed == ["response"]
    assert not heart.is_stuck()
    await heart.stop()
    assert await lease.take("another", 15)


async def test_stopping_lets_a_delivery_under_way_come_to_its_end(connected: Settings) -> None:
    ended: list[str] = []
    begun = asyncio.Event()

    async def slow(_: Fence) -> int:
        begun.set()
        await asyncio.sleep(0.5)
        ended.append("sent")
        return 1

    heart = Heartbeat(connected.model_copy(update={"tick_seconds": 1}), slow)
    await heart.start()
    await asyncio.wait_for(begun.wait(), 10)
    await heart.stop()
    assert ended == ["sent"]
