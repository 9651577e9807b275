"""What happens when a promised time passes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from civicgraph import clock
from civicgraph import settings as configuration
from civicgraph.accounts.models import Person
from civicgraph.grids.models import GridAssignment
from civicgraph.grievances import reminders
from civicgraph.grievances.models import Grievance, GrievanceCategory, GrievanceStatus, GrievanceUpdate
from civicgraph.grievances.operations import file_grievance
from civicgraph.grievances.workflow import EVERY
from civicgraph.notifications.models import InboxMessage, OutboxMessage
from civicgraph.notifications.rendering import render_message
from civicgraph.permissions import Actor, Role
from civicgraph.scheduler.heartbeat import Fence, Heartbeat
from tests.grievances.conftest import CONTACT, Report, words
from tests.grievances.steps import in_days, know_secret, lead_to, take
from tests.support import city as place
from tests.support.city import FENGGANG, FENGQUAN, LONGQUAN

PATIENCE = timedelta(minutes=configuration.Settings.model_fields["escalate_after_minutes"].default)

assert reminders  # whoever builds the schema registers them; these tests do without it


async def tick(moment: datetime) -> None:
    """A round of the scheduler at a moment; nothing leaves by e-mail."""

    async def deliver(_: Fence) -> int:
        return 0

    with clock.override(moment):
        await Heartbeat(configuration.current(), deliver).tick_once()


async def told(subject: str = "") -> list[tuple[str, str]]:
    """Who has been told what in the inbox: sign-in names and first lines."""
    names = {person.id: person.username for person in await Person.all()}
    rows = await InboxMessage.filter(subject__contains=subject).order_by("id")
    return [(names[row.person_id], row.subject) for row in rows]  # type: ignore[attr-defined]


async def test_a_grievance_past_its_promise_reminds_its_worker_once(
    report: Report, dispatcher: Actor, worker: Actor
) -> None:
    row = await take(dispatcher, "assign", await report(), assignee_id=worker.person_id)
    await tick(row.resolution_due_at - timedelta(seconds=1))
    assert await told("已超时") == []
    for _ in range(3):
        await tick(row.resolution_due_at + timedelta(seconds=1))
    assert await told("已超时") == [("worker", f"已超时：凤泉社区 楼道与路灯照明，{row.number}")]
    assert await OutboxMessage.filter(template="grievance_overdue").count() == 1


async def test_at_three_quarters_of_the_time_its_worker_is_reminded_once_and_not_when_it_is_late_already(
    report: Report, dispatcher: Actor, worker: Actor
) -> None:
    row = await take(dispatcher, "assign", await report(), assignee_id=worker.person_id)
    soon = row.submitted_at + (row.resolution_due_at - row.submitted_at) * 3 / 4
    await tick(soon - timedelta(seconds=2))
    assert await told("即将到期") == []
    for _ in range(3):
        await tick(soon + timedelta(seconds=1))
    assert await told("即将到期") == [("worker", f"即将到期：凤泉社区 楼道与路灯照明，{row.number}")]
    slept = await take(dispatcher, "assign", await report(description="另一盏灯也坏了"), assignee_id=worker.person_id)
    await tick(slept.resolution_due_at + timedelta(seconds=1))
    assert len(await told("即将到期")) == 1


async def test_while_nobody_has_it_the_dispatchers_are_reminded_and_then_the_level_above_once(
    report: Report, dispatcher: Actor
) -> None:
    street = await place.person("street", Role.DISPATCHER, LONGQUAN)
    county = await place.person("county", Role.SUPERVISOR, FENGGANG)
    assert street.person_id != county.person_id
    row = await report()
    await tick(row.response_due_at)
    assert [name for name, _ in await told()] == ["dispatcher"]
    late = row.response_due_at + timedelta(minutes=configuration.current().escalate_after_minutes)
    await tick(late - timedelta(seconds=1))
    assert [name for name, _ in await told()] == ["dispatcher"]
    for _ in range(2):
        await tick(late)
    assert [name for name, _ in await told()] == ["dispatcher", "street"]
    assert (await told())[1][1].startswith("凤泉社区")
    later = late + PATIENCE
    await tick(later - timedelta(seconds=1))
    assert [name for name, _ in await told()] == ["dispatcher", "street"]
    for moment in (later, later, later + timedelta(minutes=30)):
        await tick(moment)
    assert [name for name, _ in await told()] == ["dispatcher", "street", "county"]


async def test_what_the_station_sees_to_does_not_reach_the_centre(report: Report, dispatcher: Actor) -> None:
    street = await place.person("street", Role.DISPATCHER, LONGQUAN)
    await place.person("county", Role.SUPERVISOR, FENGGANG)
    row = await report()
    late = row.response_due_at + PATIENCE
    await tick(late)
    with clock.override(late + timedelta(minutes=1)):
        await take(street, "accept", row)
    await tick(late + PATIENCE)
    assert [name for name, _ in await told()] == ["dispatcher", "street"]


async def test_what_is_not_resolved_reaches_the_centre_and_again_after_a_new_promise(
    report: Report, dispatcher: Actor
) -> None:
    await place.person("street", Role.DISPATCHER, LONGQUAN)
    county = await place.person("county", Role.SUPERVISOR, FENGGANG)
    row = await take(dispatcher, "accept", await report())
    for _ in range(2):
        before = await told()
        await tick(row.resolution_due_at + 2 * PATIENCE)
        assert [name for name, _ in (await told())[len(before) :]] == ["dispatcher", "street", "county"]
        with clock.override(row.resolution_due_at + 2 * PATIENCE + timedelta(minutes=1)):
            row = await take(county, "extend", row)


async def test_where_the_street_has_nobody_the_county_is_told(report: Report, dispatcher: Actor) -> None:
    await place.person("county", Role.SUPERVISOR, FENGGANG)
    row = await report()
    late = row.response_due_at + timedelta(minutes=configuration.current().escalate_after_minutes)
    await tick(late)
    assert [name for name, _ in await told()] == ["dispatcher", "county"]
    await tick(late + PATIENCE)
    assert [name for name, _ in await told()] == ["dispatcher", "county"]


async def test_what_is_done_in_time_reminds_nobody(report: Report, dispatcher: Actor) -> None:
    row = await take(dispatcher, "accept", await report())
    await take(dispatcher, "resolve", row)
    await tick(row.resolution_due_at + timedelta(days=30))
    assert await told() == []


async def test_what_is_done_after_the_reminder_is_not_escalated(report: Report, dispatcher: Actor) -> None:
    await place.person("street", Role.DISPATCHER, LONGQUAN)
    row = await report()
    await tick(row.response_due_at)
    with clock.override(row.response_due_at + timedelta(minutes=1)):
        await take(dispatcher, "accept", row)
    await tick(row.response_due_at + timedelta(days=1))
    assert [name for name, _ in await told()] == ["dispatcher"]


async def test_danger_calls_the_dispatchers_at_once(report: Report, dispatcher: Actor, worker: Actor) -> None:
    await report()
    assert await told() == []
    row = await report(category="gas", description="闻到燃气味道，请快来")
    assert await told() == [("dispatcher", f"特急：凤泉社区 燃气，{row.number}")]


async def test_an_assignee_hears_of_the_task_unless_it_is_themselves(
    report: Report, dispatcher: Actor, worker: Actor
) -> None:
    row = await report(**CONTACT)
    await take(dispatcher, "assign", row, assignee_id=dispatcher.person_id)
    assert await told() == []
    await take(dispatcher, "assign", row, assignee_id=worker.person_id)
    assert [name for name, _ in await told()] == ["worker"]
    message = await InboxMessage.get()
    assert message.link == f"/staff/grievances/{row.number}"
    assert not [mark for mark in ("陈阿婆", "138", "斌鑫") if mark in message.text]


@pytest.mark.parametrize("locale", ["zh", "en"])
async def test_the_reporters_messages_read_well_in_their_language(dispatcher: Actor, locale: str) -> None:
    answer = await file_grievance(Actor(locale=locale), words(**CONTACT))
    row: Grievance = answer["grievance"]
    await know_secret(row)
    for verb in ("accept", "assign", "start", "resolve", "rate"):
        await take(dispatcher, verb, row)
    messages = await OutboxMessage.filter(template="grievance_step").order_by("id")
    assert [message.locale for message in messages] == [locale] * 6
    for message in messages:
        subject, text = render_message(message.template, message.values, message.locale)
        assert row.number in subject
        assert f"/track?number={row.number}" in text
        assert ("楼道与路灯照明" in text) is (locale == "zh")
        assert ("Corridor" in text) is (locale == "en")
        assert answer["tracking_secret"] not in text


@pytest.mark.parametrize("locale", ["zh", "en"])
@pytest.mark.parametrize("status", EVERY)
async def test_every_state_is_told_in_the_reporters_language(dispatcher: Actor, locale: str, status: Any) -> None:
    answer = await file_grievance(Actor(locale=locale), words(**CONTACT))
    station = await place.person("station", Role.DISPATCHER, LONGQUAN)
    row = await lead_to(dispatcher, answer["grievance"], status, station)
    last = await OutboxMessage.filter(template="grievance_step").order_by("-id").first()
    assert last is not None
    assert last.values["status"] == row.status
    subject, text = render_message(last.template, last.values, locale)
    assert (status.label in subject) is (locale == "en")
    assert len(text.splitlines()) >= 4


async def test_a_rest_ends_at_its_date_by_itself(report: Report, dispatcher: Actor, worker: Actor) -> None:
    row = await take(dispatcher, "assign", await report(), assignee_id=worker.person_id)
    held = await take(worker, "hold", row)
    assert held.hold_until is not None
    await tick(held.hold_until - timedelta(seconds=1))
    assert (await Grievance.get(id=row.id)).status is GrievanceStatus.ON_HOLD
    await tick(held.hold_until)
    resumed = await Grievance.get(id=row.id)
    assert (resumed.status, resumed.hold_until) == (GrievanceStatus.IN_PROGRESS, None)
    assert resumed.resolution_due_at == held.resolution_due_at
    assert [name for name, _ in await told("恢复办理")] == ["worker"]
    last = await GrievanceUpdate.filter(grievance_id=row.id).order_by("-id").first()
    assert last is not None
    assert (last.verb, last.by_line) == ("resume", "系统")


async def test_a_rest_ends_at_its_date_however_late_the_clock_comes(report: Report, dispatcher: Actor) -> None:
    held = await lead_to(dispatcher, await report(), GrievanceStatus.ON_HOLD)
    assert held.hold_until is not None
    await tick(held.hold_until + timedelta(hours=15))
    resumed = await Grievance.get(id=held.id)
    assert resumed.status is GrievanceStatus.IN_PROGRESS
    assert resumed.resolution_due_at == held.resolution_due_at


async def test_who_says_nothing_is_asked_once_and_the_case_closes_after_a_week(
    report: Report, dispatcher: Actor
) -> None:
    row = await lead_to(dispatcher, await report(**CONTACT), GrievanceStatus.RESOLVED)
    assert row.resolved_at is not None
    for hours in (23, 24, 48):
        await tick(row.resolved_at + timedelta(hours=hours))
    assert await OutboxMessage.filter(template="grievance_rating").count() == 1
    await tick(row.resolved_at + timedelta(days=7, seconds=-1))
    assert (await Grievance.get(id=row.id)).status is GrievanceStatus.RESOLVED
    await tick(row.resolved_at + timedelta(days=7))
    closed = await Grievance.get(id=row.id)
    assert (closed.status, closed.is_solved) == (GrievanceStatus.CLOSED, None)
    for days in (27, 28, 40):
        await tick(row.resolved_at + timedelta(days=days))
    assert await OutboxMessage.filter(template="grievance_aftercare").count() == 1
    for message in await OutboxMessage.filter(template__in=("grievance_rating", "grievance_aftercare")):
        for locale in ("zh", "en"):
            assert row.number in render_message(message.template, message.values, locale)[0]


async def test_who_has_rated_is_not_asked_to(report: Report, dispatcher: Actor) -> None:
    row = await lead_to(dispatcher, await report(**CONTACT), GrievanceStatus.RESOLVED)
    await take(dispatcher, "rate", row)
    await tick(clock.now() + timedelta(days=2))
    assert await OutboxMessage.filter(template="grievance_rating").count() == 0


async def test_what_somebody_else_has_to_check_is_not_closed_before(report: Report, dispatcher: Actor) -> None:
    await GrievanceCategory.filter(code="lighting").update(is_verified=True)
    row = await lead_to(dispatcher, await report(), GrievanceStatus.RESOLVED)
    for days in (7, 8, 14):
        await tick(clock.now() + timedelta(days=days, seconds=1))
    assert (await Grievance.get(id=row.id)).status is GrievanceStatus.RESOLVED
    assert await told("待核实") == []  # who resolved it may not check it, and there is nobody else
    station = await place.person("station", Role.DISPATCHER, LONGQUAN)
    await tick(clock.now() + timedelta(days=21, seconds=1))
    assert [name for name, _ in await told("待核实")] == ["station"]
    await take(station, "verify", row)
    await tick(clock.now() + timedelta(days=29))
    assert (await Grievance.get(id=row.id)).status is GrievanceStatus.CLOSED


async def test_who_may_check_hears_of_it_at_the_resolution_and_each_week_and_not_who_resolved_it(
    report: Report, dispatcher: Actor, worker: Actor
) -> None:
    await GrievanceCategory.filter(code="lighting").update(is_verified=True)
    for name, role, code in (
        ("second", Role.GRID_WORKER, FENGQUAN),
        ("station", Role.DISPATCHER, LONGQUAN),
        ("elsewhere", Role.GRID_WORKER, place.HONGQIAO),
    ):
        await place.person(name, role, code)
    row = await take(dispatcher, "assign", await report(), assignee_id=worker.person_id)
    await take(worker, "resolve", row)
    assert [name for name, _ in await told("待核实")] == ["dispatcher", "second"]
    await tick(clock.now() + timedelta(days=7, seconds=1))
    assert [name for name, _ in await told("待核实")] == ["dispatcher", "second"] * 2


async def test_where_the_grid_has_a_worker_of_its_own_the_others_are_not_called_to_check(
    report: Report, dispatcher: Actor, worker: Actor
) -> None:
    await GrievanceCategory.filter(code="lighting").update(is_verified=True)
    await place.person("second", Role.GRID_WORKER, FENGQUAN)
    row = await report()
    await GridAssignment.create(grid_id=row.grid_id, person_id=worker.person_id, from_on=clock.today())
    await lead_to(dispatcher, row, GrievanceStatus.RESOLVED)
    assert [name for name, _ in await told("待核实")] == ["worker"]
    other = await take(dispatcher, "assign", await report(), assignee_id=worker.person_id)
    await take(worker, "resolve", other)
    assert [name for name, _ in await told("待核实")][1:] == ["dispatcher", "second"]


async def test_a_shortfall_is_remembered_every_week_until_somebody_looks(report: Report, dispatcher: Actor) -> None:
    row = await lead_to(dispatcher, await report(), GrievanceStatus.SHORTFALL)
    assert row.review_at is not None
    await tick(row.review_at - timedelta(seconds=1))
    assert await told("复核") == []
    for days in (0, 1, 7, 8):
        await tick(row.review_at + timedelta(days=days))
    assert [name for name, _ in await told("复核")] == ["dispatcher"] * 2
    first, second = await OutboxMessage.filter(template="grievance_review").order_by("id")
    assert first.values["due_at"] == second.values["due_at"] == row.review_at.isoformat()  # as the public reads it
    with clock.override(row.review_at + timedelta(days=9)):
        await take(dispatcher, "review", row, review_on=in_days(30))
    await tick(row.review_at + timedelta(days=20))
    assert len(await told("复核")) == 2


async def test_opening_again_calls_the_dispatchers_and_reminds_anew(
    report: Report, dispatcher: Actor, worker: Actor
) -> None:
    row = await take(dispatcher, "assign", await know_secret(await report()), assignee_id=worker.person_id)
    await tick(row.resolution_due_at)
    assert [name for name, _ in await told("已超时")] == ["worker"]
    with clock.override(row.resolution_due_at + timedelta(hours=1)):
        await take(worker, "resolve", row)
        again = await take(dispatcher, "rate", row, is_solved=False, words="还是不亮")
    assert [name for name, _ in await told("未解决")] == ["dispatcher"]
    await tick(again.response_due_at)
    assert [name for name, _ in await told("已超时")] == ["worker", "worker"]
