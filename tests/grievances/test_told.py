"""Nobody is left without word: reporters who were joined, and staff whose work is taken, refused or over."""

from __future__ import annotations

from datetime import timedelta

import pytest

from civicgraph import clock
from civicgraph.accounts.models import Person
from civicgraph.grievances.desk.models import Team, TeamKind, TeamMember
from civicgraph.grievances.models import Grievance, GrievanceStatus
from civicgraph.notifications.models import InboxMessage, OutboxMessage
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import Actor, Role
from civicgraph.scheduler.models import Deadline, DeadlineState
from tests.grievances.conftest import CONTACT, Report
from tests.grievances.steps import know_secret, take
from tests.support import city as place
from tests.support.city import FENGGANG, FENGQUAN


async def inbox(subject: str) -> list[str]:
    """Who reads a message that begins so, by sign-in name; nothing of it is read twice."""
    names = {person.id: person.username for person in await Person.all()}
    rows = await InboxMessage.filter(subject__startswith=subject).order_by("id")
    await InboxMessage.all().delete()
    return sorted(names[row.person_id] for row in rows)  # type: ignore[attr-defined]


@pytest.fixture
async def second(city: None) -> Actor:
    """Another grid worker of the community."""
    return await place.person("second", Role.GRID_WORKER, FENGQUAN)


async def test_who_was_joined_with_one_and_then_with_another_hears_of_both(report: Report, dispatcher: Actor) -> None:
    first, second, third = await know_secret(await report()), await report(**CONTACT), await report(**CONTACT)
    for row in (second, third):
        await take(dispatcher, "merge", row, into=first.number)
    for verb in ("assign", "start", "comment", "comment", "resolve"):
        done = await take(dispatcher, verb, first)
    before = done.version
    await take(dispatcher, "rate", first, is_solved=False, words="还是不亮")
    await take(dispatcher, "withdraw", first)
    await take(dispatcher, "assign", second)
    while (await Grievance.get(id=second.id)).version < before - 1:
        await take(dispatcher, "comment", second)
    assert (await take(dispatcher, "resolve", second)).version == before
    told = await OutboxMessage.filter(template="grievance_joined").order_by("id")
    assert [(one.values["earlier"], one.values["status"]) for one in told if one.values["number"] == third.number] == [
        (first.number, "resolved"),
        (first.number, "reopened"),
        (second.number, "submitted"),
        (second.number, "resolved"),
    ]


async def test_who_leads_helps_or_is_called_hears_that_it_was_withdrawn(
    report: Report, dispatcher: Actor, worker: Actor, second: Actor
) -> None:
    row = await know_secret(await report())
    bureau = await place.person("bureau", Role.GRID_WORKER, FENGGANG)
    team = await Team.create(division_id=FENGGANG, name="城市管理局", kind=TeamKind.DEPARTMENT)
    await TeamMember.create(team_id=team.id, person_id=bureau.person_id)
    await take(dispatcher, "assign", row, assignee_id=worker.person_id, helper_ids=[second.person_id])
    await take(dispatcher, "whistle", row, team_ids=[team.id], division_code=None, departments="")
    await inbox("")
    await take(dispatcher, "withdraw", row)
    message = await InboxMessage.filter(subject__startswith="已撤回").first()
    assert message is not None
    assert row.number in message.subject
    assert "不用再办" in message.text
    assert await inbox("已撤回") == ["bureau", "second", "worker"]


@pytest.mark.parametrize(("verb", "subject"), [("merge", "已并案"), ("redirect", "已转办")])
async def test_who_worked_on_it_hears_that_it_is_over_here(
    report: Report, dispatcher: Actor, worker: Actor, verb: str, subject: str
) -> None:
    row = await know_secret(await report())
    await take(dispatcher, "assign", row, assignee_id=worker.person_id)
    if verb == "redirect":
        for step in ("resolve", "reopen"):
            await take(dispatcher, step, row)
    await inbox("")
    await take(dispatcher, verb, row)
    assert await inbox(subject) == ["worker"]


