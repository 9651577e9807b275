"""A case goes from step to step, returned and corrected, by working days, each told once, to its end."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from civicgraph import clock
from civicgraph.calendars import is_working_day
from civicgraph.checklists import operations, rules
from civicgraph.checklists.forgetting import forget_due
from civicgraph.checklists.models import CaseState, OneThingAnswer, OneThingCase, OneThingStep, StepState
from civicgraph.notifications.delivery import deliver_due
from civicgraph.notifications.models import InboxMessage
from civicgraph.operations import Conflict, Forbidden, InvalidInput, NotFound, OperationError, Unavailable
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import ANONYMOUS, Actor
from civicgraph.scheduler.heartbeat import Heartbeat
from civicgraph.settings import Settings
from tests.checklists.conftest import ANSWERS, BEGUN, CODE, OTHER, PHONE, Town, states, template


def local(moment: datetime | None) -> str:
    """A moment by the city's clock."""
    assert moment is not None
    return f"{moment.astimezone(clock.CITY_ZONE):%m-%d %H:%M}"


async def told(actor: Actor) -> list[str]:
    """The subjects in somebody's inbox, the oldest first."""
    return [one.subject for one in await InboxMessage.filter(person_id=actor.person_id).order_by("id")]


# By when ---------------------------------------------------------------------------------------


def test_working_days_skip_weekends_and_holidays_and_count_makeup_days() -> None:
    friday = datetime(2026, 9, 18, 10, tzinfo=clock.CITY_ZONE)
    assert is_working_day(date(2026, 9, 20))  # a Sunday that is worked for National Day
    assert [local(rules.promised(friday, days)) for days in (1, 2, 5)] == ["09-20 17:00", "09-21 17:00", "09-24 17:00"]
    assert local(rules.promised(datetime(2026, 9, 30, 10, tzinfo=clock.CITY_ZONE), 1)) == "10-08 17:00"


@given(start=some.datetimes(datetime(2024, 1, 1), datetime(2027, 1, 1)), days=some.integers(1, 60))
def test_a_promise_of_days_has_so_many_days_left_when_it_begins(start: datetime, days: int) -> None:
    start = start.replace(tzinfo=clock.CITY_ZONE)
    due_at = rules.promised(start, days)
    assert rules.days_left(start, due_at) == days
    assert is_working_day(due_at.astimezone(clock.CITY_ZONE).date())
    times = rules.reminders(start, due_at)
    assert start < times["soon"] < times["due"] == due_at < times["late"]


# The way of a case -----------------------------------------------------------------------------


async def test_steps_begin_when_those_before_are_over_and_the_case_ends_with_the_last(town: Town) -> None:
    case = await town.opened()
    assert case.number.startswith("YJS-0522-")
    assert await states(case) == ["working", "waiting", "waiting", "waiting", "not_needed"]
    assert (local(case.due_at), local(case.next_due_at)) == ("06-05 17:00", "05-25 17:00")
    with clock.override(BEGUN + timedelta(hours=1)):
        case = await town.finish(town.window, case, 1, result="执照号 5203")
        assert await states(case) == ["done", "working", "working", "waiting", "not_needed"]
        case = await town.finish(town.food, case, 2)
        case = await town.finish(town.window, case, 3)
        assert await states(case) == ["done", "done", "done", "working", "not_needed"]
        with pytest.raises(Unavailable):
            await town.finish(town.window, case, 3)
        case = await town.finish(town.window, case, 4)
    assert (case.state, await OneThingStep.filter(result="执照号 5203").count()) == (CaseState.DONE, 1)
    assert case.erase_at is not None
    subjects = await told(town.owner)
    assert len(subjects) == 6  # opened, four steps, done
    assert all(case.number in one and "开办餐饮店" in one for one in subjects)


async def test_answers_decide_which_steps_are_needed(town: Town) -> None:
    assert await states(await town.opened(yes=[])) == ["working", "waiting", "waiting", "not_needed", "working"]
    assert await states(await town.opened(yes=[1])) == ["working", "waiting", "waiting", "waiting", "working"]


