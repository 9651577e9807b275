"""Danger is heard by every door and at every time, and each answer says whom to call."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import httpx
import pytest
from starlette.applications import Starlette

from civicgraph import clock
from civicgraph.grievances import operations
from civicgraph.grievances.intake.models import CategoryQuestion, QuestionKind
from civicgraph.grievances.models import Grievance, GrievanceStatus, GrievanceUpdate, Urgency
from civicgraph.grievances.operations.take_in_letter import answer_by_letter
from civicgraph.notifications.models import InboxMessage, OutboxMessage
from civicgraph.notifications.rendering import render_message
from civicgraph.permissions import ANONYMOUS, SYSTEM, Actor
from tests.grievances.conftest import CONTACT, Report, words
from tests.grievances.steps import SECRET, know_secret, lead_to, take
from tests.support.browser import visit
from tests.support.city import FENGQUAN

FIRE = "现在着火了快来"
CALL = '<a class="btn danger" href="tel:119">'
S = GrievanceStatus
GAS = "刚才闻到很浓的煤气味，头很晕"


async def _answers(client: httpx.AsyncClient, description: str) -> dict[str, object]:
    document = f"""mutation {{ fileGrievance(input: {{category: "lighting", divisionCode: "{FENGQUAN}",
      description: "{description}"}}) {{
        emergencyCalls {{ number words }} grievance {{ emergencyNumbers urgency }} errors {{ field }} }} }}"""
    answer = await client.post("/graphql", json={"query": document}, headers={"accept": "application/json"})
    found: dict[str, object] = answer.json()["data"]["fileGrievance"]
    return found


@pytest.mark.usefixtures("city")
async def test_a_partner_app_is_told_whom_to_call(client: httpx.AsyncClient) -> None:
    found = await _answers(client, "隔壁楼着火了，有人被困")
    assert found["grievance"] == {"emergencyNumbers": ["119", "120"], "urgency": "CRITICAL"}
    assert found["emergencyCalls"] == [
        {"number": "119", "words": "火警、救援"},
        {"number": "120", "words": "急救"},
    ]
    found = await _answers(client, "三楼楼道灯坏了两天")
    assert found["emergencyCalls"] == []
    assert found["grievance"] == {"emergencyNumbers": [], "urgency": "GENERAL"}


async def test_an_answer_to_the_categorys_question_is_heard_too(report: Report) -> None:
    await CategoryQuestion.create(
        category_id="lighting", code="more", name="还有什么？", name_en="What else?", kind=QuestionKind.TEXT
    )
    row = await report(answers=[{"question": "more", "answer": GAS}])
    assert (row.urgency, row.danger) == (Urgency.CRITICAL, "gas")


async def test_an_answer_to_the_offices_question_makes_it_critical(dispatcher: Actor) -> None:
    filed = await operations.file_grievance(ANONYMOUS, words())
    number, secret = filed["number"], filed["tracking_secret"]
    await operations.return_grievance(dispatcher, {"number": number, "version": 1, "reason": "在哪一栋？"})
    await operations.resubmit_tracked_grievance(ANONYMOUS, {"number": number, "secret": secret, "answer": GAS})
    row = await Grievance.get(number=number)
    assert (row.urgency, row.danger, row.status) == (Urgency.CRITICAL, "gas", "submitted")
    assert (row.response_due_at - (await GrievanceUpdate.get(verb="resubmit")).at).total_seconds() == 30 * 60
    assert await InboxMessage.filter(person_id=dispatcher.person_id, subject__startswith="有危险").count() == 1


async def test_a_letter_makes_it_critical_and_calls_the_dispatchers(report: Report, dispatcher: Actor) -> None:
    row = await report()
    await answer_by_letter(SYSTEM, {"id": row.id, "words": "灯还是不亮"})
    assert (await Grievance.get(id=row.id)).urgency == Urgency.GENERAL
    await answer_by_letter(SYSTEM, {"id": row.id, "words": GAS})
    row = await Grievance.get(id=row.id)
    assert (row.urgency, row.danger) == (Urgency.CRITICAL, "gas")
    step = await GrievanceUpdate.get(verb="change_level")
    assert (step.by_line, step.person_id) == ("系统", None)
    assert "特急" in step.public_note
    assert await InboxMessage.filter(person_id=dispatcher.person_id, subject__startswith="有危险").count() == 1


async def test_what_follows_from_a_step_has_its_moment(dispatcher: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    filed = await operations.file_grievance(ANONYMOUS, words())
    number, secret = filed["number"], filed["tracking_secret"]
    await operations.return_grievance(dispatcher, {"number": number, "version": 1, "reason": "在哪一栋？"})
    started, seconds = clock.now(), count(1)
    monkeypatch.setattr(
        clock, "_now", lambda: started + timedelta(seconds=next(seconds))
    )  # each look is a second later
    await operations.resubmit_tracked_grievance(ANONYMOUS, {"number": number, "secret": secret, "answer": GAS})
    row = await Grievance.get(number=number)
    sent_again, made_critical = await GrievanceUpdate.filter(grievance_id=row.id).order_by("-id").limit(2)
    assert {sent_again.verb, made_critical.verb} == {"resubmit", "change_level"}
    assert sent_again.at == made_critical.at == row.response_due_at - timedelta(minutes=30)


async def add(row: Grievance, said: str) -> Grievance:
    """Its reporter adds words by the tracking page's operation."""
    given = {"number": row.number, "secret": SECRET, "words": said}
    await operations.add_to_tracked_grievance(ANONYMOUS, given)
    return await Grievance.get(id=row.id)


