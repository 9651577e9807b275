"""A small city with three categories, and a report in it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from civicgraph.grievances.models import Body, Grievance, GrievanceCategory, Urgency
from civicgraph.grievances.operations import file_grievance
from civicgraph.permissions import ANONYMOUS, Actor, Role
from civicgraph.settings import Settings
from tests.support import city as place
from tests.support.city import FENGQUAN

WORDS = "三单元楼道灯坏了两天，老人上下楼看不见，请打 13800001234 找我"
CONTACT = {
    "contact_name": "陈阿婆",
    "contact_phone": "138 0000 1234",
    "contact_email": "chen@example.cn",
    "address": "斌鑫二期 3 栋 2 单元",
}

Report = Callable[..., Awaitable[Grievance]]


async def fill() -> None:
    """Two counties down to a community each, and three categories."""
    await place.build()
    rows = (
        (
            "lighting",
            "home",
            "房屋与水电",
            "Homes and utilities",
            "楼道与路灯照明",
            "Corridor and street lighting",
            Urgency.GENERAL,
            Body.PROPERTY,
        ),
        ("gas", "safety", "安全", "Safety", "燃气", "Gas", Urgency.CRITICAL, Body.DEPARTMENT),
        (
            "ent_policy",
            "enterprise",
            "企业诉求",
            "Enterprise problems",
            "政策申请",
            "Policy application",
            Urgency.PLANNED,
            Body.DEPARTMENT,
        ),
    )
    for position, (code, group, group_name, group_name_en, name, name_en, urgency, body) in enumerate(rows):
        await GrievanceCategory.create(
            code=code,
            group_code=group,
            group_name=group_name,
            group_name_en=group_name_en,
            name=name,
            name_en=name_en,
            urgency=urgency,
            body=body,
            position=position,
        )


@pytest.fixture
async def city(connected: Settings) -> None:
    """The small city, in the connected database."""
    await fill()


def words(**values: Any) -> dict[str, Any]:
    """The input of a report."""
    return {"category": "lighting", "division_code": FENGQUAN, "description": WORDS, **values}


@pytest.fixture
def report(city: None) -> Report:
    """Report a problem as a stranger; gives the grievance."""

    async def report(actor: Actor = ANONYMOUS, **values: Any) -> Grievance:
        answer = await file_grievance(actor, words(**values))
        row: Grievance = answer["grievance"]
        return row

    return report


@pytest.fixture
async def dispatcher(city: None) -> Actor:
    """Dispatches for 凤泉社区."""
    return await place.person("dispatcher", Role.DISPATCHER, FENGQUAN, email="dispatcher@example.cn")


@pytest.fixture
async def worker(city: None) -> Actor:
    """A grid worker of 凤泉社区."""
    return await place.person("worker", Role.GRID_WORKER, FENGQUAN, email="worker@example.cn")


@pytest.fixture
async def stranger(city: None) -> Actor:
    """Dispatches for a community of another county."""
    return await place.person("stranger", Role.DISPATCHER, place.HONGQIAO)
