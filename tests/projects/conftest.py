"""A small city with industries, who keeps its investment projects, and what one is made of."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import pytest

from civicgraph import clock
from civicgraph.enterprises.industries import load_industries
from civicgraph.permissions import Actor, Role
from civicgraph.projects import operations
from civicgraph.projects.models import InvestmentProject
from civicgraph.settings import Settings
from tests.support import city as place
from tests.support.city import FENGGANG, FENGQUAN

YI = 100_000_000_00
"""100 million CNY in fen 亿."""
PROJECT: dict[str, Any] = {
    "name": "锌硒茶精深加工园",
    "summary": "建茶叶精制、冷链和检测车间。",
    "division_code": FENGQUAN,
    "industry_code": "15",
    "investor": "某茶业集团",
    "body": "凤冈县投资促进局",
    "signed_on": "2026-01-20",
    "contracted_fen": 2 * YI,
}


def at(day: str) -> Any:
    """The clock stopped at noon of a day."""
    return clock.override(datetime.combine(date.fromisoformat(day), time(12), clock.CITY_ZONE))


async def signed(actor: Actor, *, is_published: bool = True, **values: Any) -> InvestmentProject:
    """A project that was signed, shown to the public unless said otherwise."""
    row = await operations.create_investment_project(actor, {**PROJECT, **values})
    if not is_published:
        return row
    return await operations.publish_investment_project(actor, {"id": row.id, "version": row.version})


async def move(actor: Actor, row: InvestmentProject, stage: str, on: str = "", **values: Any) -> InvestmentProject:
    """A step to another stage."""
    given = {"id": row.id, "version": row.version, "stage": stage, **values}
    return await operations.move_investment_project(actor, {**given, **({"on": on} if on else {})})


async def back(actor: Actor, row: InvestmentProject, on: str = "", reason: str = "登记早了") -> InvestmentProject:
    """A step to the stage before."""
    given = {"id": row.id, "version": row.version, "reason": reason, **({"on": on} if on else {})}
    return await operations.step_back_investment_project(actor, given)


async def record(actor: Actor, row: InvestmentProject, fen: int, on: str, of: str = "invested") -> InvestmentProject:
    """An amount as of a day."""
    given = {"id": row.id, "version": row.version, "of": of, "amount_fen": fen, "on": on}
    return await operations.record_investment_amount(actor, given)


async def city() -> None:
    """The divisions and the industries."""
    await place.build()
    await load_industries()


@pytest.fixture
async def editor(connected: Settings) -> Actor:
    """Who keeps the projects of Fenggang county."""
    await city()
    return await place.person("editor", Role.EDITOR, FENGGANG, email="editor@example.cn")