async def alarms() -> int:
    return await InboxMessage.filter(subject__startswith="有危险").count()


@pytest.mark.parametrize("status", [S.RESOLVED, S.VERIFIED, S.CLOSED, S.SHORTFALL, S.REDIRECTED, S.WITHDRAWN])
async def test_who_tells_of_danger_of_what_is_not_open_is_told_whom_to_call_and_staff_hear_of_it(
    app: Starlette, report: Report, dispatcher: Actor, worker: Actor, status: GrievanceStatus
) -> None:
    row = await lead_to(dispatcher, await report(**CONTACT), status, worker)
    page = visit(app)
    tracked = f"/track/{row.number}/{SECRET.replace('-', '')}"
    assert CALL not in await page.open(tracked)
    await page.send(f"{tracked}/words", words=FIRE)
    assert CALL in await page.open(tracked)
    row = await Grievance.get(id=row.id)
    assert (row.status, row.urgency, row.danger) == (status, Urgency.GENERAL, "fire")
    step = await GrievanceUpdate.filter(grievance_id=row.id).order_by("-id").first()
    assert step is not None
    assert (step.verb, step.by_line, step.internal_note) == ("alarm", "系统", "")
    assert await alarms() == 1
    mail = await OutboxMessage.filter(template="grievance_step").order_by("-id").first()
    assert mail is not None
    assert "119（火警、救援）" in render_message("grievance_step", mail.values, "zh")[1]
    assert await OutboxMessage.filter(template="grievance_danger", is_critical=False).count() == 0


async def test_an_alarm_is_shown_until_the_next_step(app: Starlette, report: Report, dispatcher: Actor) -> None:
    row = await add(await lead_to(dispatcher, await report(), S.RESOLVED), FIRE)
    await take(dispatcher, "close", row)
    assert CALL not in await visit(app).open(f"/track/{row.number}/{SECRET.replace('-', '')}")