async def test_who_heard_that_it_was_passed_on_hears_that_it_was_taken_back(
    report: Report, dispatcher: Actor, worker: Actor, second: Actor
) -> None:
    row = await report(**CONTACT)
    joined = await report(**CONTACT)
    bureau = await place.person("bureau", Role.GRID_WORKER, FENGGANG)
    team = await Team.create(division_id=FENGGANG, name="城市管理局", kind=TeamKind.DEPARTMENT)
    await TeamMember.create(team_id=team.id, person_id=bureau.person_id)
    await take(dispatcher, "merge", joined, into=row.number)
    await take(dispatcher, "assign", row, assignee_id=worker.person_id, helper_ids=[second.person_id])
    await take(dispatcher, "whistle", row, team_ids=[team.id], division_code=None, departments="")
    promised = (await Grievance.get(id=row.id)).resolution_due_at
    await take(dispatcher, "redirect", row)
    await inbox("")
    await OutboxMessage.all().delete()
    with clock.override(clock.now() + timedelta(hours=1)):
        done = await take(dispatcher, "recall", row)
    assert (done.status, done.assignee_id) == (GrievanceStatus.ACCEPTED, worker.person_id)
    assert (done.resolution_due_at, done.body_in_charge, done.reason, done.erase_at) == (promised, "", "", None)
    assert await Deadline.filter(subject_id=row.id, kind="resolution", state=DeadlineState.PENDING).exists()
    assert await inbox("") == ["bureau", "second", "worker"]
    told = {one.template: one for one in await OutboxMessage.exclude(locale="")}
    assert told["grievance_joined"].values["status"] == "accepted"
    assert told["grievance_step"].values["act"] == "recall"
    trail = await AuditEntry.filter(operation="recall_grievance").get()
    assert trail.changes["status"] == ["redirected", "accepted"]


async def test_whose_resolution_is_sent_back_hears_it_and_until_when(
    report: Report, dispatcher: Actor, worker: Actor, second: Actor
) -> None:
    row = await report()
    await take(dispatcher, "assign", row, assignee_id=worker.person_id)
    await take(worker, "resolve", row)
    await inbox("")
    await take(second, "send_back", row)
    message = await InboxMessage.first()
    assert message is not None
    assert "最晚" in message.text
    assert await inbox("退回重办") == ["worker"]
    await take(dispatcher, "resolve", row)
    await inbox("")
    await take(second, "send_back", row)
    assert await inbox("退回重办") == ["dispatcher", "worker"]  # who leads it, and whose words were refused


async def test_from_whom_the_work_is_taken_hears_it(
    report: Report, dispatcher: Actor, worker: Actor, second: Actor
) -> None:
    row = await report()
    await take(dispatcher, "assign", row, assignee_id=worker.person_id, helper_ids=[second.person_id])
    await inbox("")
    await take(dispatcher, "assign", row, assignee_id=second.person_id)
    assert await InboxMessage.filter(subject__startswith="不再由您办理").count() == 1
    assert await inbox("不再由您办理") == ["worker"]  # who helped leads now, and was told that
    await take(dispatcher, "transfer", row)
    assert await inbox("不再由您办理") == ["second"]


async def test_who_keeps_the_work_or_gives_it_away_is_told_nothing(
    report: Report, dispatcher: Actor, worker: Actor
) -> None:
    row = await report()
    await take(dispatcher, "assign", row, assignee_id=worker.person_id)
    await take(dispatcher, "assign", row, assignee_id=worker.person_id)
    await take(dispatcher, "assign", row, assignee_id=dispatcher.person_id)
    assert await inbox("不再由您办理") == ["worker"]
    await take(dispatcher, "assign", row, assignee_id=worker.person_id)
    await take(dispatcher, "accept", await report())
    assert await inbox("不再由您办理") == []