async def test_what_is_returned_is_corrected_and_goes_on_with_the_days_that_were_left(town: Town) -> None:
    case = await town.opened()
    with clock.override(BEGUN):
        case = await town.finish(town.window, case, 1)
    step = await OneThingStep.get(case_id=case.id, position=2)
    assert local(step.due_at) == "05-29 17:00"
    with clock.override(BEGUN + timedelta(days=3)):  # Monday: four working days are left
        case = await operations.return_step(
            town.food, {"number": case.number, "version": case.version, "position": 2, "reason": "请补充厨房平面图"}
        )
        assert (case.state, await states(case)) == (
            CaseState.RETURNED,
            ["done", "returned", "working", "waiting", "not_needed"],
        )
    kept = [{"field": 2, "text": ""}, *(one for one in ANSWERS if one["field"] not in (2, 6))]
    with clock.override(BEGUN + timedelta(days=10)):  # Monday of the week after
        with pytest.raises(Conflict):
            await operations.correct_case(town.owner, {"number": case.number, "version": 1, "answers": kept})
        corrected = [*kept, {"field": 6, "text": "平面图已补"}]
        case = await operations.correct_case(
            town.owner, {"number": case.number, "version": case.version, "answers": corrected}
        )
        step = await OneThingStep.get(case_id=case.id, position=2)
        assert (step.state, local(step.due_at), step.turn) == (StepState.WORKING, "06-05 17:00", 2)
        with pytest.raises(Unavailable):
            await operations.correct_case(
                town.owner, {"number": case.number, "version": case.version, "answers": corrected}
            )
        found = await operations.reveal_case(town.food, {"number": case.number})
    assert PHONE in found["values"]
    assert "平面图已补" in found["values"]
    assert [one for one in await told(town.owner) if "请" in one] == []  # words of the office are in the text alone


async def test_departments_are_reminded_before_at_and_after_a_promise_each_once(
    town: Town, connected: Settings
) -> None:
    case = await town.opened()
    with clock.override(BEGUN):
        await town.finish(town.window, case, 1)
    heartbeat = Heartbeat(connected, deliver_due)
    seen: list[tuple[str, int, int]] = []
    for day, hour in ((28, 8), (28, 9), (28, 10), (29, 16), (29, 17), (31, 12), (32, 16), (32, 17), (33, 17), (40, 9)):
        moment = datetime(2026, 5, 1, hour, 1, tzinfo=clock.CITY_ZONE) + timedelta(days=day - 1)
        with clock.override(moment):
            for _ in range(2):
                await heartbeat.tick_once()
        seen.append((f"{moment:%m-%d %H}", len(await told(town.food)), len(await told(town.window))))
    await heartbeat.stop()
    food = [
        f"{when}:{count}" for (when, count, _), (_, before, _) in zip(seen[1:], seen, strict=False) if count > before
    ]
    assert food == ["05-28 09:2", "05-29 17:3", "06-01 17:4"]
    assert [one.partition("“")[0] for one in await told(town.food)] == ["请办理：", "快到期：", "到期：", "已超期："]


async def test_a_finished_or_returned_step_reminds_nobody(town: Town, connected: Settings) -> None:
    case = await town.opened()
    with clock.override(BEGUN):
        case = await town.finish(town.window, case, 1)
        await operations.return_step(
            town.food, {"number": case.number, "version": case.version, "position": 2, "reason": "补图"}
        )
        await town.finish(town.window, case, 3)
    before = len(await told(town.food)), len(await told(town.window))
    heartbeat = Heartbeat(connected, deliver_due)
    with clock.override(BEGUN + timedelta(days=60)):
        await heartbeat.tick_once()
    await heartbeat.stop()
    assert (len(await told(town.food)), len(await told(town.window))) == before