async def test_danger_ends_a_rest_and_makes_it_critical(report: Report, dispatcher: Actor) -> None:
    row = await lead_to(dispatcher, await report(), S.ON_HOLD)
    row = await add(row, "电线冒火花着火了")
    assert (row.status, row.urgency, row.hold_until, row.hold_reason) == (S.IN_PROGRESS, Urgency.CRITICAL, None, None)
    assert row.resolution_due_at <= clock.now() + timedelta(hours=4)
    steps = await GrievanceUpdate.filter(grievance_id=row.id, by_line="系统").order_by("id")
    assert [one.verb for one in steps] == ["resume", "change_level"]
    row = await add(await take(dispatcher, "hold", row), "又着火了")  # critical, and resting once more
    assert (row.status, row.urgency) == (S.IN_PROGRESS, Urgency.CRITICAL)


async def test_another_danger_of_what_is_critical_says_whom_to_call(report: Report, dispatcher: Actor) -> None:
    row = await add(await know_secret(await report(description=GAS)), FIRE)
    assert (row.urgency, row.danger, await alarms()) == (Urgency.CRITICAL, "fire", 1)
    assert await GrievanceUpdate.filter(grievance_id=row.id, verb="alarm").count() == 1
    row = await add(row, FIRE)
    assert (await alarms(), await GrievanceUpdate.filter(grievance_id=row.id, verb="alarm").count()) == (2, 1)


async def test_not_solved_and_dangerous_is_opened_again_as_critical(
    app: Starlette, report: Report, dispatcher: Actor
) -> None:
    row = await lead_to(dispatcher, await report(), S.RESOLVED)
    row = await take(dispatcher, "rate", row, is_solved=False, words="没有修好，" + FIRE)
    assert (row.status, row.urgency, row.danger) == (S.REOPENED, Urgency.CRITICAL, "fire")
    assert row.response_due_at == (await GrievanceUpdate.get(verb="reopen")).at + timedelta(minutes=30)
    assert CALL in await visit(app).open(f"/track/{row.number}/{SECRET.replace('-', '')}")
    assert await alarms() == 1
    for verb in ("assign", "resolve"):
        await take(dispatcher, verb, row)
    row = await take(dispatcher, "rate", row, is_solved=False, words=FIRE)  # the second time: on the list
    assert (row.status, await alarms()) == (S.SHORTFALL, 2)


@pytest.mark.parametrize("verb", ["rate", "reopen"])
async def test_danger_told_after_the_resolution_counts_when_it_is_opened_again(
    report: Report, dispatcher: Actor, verb: str
) -> None:
    row = await add(await lead_to(dispatcher, await report(), S.RESOLVED), FIRE)
    said = {"is_solved": False, "words": "没有修好"} if verb == "rate" else {}
    row = await take(dispatcher, verb, row, **said)
    assert (row.status, row.urgency) == (S.REOPENED, Urgency.CRITICAL)


async def test_solved_or_withdrawn_with_words_of_danger_is_heard(report: Report, dispatcher: Actor) -> None:
    row = await lead_to(dispatcher, await report(), S.RESOLVED)
    row = await take(dispatcher, "rate", row, words="灯修好了，但是楼上" + FIRE)
    assert (row.status, row.danger, await alarms()) == (S.CLOSED, "fire", 1)
    row = await take(dispatcher, "withdraw", await know_secret(await report()), words=FIRE)
    assert (row.status, row.danger, await alarms()) == (S.WITHDRAWN, "fire", 2)


async def test_danger_told_to_a_joined_report_raises_the_one_that_is_dealt_with(
    app: Starlette, report: Report, dispatcher: Actor
) -> None:
    lead, joined = await report(), await know_secret(await report())
    await take(dispatcher, "merge", joined, into=lead.number)
    joined = await add(joined, FIRE)
    lead = await Grievance.get(id=lead.id)
    assert (joined.status, joined.danger) == (S.MERGED, "fire")
    assert (lead.status, lead.urgency, lead.danger) == (S.SUBMITTED, Urgency.CRITICAL, "fire")
    assert CALL in await visit(app).open(f"/track/{joined.number}/{SECRET.replace('-', '')}")
    assert await InboxMessage.filter(subject__startswith="有危险", link__endswith=lead.number).count() == 1
