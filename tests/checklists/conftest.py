"""A small city with an enterprise, its account, a checklist, its window and a department."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from civicgraph import clock
from civicgraph.accounts.models import Person
from civicgraph.checklists import operations
from civicgraph.checklists.models import Checklist, OneThingCase, OneThingStep
from civicgraph.enterprises.claims.models import ClaimWay
from civicgraph.enterprises.industries import load_industries
from civicgraph.enterprises.models import Enterprise, EnterpriseAccount
from civicgraph.enterprises.rules import complete
from civicgraph.grievances.desk.models import TeamKind
from civicgraph.grievances.models import Team, TeamMember
from civicgraph.permissions import Actor, Role
from civicgraph.settings import Settings
from tests.support import city as place
from tests.support.city import FENGGANG, FENGQUAN, HONGQIAO, SUIYANG

CODE, OTHER = complete("91520327MA6ECARE1"), complete("91520323MA6ECARE2")
BEGUN = datetime(2026, 5, 22, 10, tzinfo=clock.CITY_ZONE)
"""A Friday."""
PHONE = "13912345678"
ANSWERS = [
    {"field": 1, "text": "小张面馆"},
    {"field": 2, "text": PHONE},
    {"field": 3, "text": "2026-06-01"},
    {"field": 4, "text": "1,200"},
    {"field": 5, "text": "面食"},
]


def template(team: int | None = None) -> dict[str, Any]:
    """Opening a restaurant: a licence, then food, fire beside it; alcohol only where it is sold."""
    return {
        "title": "开办餐饮店“一件事”",
        "title_en": "Opening a restaurant",
        "summary": "办照、食品许可、消防一起办，只填一张表。",
        "audience": "准备开餐饮店的企业和个体工商户",
        "division_code": FENGGANG,
        "lead": "凤冈县市场监督管理局",
        "window_name": "凤冈县政务大厅一件事综合窗口",
        "window_hours": "工作日 9:00–17:00",
        "phone": "0851-12345",
        "working_days": 10,
        "questions": [{"text": "卖不卖酒？"}, {"text": "门头要不要做招牌？"}],
        "steps": [
            {"title": "营业执照", "department": "市场监督管理局", "working_days": 1, "materials": "身份证\n房屋租赁合同", "result": "营业执照"},
            {"title": "食品经营许可", "department": "市场监督管理局", "team": team, "working_days": 5, "after": "1"},
            {"title": "消防安全检查", "department": "消防救援大队", "working_days": 3, "after": "1"},
            {"title": "酒类备案", "department": "商务局", "working_days": 2, "after": "2，3", "question": 1},
            {"title": "无招牌承诺", "department": "综合行政执法局", "working_days": 2, "question": 2, "needed_when_no": True},
        ],
        "form_fields": [
            {"label": "店名", "kind": "text"},
            {"label": "联系电话", "kind": "text", "is_personal": True},
            {"label": "开业日期", "kind": "date"},
            {"label": "面积（平方米）", "kind": "number"},
            {"label": "做什么", "kind": "choice", "choices": "面食，火锅，小吃"},
            {"label": "备注", "kind": "text", "is_optional": True},
        ],
    }  # fmt: skip


@dataclass
class Town:
    """Who takes part."""

    editor: Actor
    window: Actor
    food: Actor
    owner: Actor
    stranger: Actor
    neighbour: Actor
    team: Team
    checklist: Checklist

    async def opened(self, **given: Any) -> OneThingCase:
        """A case of the enterprise, on a Friday morning."""
        values = {"checklist_id": self.checklist.id, "credit_code": CODE, "answers": ANSWERS, "yes": [1, 2], **given}
        with clock.override(BEGUN):
            return await operations.open_case(self.owner, values)

    async def finish(self, actor: Actor, case: OneThingCase, position: int, **given: Any) -> OneThingCase:
        """A step done, as the page would say it."""
        version = (await OneThingCase.get(id=case.id)).version
        return await operations.finish_step(
            actor, {"number": case.number, "version": version, "position": position, **given}
        )


async def states(case: OneThingCase) -> list[str]:
    """Where each step stands."""
    return [one.state.value for one in await OneThingStep.filter(case_id=case.id).order_by("position")]


async def build() -> Town:
    """All of it; the checklist is offered."""
    await place.build()
    await load_industries()
    common: dict[str, Any] = {"kind": "company", "industry_id": "62"}
    row = await Enterprise.create(credit_code=CODE, name="小张餐饮店", division_id=FENGQUAN, **common)
    await Enterprise.create(credit_code=OTHER, name="别家店", division_id=HONGQIAO, **common)
    people = [await Person.create(username=name, name=name, email=f"{name}@example.cn") for name in ("owner", "other")]
    for number, person in zip((row.id, row.id + 1), people, strict=True):
        await EnterpriseAccount.create(enterprise_id=number, person_id=person.id, way=ClaimWay.STAFF)
    owner, other = (Actor(kind="person", person_id=one.id, name=one.name) for one in people)
    team = await Team.create(division_id=FENGGANG, name="食品科", kind=TeamKind.DEPARTMENT)
    food = await place.person("food", Role.GRID_WORKER, FENGGANG)
    await TeamMember.create(team_id=team.id, person_id=food.person_id)
    editor = await place.person("editor", Role.EDITOR, FENGGANG)
    draft = await operations.create_checklist(editor, template(team.id))
    checklist = await operations.publish_checklist(editor, {"id": draft.id, "version": 1})
    window = await place.person("window", Role.DISPATCHER, FENGGANG)
    neighbour = await place.person("neighbour", Role.DISPATCHER, SUIYANG)
    return Town(editor, window, food, owner, other, neighbour, team, checklist)


@pytest.fixture
async def town(connected: Settings) -> Town:
    """The small city."""
    return await build()