async def test_a_withdrawn_case_calls_off_what_is_not_done(town: Town) -> None:
    case = await town.opened()
    with clock.override(BEGUN):
        case = await town.finish(town.window, case, 1)
        case = await operations.withdraw_case(town.owner, {"number": case.number, "version": case.version})
    assert await states(case) == ["done", "called_off", "called_off", "called_off", "not_needed"]
    assert any("撤回" in one for one in await told(town.food))
    with pytest.raises(Unavailable):
        await operations.withdraw_case(town.window, {"number": case.number, "version": case.version})


# The one form ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "text", "code", "words"),
    [
        (1, "", "missing", "店名"),
        (3, "六月一日", "date", "日期"),
        (4, "很大", "number", "整数"),
        (5, "烧烤", "enum", "选择"),
    ],
)
async def test_what_does_not_fit_is_said_beside_the_field(
    town: Town, field: int, text: str, code: str, words: str
) -> None:
    answers = [{**one, "text": text} if one["field"] == field else one for one in ANSWERS]
    with pytest.raises(InvalidInput) as refused:
        await town.opened(answers=answers)
    (error,) = refused.value.errors
    assert (error.field, error.code) == (f"answers.{field - 1}.text", code)
    assert words in error.message
    assert await OneThingCase.all().count() == 0


async def test_what_is_personal_is_sealed_masked_and_forgotten(town: Town) -> None:
    case = await town.opened()
    row = await OneThingAnswer.get(case_id=case.id, position=2)
    assert (row.value, PHONE in row.sealed) == ("13****78", False)
    assert (await OneThingAnswer.get(case_id=case.id, position=4)).value == "1200"
    await operations.reveal_case(town.window, {"number": case.number})
    copy = json.loads((await operations.export_case(town.owner, {"number": case.number}))["data"])
    assert copy["answers"]["联系电话"] == PHONE
    assert len(copy["form_was_looked_at"]) == 1
    trail = json.dumps(await AuditEntry.all().values("changes"))
    assert PHONE not in trail
    with pytest.raises(Unavailable):
        await operations.erase_case(town.owner, {"number": case.number, "is_sure": True})
    with clock.override(BEGUN):
        await operations.withdraw_case(town.owner, {"number": case.number, "version": 1})
    with pytest.raises(InvalidInput):
        await operations.erase_case(town.owner, {"number": case.number, "is_sure": False})
    with clock.override(BEGUN + timedelta(days=179)):
        assert await forget_due(10) == 0
    with clock.override(BEGUN + timedelta(days=181)):
        assert await forget_due(10) == 1
    assert await OneThingAnswer.all().count() == 0


async def test_a_retried_case_is_opened_once(town: Town) -> None:
    key = "a key of sixteen characters"
    first, again = await town.opened(idempotency_key=key), await town.opened(idempotency_key=key)
    assert (first.id, await OneThingCase.all().count()) == (again.id, 1)


# Who may ---------------------------------------------------------------------------------------


async def refusal(work: Any) -> str:
    """Why it was refused."""
    with pytest.raises(OperationError) as refused:
        await work
    return type(refused.value).__name__


async def test_everybody_does_what_is_theirs_and_nothing_else(town: Town) -> None:
    opening = {"checklist_id": town.checklist.id, "answers": ANSWERS, "yes": [1, 2]}
    for actor in (ANONYMOUS, town.stranger, town.neighbour, town.food, town.editor):
        assert await refusal(operations.open_case(actor, {**opening, "credit_code": CODE})) == "Forbidden"
    # not offered in the other county, whoever asks
    assert await refusal(operations.open_case(town.stranger, {**opening, "credit_code": OTHER})) == "Unavailable"
    with clock.override(BEGUN):
        case = await operations.open_case(town.window, {**opening, "credit_code": CODE})
    assert case.is_by_staff
    step = {"number": case.number, "version": case.version, "position": 1}
    outsiders = (ANONYMOUS, town.stranger, town.neighbour, town.editor)
    for actor, expected in (
        (town.food, "Forbidden"),
        (town.owner, "Forbidden"),
        *((one, "NotFound") for one in outsiders),
    ):
        assert await refusal(operations.finish_step(actor, step)) == expected, actor.name
        assert await refusal(operations.return_step(actor, {**step, "reason": "不行"})) == expected, actor.name
    for actor in outsiders:
        assert await refusal(operations.reveal_case(actor, {"number": case.number})) == "NotFound"
    version = {"number": case.number, "version": case.version}
    for actor in (*outsiders, town.food):
        assert await refusal(operations.withdraw_case(actor, version)) in ("NotFound", "Forbidden")
        assert await refusal(operations.correct_case(actor, version)) in ("NotFound", "Forbidden")
        assert await refusal(operations.export_case(actor, {"number": case.number})) in ("NotFound", "Forbidden")
    with pytest.raises(Forbidden):
        await operations.export_case(town.window, {"number": case.number})
    await EnterpriseEnds(town).now()
    with pytest.raises(NotFound):
        await operations.withdraw_case(town.owner, version)


