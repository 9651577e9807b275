"""Milestones remind whoever sees to the project: before the day, on it and after it, each once."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from civicgraph import clock
from civicgraph import settings as configuration
from civicgraph.accounts.models import Person
from civicgraph.grievances.desk.models import TeamKind
from civicgraph.grievances.models import Team, TeamMember
from civicgraph.notifications.models import InboxMessage, OutboxMessage
from civicgraph.operations import InvalidInput, OperationError
from civicgraph.permissions import Actor, Role
from civicgraph.projects import operations
from civicgraph.projects.models import InvestmentMilestone, InvestmentProject
from civicgraph.projects.reminders import REMINDERS, moment
from civicgraph.scheduler.heartbeat import Fence, Heartbeat
from civicgraph.scheduler.models import Deadline, DeadlineState
from tests.projects.conftest import at, move, signed
from tests.support import city as place
from tests.support.city import CITY, FENGGANG, SUIYANG

ENTERED, DUE = "2026-05-01", date(2026, 6, 30)


async def tick(day: date, hour: int = 9, minute: int = 0) -> None:
    """A round of the scheduler at a time of a day; nothing leaves by e-mail."""

    async def deliver(_: Fence) -> int:
        return 0

    with clock.override(datetime(day.year, day.month, day.day, hour, minute, tzinfo=clock.CITY_ZONE)):
        await Heartbeat(configuration.current(), deliver).tick_once()


async def told() -> list[tuple[str, str]]:
    """Who has been told what in the inbox: sign-in names and first lines."""
    names = {person.id: person.username for person in await Person.all()}
    return [(names[one.person_id], one.subject) for one in await InboxMessage.all().order_by("id")]  # type: ignore[attr-defined]


async def milestone(actor: Actor, row: InvestmentProject, **values: Any) -> InvestmentMilestone:
    """Something to be done by the end of June, entered on the first of May."""
    given = {"project_id": row.id, "name": "办完用地手续", "due_on": DUE.isoformat(), **values}
    with at(ENTERED):
        await operations.add_investment_milestone(actor, given)
    found = await InvestmentMilestone.filter(project_id=row.id).order_by("-id").first()
    assert found is not None
    return found


async def change(actor: Actor, row: InvestmentMilestone, day: str, **values: Any) -> InvestmentMilestone:
    """The same with other values, changed on a day."""
    given = {"id": row.id, "version": row.version, "name": row.name, "due_on": row.due_on.isoformat(), **values}
    with at(day):
        await operations.change_investment_milestone(actor, given)
    return await InvestmentMilestone.get(id=row.id)


SOON, TODAY, LATE = "一周后到期", "今天到期", "已逾期"


async def test_whoever_sees_to_a_project_is_reminded_of_each_step_once_by_inbox_and_e_mail(editor: Actor) -> None:
    row = await signed(editor)
    await milestone(editor, row)
    await tick(DUE - timedelta(days=7), 8, 59)
    assert await told() == []
    for days, words in ((-7, SOON), (0, TODAY), (1, LATE), (7, LATE), (30, LATE)):
        for _ in range(2):
            await tick(DUE + timedelta(days=days))
        assert (await told())[-1] == ("editor", f"{words}：{row.name}“办完用地手续”")
    assert [subject[: subject.index("：")] for _, subject in await told()] == [SOON, TODAY, *[LATE] * 3]
    assert await OutboxMessage.all().count() == 5
    await tick(DUE + timedelta(days=400))
    assert len(await told()) == 5


async def test_every_kind_of_reminder_has_a_handler_and_the_page_that_it_leads_to(editor: Actor) -> None:
    row = await signed(editor)
    await milestone(editor, row)
    deadlines = {one.kind: one for one in await Deadline.all()}
    assert set(deadlines) == {one.kind for one in REMINDERS}
    assert all(deadlines[one.kind].due_at == moment(one, DUE) for one in REMINDERS)
    await tick(DUE)
    assert {one.link for one in await InboxMessage.all()} == {f"/staff/projects/{row.id}/progress"}


async def test_a_milestone_that_is_moved_reminds_by_its_new_day_and_not_by_the_old(editor: Actor) -> None:
    one = await milestone(editor, await signed(editor))
    await tick(DUE - timedelta(days=7))
    one = await change(editor, one, "2026-06-25", due_on="2026-08-31")
    await tick(date(2026, 7, 31))
    assert [words[:5] for _, words in await told()] == [SOON]
    await tick(date(2026, 8, 24))
    await tick(date(2026, 9, 1))
    assert [subject[: subject.index("：")] for _, subject in await told()] == [SOON, SOON, TODAY, LATE]
    await change(editor, one, "2026-09-02", due_on=DUE.isoformat())  # back again: what was told is not told twice
    for days in (-7, 0, 1, 7, 30):
        await tick(DUE + timedelta(days=days))
    assert len(await told()) == 4


async def test_what_is_done_removed_or_stopped_reminds_nobody_and_what_goes_on_again_does(editor: Actor) -> None:
    row = await signed(editor)
    done, gone = await milestone(editor, row), await milestone(editor, row, name="写错的节点")
    with at("2026-05-02"):
        await operations.finish_investment_milestone(editor, {"id": done.id, "version": done.version})
        await operations.remove_investment_milestone(editor, {"id": gone.id, "version": gone.version})
        with pytest.raises(OperationError, match="state"):
            await operations.finish_investment_milestone(editor, {"id": done.id, "version": done.version + 1})
    assert not await Deadline.filter(state=DeadlineState.PENDING).exists()
    await milestone(editor, row, name="主体结构封顶")
    with at("2026-05-03"):
        row = await move(editor, await InvestmentProject.get(id=row.id), "stopped", reason="土地没有批下来")
    await tick(DUE)
    assert await told() == []
    with at("2026-06-30"):
        await move(editor, row, "signed", reason="土地批下来了")
    await tick(DUE + timedelta(days=1))
    assert await told() == [("editor", f"{LATE}：{row.name}“主体结构封顶”")]


async def test_where_nobody_sees_to_it_any_more_those_who_keep_projects_nearest_are_reminded(editor: Actor) -> None:
    above = await place.person("above", Role.SUPERVISOR, CITY)
    row = await signed(editor, responsible_id=above.person_id)
    await milestone(editor, row)
    await Person.filter(id=above.person_id).update(is_active=False)
    await place.person("worker", Role.GRID_WORKER, FENGGANG)
    await tick(DUE)
    assert {name for name, _ in await told()} == {"editor"}


async def test_where_a_team_sees_to_it_those_of_its_members_who_keep_projects_there_are_reminded(editor: Actor) -> None:
    team = await Team.create(division_id=FENGGANG, name="招商专班", kind=TeamKind.DEPARTMENT)
    keepers = [await place.person(name, Role.EDITOR, code) for name, code in (("one", FENGGANG), ("two", CITY))]
    others = (await place.person("worker", Role.GRID_WORKER, FENGGANG), await place.person("far", Role.EDITOR, SUIYANG))
    for person in (*keepers, *others):
        await TeamMember.create(team_id=team.id, person_id=person.person_id)
    row = await signed(editor, team_id=team.id)
    assert row.responsible_id is None
    await milestone(editor, row)
    await tick(DUE)
    assert {name for name, _ in await told()} == {"one", "two"}
    other = await Team.create(division_id=SUIYANG, name="绥阳专班", kind=TeamKind.DEPARTMENT)
    with pytest.raises(InvalidInput, match="unknown"):
        await signed(editor, team_id=other.id)
    await TeamMember.all().delete()
    await milestone(editor, row, name="主体结构封顶", due_on="2026-07-06")
    await tick(DUE + timedelta(days=120))
    assert ("editor", f"{LATE}：{row.name}“主体结构封顶”") in await told()


async def test_a_milestone_that_is_late_when_it_is_entered_tells_only_what_is_still_to_come(editor: Actor) -> None:
    row = await signed(editor)
    await milestone(editor, row, due_on="2026-04-27")
    assert {one.kind for one in await Deadline.all()} == {"milestone_late_week", "milestone_late_month"}
    with at(ENTERED), pytest.raises(InvalidInput, match="not_yet"):
        await operations.add_investment_milestone(
            editor, {"project_id": row.id, "name": "还没到", "due_on": "2026-05-02", "done_on": "2026-05-02"}
        )
