"""Checklists of the small city, and cases of its enterprises: rows in every state, and what they mean."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from civicgraph.checklists.models import (
    AskedKind,
    CaseState,
    Checklist,
    ChecklistField,
    ChecklistQuestion,
    ChecklistStatus,
    ChecklistStep,
    OneThingAnswer,
    OneThingCase,
    OneThingStep,
    StepState,
)
from civicgraph.permissions import HANDLE_CASES, SCOPES
from tests.graph.reference import rules
from tests.graph.reference.words import NOW, WORDS, mark, sentence

if TYPE_CHECKING:
    from tests.graph.reference.world import World

handles = rules.over(HANDLE_CASES)


def teams_of(world: World) -> set[int]:
    """The teams that who asks works in: staff, by a session or by a token that may work."""
    actor = world.actor
    may = actor.scopes is None or any(HANDLE_CASES in SCOPES[one] for one in actor.scopes)
    if not (may and actor.grants):
        return set()
    return {one.team_id for one in world.rows.having("TeamMember", "person_id", actor.person_id)}


def steps_of(world: World, row: Any) -> list[Any]:
    return world.rows.having("OneThingStep", "case_id", row.id)


def sees_case(world: World, row: Any) -> bool:
    """The window of its place, who acts for its enterprise, and the members of its steps' teams."""
    mine = teams_of(world)
    has_part = any(one.team_id in mine for one in steps_of(world, row))
    return handles(world, row) or rules.acts_for(world, row.enterprise_id) or has_part


def with_me(world: World, row: Any) -> bool:
    mine = teams_of(world)
    return any(one.state is StepState.WORKING and one.team_id in mine for one in steps_of(world, row))


def may_take(world: World, row: Any) -> bool:
    """The window of the place, and the members of the step's team."""
    case = world.rows.one("OneThingCase", row.case_id)
    return handles(world, case) or row.team_id in teams_of(world)


def is_late(world: World, row: Any) -> bool:
    return row.state is CaseState.OPEN and row.next_due_at < world.now


def step_is_late(world: World, row: Any) -> bool:
    return row.state is StepState.WORKING and row.due_at is not None and row.due_at < world.now


def by_number(world: World, row: Any, number: str) -> Any:
    """A case by its number, in any case and with spaces around it."""
    found = world.rows.having("OneThingCase", "number", number.strip().upper())
    return world.thing("OneThingCase", found[0]) if found else None


async def build_checklists(places: list[str]) -> None:
    """All of it; thrown with dice of their own, so that the rest of the city stays as it is."""
    dice = Random(31)
    for number in range(1, 10):
        row = await Checklist.create(
            title=sentence(dice)[:60],
            title_en=dice.choice(["", "wifi 100%"]),
            summary=sentence(dice)[:200],
            summary_en="What it is",
            audience=dice.choice(WORDS),
            audience_en="For whom",
            division_id=dice.choice(places),
            lead=dice.choice(WORDS),
            window_name="综合窗口",
            window_hours="9:00–17:00",
            phone="0851-1",
            working_days=number,
            legal_source="国办发〔2024〕3 号",
            status=list(ChecklistStatus)[number % 3],
            is_generated=number % 2 == 0,
        )
        for position in range(1, 1 + number % 3):
            asked = {"checklist_id": row.id, "position": position}
            await ChecklistQuestion.create(**asked, text=dice.choice(WORDS), text_en="Really?")
            await ChecklistStep.create(
                **asked, title="许可", title_en="Licence", department=dice.choice(WORDS), team_id=dice.choice([None, 1, 2]),
                materials="身份证\n合同", result="许可证", working_days=3, after=[1] * (position - 1),
                question=dice.choice([None, 1]), needed_when=position == 1,
            )  # fmt: skip
            await ChecklistField.create(
                **asked, label="店名", label_en="Name", help="招牌上的", kind=dice.choice(list(AskedKind)),
                choices=["面", "饭"][: number % 3], is_required=position == 1, is_personal=position == 2,
            )  # fmt: skip
    for number in range(1, 19):
        state = list(CaseState)[number % 4]
        due_at = NOW + timedelta(hours=dice.choice([-30, 0, 30]))
        case = await OneThingCase.create(
            number=f"YJS-0522-{number:05d}",
            checklist_id=dice.randint(1, 9),
            enterprise_id=dice.randint(1, 25),
            division_id=dice.choice(places),
            state=state,
            due_at=due_at + timedelta(days=3),
            next_due_at=due_at,
            is_by_staff=number % 2 == 0,
            locale="zh",
            closed_at=NOW if state is CaseState.DONE else None,
            erase_at=NOW if state is CaseState.DONE else None,
        )
        for position in range(1, 1 + number % 4):
            stands = dice.choice(list(StepState))
            await OneThingStep.create(
                case_id=case.id, position=position, title="许可", title_en="Licence", department=dice.choice(WORDS),
                team_id=dice.choice([None, 1, 2, 3]), materials="合同", working_days=2, after=[1] * (position - 1),
                state=stands, started_at=NOW, due_at=dice.choice([None, due_at]), done_at=dice.choice([None, NOW]),
                days_left=2, reason=dice.choice(["", "补图"]),
                result=dice.choice(["", "许可证"]),
            )  # fmt: skip
            answer = await OneThingAnswer.create(
                case_id=case.id, position=position, label="电话", label_en="Telephone", is_personal=position == 2,
                kind=dice.choice(list(AskedKind)), choices=["面"][: number % 2], help="手机", is_required=position == 1,
            )  # fmt: skip
            answer.value = mark("one_thing_answer", "value", answer.id)
            answer.sealed = mark("one_thing_answer", "sealed", answer.id)
            await answer.save()