class EnterpriseEnds:
    """The account acts for the enterprise no longer."""

    def __init__(self, town: Town) -> None:
        self.town = town

    async def now(self) -> None:
        from civicgraph.enterprises.models import EnterpriseAccount

        await EnterpriseAccount.filter(person_id=self.town.owner.person_id).update(ended_at=clock.now())


async def test_checklists_are_kept_by_the_editors_of_their_place(town: Town) -> None:
    for actor in (ANONYMOUS, town.owner, town.food, town.neighbour):
        with pytest.raises(Forbidden):
            await operations.create_checklist(actor, template())
    draft = await operations.create_checklist(town.editor, {**template(), "steps": []})
    with pytest.raises(InvalidInput):
        await operations.publish_checklist(town.editor, {"id": draft.id, "version": 1})
    with pytest.raises(NotFound):
        await operations.open_case(town.owner, {"checklist_id": draft.id, "credit_code": CODE, "answers": ANSWERS})
    with pytest.raises(NotFound):
        await operations.update_checklist(town.neighbour, {**template(), "id": draft.id, "version": 1})
    case = await town.opened()
    changed = {**template(town.team.id), "steps": template()["steps"][:1], "form_fields": []}
    row = await operations.update_checklist(town.editor, {**changed, "id": town.checklist.id, "version": 2})
    assert len(await states(case)) == 5  # what is open goes on as it began
    await operations.close_checklist(town.editor, {"id": row.id, "version": row.version})
    with pytest.raises(Unavailable):
        await town.opened()


@pytest.mark.parametrize(
    ("part", "given", "said"),
    [
        ("steps", {"materials": "营业执照复印件"}, "materials: 营业执照复印件"),
        ("questions", {"text_en": "Alcohol?"}, "text_en: Alcohol?"),
        ("form_fields", {"help": "招牌上的名字"}, "help: 招牌上的名字"),
    ],
)
async def test_the_trail_shows_whatever_changed_of_a_part(
    town: Town, part: str, given: dict[str, Any], said: str
) -> None:
    wanted = template(town.team.id)
    wanted[part][0] |= given
    await operations.update_checklist(town.editor, {**wanted, "id": town.checklist.id, "version": 2})
    entry = await AuditEntry.filter(subject_type="Checklist").order_by("-id").first()
    assert entry is not None
    assert list(entry.changes) == [part]
    before, after = entry.changes[part]
    assert said not in before[0]
    assert said in after[0]
    assert before[1:] == after[1:]


@pytest.mark.parametrize(
    ("part", "index", "given", "path"),
    [
        ("steps", 1, {"after": "3"}, "steps.1.after"),
        ("steps", 3, {"question": 9}, "steps.3.question"),
        ("steps", 1, {"team": 99}, "steps.1.team"),
        ("form_fields", 4, {"choices": "面食"}, "form_fields.4.choices"),
    ],
)
async def test_a_checklist_that_cannot_work_is_refused(
    town: Town, part: str, index: int, given: dict[str, Any], path: str
) -> None:
    values = template()
    values[part][index] |= given
    with pytest.raises(InvalidInput) as refused:
        await operations.create_checklist(town.editor, values)
    assert [one.field for one in refused.value.errors] == [path]
