"""A small city with an enterprise and its account, work that it offers, and staff on three levels."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from civicgraph import clock
from civicgraph.accounts.models import Person
from civicgraph.enterprises.claims.models import ClaimWay
from civicgraph.enterprises.industries import load_industries
from civicgraph.enterprises.models import Enterprise, EnterpriseAccount
from civicgraph.enterprises.rules import complete
from civicgraph.jobs import operations
from civicgraph.jobs.models import Referral, Vacancy
from civicgraph.permissions import ANONYMOUS, Actor, Role
from civicgraph.settings import Settings
from tests.support import city as place
from tests.support.city import FENGGANG, FENGQUAN, HONGQIAO, LONGQUAN, SUIYANG

CODE, OTHER = complete("91520327MA6ECARE1"), complete("91520323MA6ECARE2")
APPLIED = datetime(2026, 5, 22, 10, tzinfo=clock.CITY_ZONE)
"""A Friday."""
NAME, PHONE, EMAIL, WISH = "赵小竹", "13912345678", "zhuzi@example.cn", "会砍竹子，右手受过伤，想在家附近"
WORK: dict[str, Any] = {
    "credit_code": CODE,
    "title": "竹料砍伐",
    "kind": "day_work",
    "division_code": FENGQUAN,
    "address": "凤泉社区竹林基地",
    "places": 2,
    "wage_from_fen": 180_00,
    "wage_to_fen": 240_00,
    "wage_per": "day",
    "requirement": "会用砍刀，六十岁以下",
    "valid_until": date(2026, 6, 30),
}


@dataclass
class Town:
    """Who takes part."""

    editor: Actor
    point: Actor
    station: Actor
    centre: Actor
    owner: Actor
    stranger: Actor
    neighbour: Actor
    vacancy: Vacancy

    async def applied(self, **given: Any) -> Referral:
        """Somebody applies on a Friday morning."""
        values = {
            **{"vacancy_id": self.vacancy.id, "division_code": FENGQUAN, "contact_name": NAME},
            **{"contact_phone": PHONE, "contact_email": EMAIL, "wish": WISH},
        }
        with clock.override(APPLIED):
            answer = await operations.apply_for_job(ANONYMOUS, {**values, **given})
        found: Referral = answer["referral"]
        return found

    async def move(self, row: Referral, stage: str, hours: float, actor: Actor | None = None, **given: Any) -> Referral:
        """A step so many hours after the application, as the page would say it."""
        version = (await Referral.get(id=row.id)).version
        with clock.override(APPLIED + timedelta(hours=hours)):
            return await operations.move_referral(
                actor or self.point, {"number": row.number, "version": version, "stage": stage, **given}
            )

    async def begun(self, row: Referral, hours: float) -> Referral:
        """The whole way to the first working day."""
        await self.move(row, "taken", 1)
        await self.move(row, "matched", 2, vacancy_id=self.vacancy.id)
        return await self.move(row, "started", hours)


async def build() -> Town:
    """All of it; the work is offered."""
    await place.build()
    await load_industries()
    common: dict[str, Any] = {"kind": "company", "industry_id": "02", "is_published": True}
    row = await Enterprise.create(credit_code=CODE, name="凤泉竹业合作社", division_id=FENGQUAN, **common)
    other = await Enterprise.create(credit_code=OTHER, name="虹发包包厂", division_id=HONGQIAO, **common)
    people = [await Person.create(username=name, name=name, email=f"{name}@example.cn") for name in ("owner", "other")]
    for enterprise, person in zip((row, other), people, strict=True):
        await EnterpriseAccount.create(enterprise_id=enterprise.id, person_id=person.id, way=ClaimWay.STAFF)
    owner, stranger = (Actor(kind="person", person_id=one.id, name=one.name) for one in people)
    editor = await place.person("editor", Role.EDITOR, FENGGANG)
    with clock.override(APPLIED - timedelta(days=1)):
        draft = await operations.create_vacancy(editor, WORK)
        vacancy = await operations.publish_vacancy(editor, {"id": draft.id, "version": 1})
    return Town(
        editor,
        await place.person("point", Role.DISPATCHER, FENGQUAN),
        await place.person("station", Role.DISPATCHER, LONGQUAN),
        await place.person("centre", Role.SUPERVISOR, FENGGANG),
        owner,
        stranger,
        await place.person("neighbour", Role.DISPATCHER, SUIYANG),
        vacancy,
    )


@pytest.fixture
async def town(connected: Settings) -> Town:
    """The small city."""
    return await build()
