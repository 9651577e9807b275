"""Is it one of these? The same problem already reported nearby, asked over GraphQL before a report is filed."""

from __future__ import annotations

import re
from typing import Any

import pytest

from civicgraph.divisions.models import Compound
from civicgraph.graph import cost
from civicgraph.graph.engine import Engine
from civicgraph.permissions import ANONYMOUS, Actor
from tests.grievances.conftest import Report
from tests.grievances.steps import take
from tests.support.city import FENGQUAN, HONGQIAO
from tests.support.plans import plan_of_document

ASKED = """query ($community: DivisionCode!, $text: String!, $category: String, $compound: Int, $point: String,
    $publicOnly: Boolean) {
  grievancesAlike(community: $community, text: $text, category: $category, compound: $compound, point: $point,
    publicOnly: $publicOnly) { number publicText latitudeMicro } }"""
SAME = (
    ("三单元楼道灯坏了两天", "三单元的楼道灯坏了，晚上看不见"),
    ("2 单元电梯停运", "二单元电梯停运了，老人下不了楼，2 单元电梯停运"),
    ("楼下垃圾桶满了两天没清", "垃圾桶满了没人清，味道很大"),
    ("消防通道被车堵住", "有车把消防通道堵住了"),
    ("The corridor lamp is broken", "Lamp in the corridor of building 3 broken since Monday"),
)
OTHERS = (
    ("三单元楼道灯坏了两天", "五楼下水道堵塞，水倒流"),
    ("楼上深夜拖动家具，噪声很大", "地下车位被占"),
    ("物业费账目没有公示", "灭火器过期了"),
    ("楼道灯坏了", "楼道堆放纸箱"),
    ("路灯照明不足", "楼道里一股怪味"),  # what the two share is the name of their category alone
)
LAMP, DARK = SAME[0]
HERE, NEXT_DOOR, FAR = "27.6912, 106.9153", "27.6915, 106.9150", "27.7212, 106.9153"


async def alike(engine: Engine, text: str, actor: Actor = ANONYMOUS, **given: Any) -> list[str]:
    """The public words of what is suggested to who would report the text."""
    variables = {"community": FENGQUAN, "category": "lighting", "text": text, **given}
    found = await engine.read(ASKED, variables, actor)
    return [one["publicText"] for one in found["grievancesAlike"]]


@pytest.mark.parametrize(("one", "other"), SAME)
async def test_the_same_problem_in_other_words_is_found(engine: Engine, report: Report, one: str, other: str) -> None:
    await report(description=other)
    assert await alike(engine, one) == [other]
    assert await alike(engine, one, community=HONGQIAO) == []


@pytest.mark.parametrize(("one", "other"), OTHERS)
async def test_another_problem_is_not_taken_for_it(engine: Engine, report: Report, one: str, other: str) -> None:
    await report(description=other)
    assert await alike(engine, one) == []


async def test_the_likest_come_first_and_no_more_than_a_phone_shows(engine: Engine, report: Report) -> None:
    for more in ("", "，晚上看不见", "，老人摔了一跤", "，叫了物业三次都没人来"):
        await report(description=f"{LAMP}{more}")
    assert await alike(engine, LAMP) == [LAMP, f"{LAMP}，晚上看不见", f"{LAMP}，老人摔了一跤"]


async def test_what_nobody_deals_with_any_more_is_not_suggested(
    engine: Engine, report: Report, dispatcher: Actor
) -> None:
    row = await report(description=LAMP)
    await take(dispatcher, "return", row)
    assert await alike(engine, LAMP) == []


async def test_what_is_in_another_compound_is_another_problem(engine: Engine, report: Report) -> None:
    one = await Compound.create(division_id=FENGQUAN, name="斌鑫二期")
    other = await Compound.create(division_id=FENGQUAN, name="锦绣家园")
    await report(description=DARK, compound_number=one.id, point=HERE)
    assert await alike(engine, LAMP, compound=one.id) == [DARK]
    assert await alike(engine, LAMP, compound=other.id) == []
    assert await alike(engine, LAMP, compound=one.id, point=FAR) == [DARK], "the compound tells before the point"


async def test_what_is_far_off_on_the_map_is_another_problem(engine: Engine, report: Report) -> None:
    await report(description=DARK, point=HERE)
    assert await alike(engine, LAMP, point=NEXT_DOOR) == [DARK]
    assert await alike(engine, LAMP, point=FAR) == []
    assert await alike(engine, LAMP, point="somewhere") == [DARK], "what is no point is no place"


async def test_a_strangers_question_tells_no_more_of_a_point_than_the_square_of_a_kilometre(
    engine: Engine, report: Report, dispatcher: Actor
) -> None:
    """Reports at two ends of a square are told alike to every point that is asked; staff hear where each is."""
    north = f"{DARK}！"
    await report(description=DARK, point="27.6901, 106.9101")
    await report(description=north, point="27.6999, 106.9199")
    points = [f"{27.65 + 0.0037 * step:.4f}, {106.86 + 0.0041 * step:.4f}" for step in range(26)]
    answers = [await alike(engine, LAMP, point=point) for point in points]
    assert {tuple(one) for one in answers} == {(), (north, DARK)}
    assert await alike(engine, LAMP, dispatcher, point="27.6995, 106.9195") == [north]
    found = await engine.read(ASKED, {"community": FENGQUAN, "text": LAMP, "point": HERE}, ANONYMOUS)
    assert [one["latitudeMicro"] for one in found["grievancesAlike"]] == [None, None]


async def test_hidden_ones_are_suggested_to_who_may_read_them_unless_only_public_ones_are_asked_for(
    engine: Engine, report: Report, dispatcher: Actor, stranger: Actor
) -> None:
    await report(description=LAMP, is_public=False)
    assert await alike(engine, LAMP, dispatcher) == [LAMP]
    assert await alike(engine, LAMP, dispatcher, publicOnly=True) == []
    assert (await alike(engine, LAMP, stranger), await alike(engine, LAMP)) == ([], [])


async def test_its_cost_is_known_and_only_the_communitys_latest_are_looked_at(engine: Engine, city: None) -> None:
    given = {"community": FENGQUAN, "text": LAMP, "point": HERE}
    parsed = engine.document(ASKED)
    plan = engine.plan(parsed, parsed.operation(None), given, ANONYMOUS)
    assert cost.total(plan.costs, None) == 100 + 3 * cost.OBJECT
    assert plan.is_secret, "what is not sent yet is kept nowhere"
    seen = await plan_of_document(engine, ASKED, given)
    assert "idx_grievance_divisio" in seen, seen
    assert not re.search(r"Seq Scan on grievance |SCAN t\d+ USING", seen), seen
