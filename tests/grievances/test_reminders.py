"""What happens when a promised time passes."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from civicgraph import clock
from civicgraph import settings as configuration
from civicgraph.accounts.models import Person
from civicgraph.grievances import reminders
from civicgraph.grievances.models import Grievance
from civicgraph.grievances.operations import file_grievance
from civicgraph.notifications.models import InboxMessage, OutboxMessage
from civicgraph.notifications.rendering import render_message
from civicgraph.permissions import Actor, Role
from civicgraph.scheduler.heartbeat import Heartbeat
from tests.grievances.conftest import CONTACT, Report, words
from tests.grievances.test_steps import take
from tests.support import city as place
from tests.support.city import FENGGANG, LONGQUAN

assert reminders  # whoever builds the schema registers them; these tests do without it


async def tick(moment: datetime) -> None:
    """A round of the scheduler at a moment; nothing leaves by e-mail."""

    async def deliver() -> int:
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


async def test_where_the_street_has_nobody_the_county_is_told(report: Report, dispatcher: Actor) -> None:
    await place.person("county", Role.SUPERVISOR, FENGGANG)
    row = await report()
    late = row.response_due_at + timedelta(minutes=configuration.current().escalate_after_minutes)
    await tick(late)
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
    for verb in ("accept", "assign", "start", "resolve", "close"):
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
