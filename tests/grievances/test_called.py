"""吹哨报到: departments are called, reminded before their time, and told on once it is past."""

from __future__ import annotations

from datetime import timedelta

import pytest

from civicgraph import clock
from civicgraph.grievances.models import Grievance, GrievanceCall
from civicgraph.operations import Forbidden, Unavailable
from civicgraph.permissions import Actor, Role
from tests.grievances.conftest import Report
from tests.grievances.steps import take
from tests.grievances.test_reminders import tick, told
from tests.support import city as place
from tests.support.city import FENGGANG


@pytest.fixture
async def county(city: None) -> Actor:
    """Dispatches for the county, and so speaks for its departments."""
    return await place.person("county", Role.DISPATCHER, FENGGANG)


@pytest.fixture
async def called(report: Report, dispatcher: Actor, county: Actor) -> Grievance:
    """A grievance to which the county's 住建局 and 城市管理局 are called, to answer within eight hours."""
    return await take(dispatcher, "whistle", await take(dispatcher, "accept", await report()))


async def test_a_called_department_is_told_reminded_two_hours_before_and_told_on_when_it_is_late(
    called: Grievance,
) -> None:
    housing, urban = await GrievanceCall.all().order_by("id")
    names = ["住建局", "城市管理局"]
    assert await told() == [("county", f"吹哨报到：{name}，凤泉社区 楼道与路灯照明，{called.number}") for name in names]
    assert housing.answer_due_at == urban.answer_due_at
    for _ in range(2):
        await tick(housing.answer_due_at - timedelta(hours=2))
    assert [name for name, _ in (await told())[2:]] == ["county", "county"]
    assert await told("部门逾期未回复") == []
    for _ in range(2):
        await tick(housing.answer_due_at + timedelta(seconds=1))
    late = await told("部门逾期未回复")
    assert sorted(name for name, _ in late) == ["county", "county", "dispatcher", "dispatcher"]


async def test_who_has_answered_is_reminded_of_nothing_and_the_community_hears_of_it(
    called: Grievance, county: Actor
) -> None:
    for call in await GrievanceCall.all():
        await take(county, "report_in", called, call=call.id)
        await take(county, "answer", called, call=call.id)
    before = await told()
    assert [name for name, _ in before[2:]] == ["dispatcher", "dispatcher"]
    await tick((await GrievanceCall.first()).answer_due_at + timedelta(seconds=1))  # type: ignore[union-attr]
    assert [subject for _, subject in (await told())[len(before) :] if "部门" in subject] == []


async def test_only_the_level_of_a_department_speaks_for_it_and_only_once(
    called: Grievance, dispatcher: Actor, county: Actor
) -> None:
    call = await GrievanceCall.all().order_by("id").first()
    assert call is not None
    with pytest.raises(Forbidden):
        await take(dispatcher, "answer", called, call=call.id)
    await take(county, "answer", called, call=call.id)
    with pytest.raises(Unavailable):
        await take(county, "answer", called, call=call.id)
    assert (await GrievanceCall.get(id=call.id)).answered_at <= clock.now()
