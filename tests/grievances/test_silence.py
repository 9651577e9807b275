"""A resolved case closes by itself after silence alone: its reporter's own words are answered first."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from starlette.applications import Starlette

from civicgraph import clock
from civicgraph.grievances import operations
from civicgraph.grievances.models import Grievance, GrievanceStatus
from civicgraph.grievances.operations.take_in_letter import answer_by_letter
from civicgraph.notifications.models import InboxMessage, OutboxMessage
from civicgraph.notifications.rendering import render_message
from civicgraph.permissions import ANONYMOUS, SYSTEM, Actor
from tests.grievances.conftest import CONTACT, Report
from tests.grievances.steps import SECRET, lead_to, take
from tests.grievances.test_reminders import tick, told
from tests.support.browser import visit

S = GrievanceStatus
DAY = timedelta(days=1)


@pytest.fixture
async def resolved(report: Report, dispatcher: Actor) -> Grievance:
    """A report that is said to be resolved, whose reporter left an address."""
    return await lead_to(dispatcher, await report(**CONTACT), S.RESOLVED)


def resolved_at(row: Grievance) -> datetime:
    assert row.resolved_at is not None
    return row.resolved_at


async def status(row: Grievance) -> GrievanceStatus:
    return (await Grievance.get(id=row.id)).status


async def write(row: Grievance, at: datetime, *, by_letter: bool = False) -> None:
    with clock.override(at):
        if by_letter:
            await answer_by_letter(SYSTEM, {"id": row.id, "words": "没有修好"})
        else:
            given = {"number": row.number, "secret": SECRET, "words": "没有修好"}
            await operations.add_to_tracked_grievance(ANONYMOUS, given)


@pytest.mark.parametrize("by_letter", [True, False])
async def test_who_writes_is_not_closed_before_staff_have_answered_and_a_week_has_passed(
    resolved: Grievance, dispatcher: Actor, *, by_letter: bool
) -> None:
    begun = resolved_at(resolved)
    await write(resolved, begun + 2 * DAY, by_letter=by_letter)
    for days in (7, 8.9):
        await tick(begun + days * DAY)
    assert await told("还没有回复反映人") == []
    for days in (9, 12, 16, 17):  # a week after the words, and each week
        await tick(begun + days * DAY + timedelta(minutes=1))
    assert [name for name, _ in await told("还没有回复反映人")] == ["dispatcher", "dispatcher"]
    assert await status(resolved) is S.RESOLVED
    with clock.override(begun + 20 * DAY):
        await take(dispatcher, "comment", resolved, note="明天再来看", is_public=True)
    for days in (23, 26.9):
        await tick(begun + days * DAY + timedelta(minutes=2))
    assert await status(resolved) is S.RESOLVED
    await tick(begun + 27 * DAY + timedelta(minutes=2))
    assert await status(resolved) is S.CLOSED
    assert len(await told("还没有回复反映人")) == 2


async def test_words_after_the_answer_are_answered_again(resolved: Grievance, dispatcher: Actor) -> None:
    begun = resolved_at(resolved)
    await write(resolved, begun + DAY)
    with clock.override(begun + 2 * DAY):
        await take(dispatcher, "comment", resolved, note="打过电话", is_public=False)
    await write(resolved, begun + 3 * DAY)
    for days in (7, 9, 10, 17):
        await tick(begun + days * DAY + timedelta(minutes=1))
    assert await status(resolved) is S.RESOLVED


async def test_words_before_the_resolution_hold_up_nothing(report: Report, dispatcher: Actor) -> None:
    row = await lead_to(dispatcher, await report(), S.IN_PROGRESS)
    await write(row, clock.now() - timedelta(seconds=1))
    row = await take(dispatcher, "resolve", row)
    await tick(resolved_at(row) + 7 * DAY)
    assert await status(row) is S.CLOSED


async def test_the_page_says_at_once_how_to_say_that_it_is_not_solved(app: Starlette, resolved: Grievance) -> None:
    page = visit(app)
    tracked = f"/track/{resolved.number}/{SECRET.replace('-', '')}"
    assert "光写在这里不会重新办理" in await page.open(tracked)
    await page.send(f"{tracked}/words", words="没有修好")
    assert "如果没有解决，请按下面的“没有解决”" in page.text


async def test_long_after_it_the_page_says_to_report_it_anew(
    app: Starlette, resolved: Grievance, dispatcher: Actor
) -> None:
    page = visit(app)
    tracked = f"/track/{resolved.number}/{SECRET.replace('-', '')}"
    await take(dispatcher, "close", resolved)
    await Grievance.filter(id=resolved.id).update(resolved_at=clock.now() - 43 * DAY)
    assert "光写在这里不会重新办理" not in await page.open(tracked)
    await page.send(f"{tracked}/words", words="没有修好")
    assert "请重新反映" in page.text
    assert await OutboxMessage.filter(template="grievance_heard").count() == 0


async def test_who_answers_by_mail_reads_once_how_to_say_it(resolved: Grievance) -> None:
    for days in (1, 2):
        await write(resolved, resolved_at(resolved) + days * DAY, by_letter=True)
    mail = await OutboxMessage.get(template="grievance_heard")
    subject, text = render_message(mail.template, mail.values, "zh")
    assert resolved.number in subject
    assert "没有解决" in text
    assert f"/track?number={resolved.number}" in text


@pytest.mark.parametrize("state", [S.IN_PROGRESS, S.SHORTFALL])
async def test_while_it_is_not_resolved_words_are_just_taken(
    report: Report, dispatcher: Actor, state: GrievanceStatus
) -> None:
    row = await lead_to(dispatcher, await report(**CONTACT), state)
    await write(row, clock.now(), by_letter=True)
    assert await OutboxMessage.filter(template="grievance_heard").count() == 0


async def test_whoever_works_on_it_reads_that_the_words_are_about_what_is_resolved(resolved: Grievance) -> None:
    await write(resolved, clock.now())
    message = await InboxMessage.get(subject__startswith="反映人")
    assert "请重新办理" in message.text


async def test_the_mail_about_closing_speaks_of_silence_and_not_of_thanks(
    resolved: Grievance, report: Report, dispatcher: Actor
) -> None:
    await tick(resolved_at(resolved) + 7 * DAY)
    mail = await OutboxMessage.filter(template="grievance_step").order_by("-id").first()
    assert mail is not None
    text = render_message(mail.template, mail.values, "zh")[1]
    assert "一周没有收到您的消息" in text
    assert "谢谢" not in text
    await take(dispatcher, "rate", await lead_to(dispatcher, await report(**CONTACT), S.RESOLVED))
    mail = await OutboxMessage.filter(template="grievance_step").order_by("-id").first()
    assert mail is not None
    assert "谢谢您告诉我们" in render_message(mail.template, mail.values, "zh")[1]
