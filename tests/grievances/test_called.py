"""吹哨报到: departments are called, reminded before their time, and told on once it is past."""

from __future__ import annotations

from datetime import timedelta

import pytest

from civicgraph import clock
from civicgraph.graph.engine import Engine
from civicgraph.grievances.desk.models import GrievanceCall, Team, TeamKind, TeamMember
from civicgraph.grievances.models import Grievance, GrievanceUpdate
from civicgraph.operations import Forbidden, InvalidInput, Unavailable
from civicgraph.permissions import ANONYMOUS, Actor, Role
from civicgraph.scheduler.models import Deadline, DeadlineState
from tests.grievances.conftest import Report
from tests.grievances.steps import take
from tests.grievances.test_reminders import tick, told
from tests.support import city as place
from tests.support.city import FENGGANG, SUIYANG


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


async def test_who_did_not_answer_before_it_was_resolved_is_called_anew_when_it_is_opened_again(
    called: Grievance, dispatcher: Actor, county: Actor, engine: Engine
) -> None:
    first, second = await GrievanceCall.all().order_by("id")
    await take(county, "report_in", called, call=first.id)
    await take(county, "answer", called, call=second.id)
    await tick(first.answer_due_at - timedelta(hours=2))  # reminded a first time
    await take(dispatcher, "resolve", called)
    later = first.answer_due_at + timedelta(days=3)
    with clock.override(later):
        assert [one["isLate"] for one in await calls(engine, called)] == [False, False]  # nobody waits for it
        await take(dispatcher, "reopen", called)
        before = len(await told())
        await called.refresh_from_db()
    assert ("county", f"吹哨报到：住建局，凤泉社区 楼道与路灯照明，{called.number}") in (await told())[3:]
    again = await GrievanceCall.get(id=first.id)
    assert again.answer_due_at - later == first.answer_due_at - first.called_at
    assert (again.reported_in_at, (await GrievanceCall.get(id=second.id)).answered_at is None) == (None, False)
    with clock.override(later):
        assert [one["isLate"] for one in await calls(engine, called)] == [False, False]
    await tick(again.answer_due_at - timedelta(hours=2))
    assert [name for name, _ in (await told("吹哨报到"))[before - len(await told()) :]] == ["county"]
    await tick(again.answer_due_at + timedelta(seconds=1))
    assert len(await told("部门逾期未回复")) == 2
    with clock.override(again.answer_due_at + timedelta(seconds=1)):
        assert [one["isLate"] for one in await calls(engine, called)] == [True, False]


async def test_whose_time_is_not_over_when_work_goes_on_keeps_it(
    called: Grievance, dispatcher: Actor, county: Actor
) -> None:
    before = {one.id: one.answer_due_at for one in await GrievanceCall.all()}
    await take(dispatcher, "resolve", called)
    await take(county, "send_back", called)
    assert {one.id: one.answer_due_at for one in await GrievanceCall.all()} == before
    pending = Deadline.filter(subject_type="GrievanceCall", kind="answer", state=DeadlineState.PENDING)
    assert await pending.count() == 2


async def calls(engine: Engine, row: Grievance) -> list[dict[str, bool]]:
    """What everybody reads of the departments that were called."""
    document = "query ($number: String!) { grievance(number: $number) { calls { isLate } } }"
    found: list[dict[str, bool]] = (await engine.read(document, {"number": row.number}, ANONYMOUS))["grievance"][
        "calls"
    ]
    return found


@pytest.fixture
async def bureau(city: None) -> Actor:
    """Works for the county's 城市管理局, which is a team here."""
    member = await place.person("bureau", Role.GRID_WORKER, FENGGANG)
    office = await Team.create(division_id=FENGGANG, name="城市管理局", kind=TeamKind.DEPARTMENT)
    await TeamMember.create(team_id=office.id, person_id=member.person_id)
    return member


@pytest.fixture
async def asked(report: Report, dispatcher: Actor, county: Actor, bureau: Actor) -> Grievance:
    """A grievance to which that team is called, and 住建局, of which nobody has an account."""
    row = await take(dispatcher, "accept", await report())
    return await take(dispatcher, "whistle", row, team_ids=[(await Team.get()).id], departments="住建局")


async def test_the_members_of_a_called_team_are_told_and_speak_for_it_and_its_level_may_as_well(
    asked: Grievance, bureau: Actor, county: Actor, engine: Engine
) -> None:
    urban, housing = await GrievanceCall.all().order_by("id")
    assert (urban.department, urban.division_id, housing.department, housing.team_id) == (
        "城市管理局",
        FENGGANG,
        "住建局",
        None,
    )
    assert [name for name, _ in await told("吹哨报到")] == ["bureau", "county"]
    document = """query($n: String!) { grievances(filter: {waitsForMyAnswer: true}) { totalCount }
      grievance(number: $n) { calls { department mayAnswer team { name } } } }"""
    for actor, waiting, may in ((bureau, 1, [True, False]), (county, 0, [True, True]), (ANONYMOUS, 0, [False, False])):
        found = await engine.read(document, {"n": asked.number}, actor)
        assert found["grievances"]["totalCount"] == waiting
        assert [one["mayAnswer"] for one in found["grievance"]["calls"]] == may
    with pytest.raises(Forbidden):
        await take(bureau, "answer", asked, call=housing.id)
    await take(bureau, "report_in", asked, call=urban.id)
    await take(bureau, "answer", asked, call=urban.id)
    said = await GrievanceUpdate.filter(grievance_id=asked.id, verb__in=("report_in", "answer")).order_by("id")
    assert [one.by_line for one in said] == ["城市管理局", "城市管理局"]
    assert (await engine.read(document, {"n": asked.number}, bureau))["grievances"]["totalCount"] == 0
    with pytest.raises(Forbidden):
        await take(bureau, "report_in", asked, call=housing.id)
    await take(county, "answer", asked, call=housing.id)


async def test_that_a_called_team_is_late_its_members_and_its_level_hear(asked: Grievance) -> None:
    urban = (await GrievanceCall.all().order_by("id"))[0]
    await tick(urban.answer_due_at - timedelta(hours=2))
    assert sorted(name for name, _ in (await told("吹哨报到"))[2:]) == ["bureau", "county"]
    await tick(urban.answer_due_at + timedelta(seconds=1))
    late = sorted(name for name, subject in await told("部门逾期未回复"))
    assert late == ["bureau", "county", "county", "dispatcher", "dispatcher"]


async def test_a_team_of_another_place_is_not_called_and_one_at_least_has_to_be(
    report: Report, dispatcher: Actor, bureau: Actor
) -> None:
    row = await take(dispatcher, "accept", await report())
    elsewhere = await Team.create(division_id=SUIYANG, name="城市管理局", kind=TeamKind.DEPARTMENT)
    for values in ({"team_ids": [elsewhere.id], "departments": ""}, {"team_ids": [], "departments": ""}):
        with pytest.raises(InvalidInput):
            await take(dispatcher, "whistle", row, **values)
    office = await Team.get(division_id=FENGGANG)
    await take(dispatcher, "whistle", row, team_ids=[office.id, office.id], departments="")
    assert await GrievanceCall.all().count() == 1
    with pytest.raises(InvalidInput):  # it is called already
        await take(dispatcher, "whistle", row, team_ids=[office.id], departments="城市管理局")
