"""Danger is heard by every door and at every time, and each answer says whom to call."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import httpx
import pytest

from civicgraph import clock
from civicgraph.grievances import operations
from civicgraph.grievances.intake.models import CategoryQuestion, QuestionKind
from civicgraph.grievances.models import Grievance, GrievanceUpdate, Urgency
from civicgraph.grievances.operations.take_in_letter import answer_by_letter
from civicgraph.notifications.models import InboxMessage
from civicgraph.permissions import ANONYMOUS, SYSTEM, Actor
from tests.grievances.conftest import Report, words
from tests.support.city import FENGQUAN

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
