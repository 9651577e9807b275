"""Of many processes one leads, and an old leader is fenced out."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from civicgraph import clock
from civicgraph.scheduler import lease
from civicgraph.scheduler.models import Lease
from civicgraph.settings import Settings


async def test_one_leads_and_the_others_wait(connected: Settings) -> None:
    first, second = lease.new_holder(), lease.new_holder()
    assert await lease.take(first, 15)
    assert await lease.take(second, 15) is None
    renewed = await lease.take(first, 15)
    assert renewed is not None
    assert renewed.number == 1


async def test_of_many_that_start_at_once_one_leads(connected: Settings) -> None:
    taken = await asyncio.gather(*(lease.take(lease.new_holder(), 15) for _ in range(8)))
    assert len([one for one in taken if one]) == 1


async def test_a_lease_that_ran_out_goes_to_the_next_with_a_higher_term(connected: Settings) -> None:
    first = await lease.take("first", 15)
    assert first is not None
    await Lease.all().update(expires_at=clock.wall() - timedelta(seconds=1))
    second = await lease.take("second", 15)
    assert second is not None
    assert second.number == first.number + 1
    assert await lease.take("first", 15) is None
    with pytest.raises(lease.LeadershipLost):
        await lease.check_term(first)
    await lease.check_term(second)


async def test_a_lease_is_trusted_until_a_second_before_its_end(
    connected: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    term = await lease.take("first", 15)
    assert term is not None
    began = clock.monotonic()
    monkeypatch.setattr(clock, "monotonic", lambda: began + 13.5)
    assert term.is_trusted
    monkeypatch.setattr(clock, "monotonic", lambda: began + 14.1)
    assert not term.is_trusted
    with pytest.raises(lease.LeadershipLost):
        await lease.check_term(term)


async def test_a_shifted_city_clock_does_not_end_a_lease(connected: Settings) -> None:
    assert await lease.take("first", 15)
    with clock.override(clock.now() + timedelta(days=1)):
        assert await lease.take("second", 15) is None


async def test_a_lease_given_back_is_free_at_once(connected: Settings) -> None:
    assert await lease.take("first", 15)
    await lease.release("second")
    assert await lease.take("second", 15) is None
    await lease.release("first")
    assert await lease.take("second", 15)
