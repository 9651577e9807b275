"""What everyone and what editors read of services: hours, prices, whether the door is open."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from civicgraph import clock
from civicgraph.graph.engine import Engine
from civicgraph.permissions import ANONYMOUS, Actor
from civicgraph.services import operations, rules
from civicgraph.services.models import PriceRule
from tests.services.conftest import List
from tests.support.city import FENGGANG, FENGQUAN, HONGQIAO

ONE = """query ($slug: String!, $age: Int!, $isResident: Boolean!) { service(slug: $slug) {
  name status isOpenNow isRoundTheClock mayEdit statusReason
  hours { weekday opensMinute closesMinute } priceRules { label amountFen } offers { kind name }
  priceFor(age: $age, isResident: $isResident) { label amountFen unit }
} }"""


async def one(engine: Engine, slug: str, actor: Actor = ANONYMOUS, age: int = 30, is_resident: bool = False) -> Any:
    """The service as the actor sees it."""
    return (await engine.read(ONE, {"slug": slug, "age": age, "isResident": is_resident}, actor))["service"]


async def names(engine: Engine, actor: Actor = ANONYMOUS, **filters: Any) -> list[str]:
    """The names that a filter finds, in one statement."""
    document = "query ($filter: ServiceFilter) { services(filter: $filter) { totalCount nodes { name } } }"
    before = engine.statements
    data = await engine.read(document, {"filter": filters}, actor)
    assert engine.statements == before + 1
    assert data["services"]["totalCount"] == len(data["services"]["nodes"])
    return [node["name"] for node in data["services"]["nodes"]]


def in_the_city(text: str) -> datetime:
    """A moment by the city's clock."""
    return datetime.fromisoformat(text).replace(tzinfo=clock.CITY_ZONE)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-05-22T11:59", False),  # a Friday
        ("2026-05-22T12:00", True),
        ("2026-05-22T13:59", True),
        ("2026-05-22T14:00", False),
        ("2026-05-22T19:00", True),
        ("2026-05-23T12:30", False),  # a Saturday
    ],
)
async def test_a_service_is_open_within_its_hours_by_the_citys_clock(
    engine: Engine, list_service: List, moment: str, is_open: bool
) -> None:
    row = await list_service()
    with clock.override(in_the_city(moment)):
        assert (await one(engine, row.slug))["isOpenNow"] is is_open
        assert bool(await names(engine, isOpenNow=True)) is is_open


async def test_a_service_round_the_clock_is_open_unless_it_rests(
    engine: Engine, list_service: List, editor: Actor
) -> None:
    row = await list_service(is_round_the_clock=True, hours=[])
    assert (await one(engine, row.slug))["isOpenNow"] is True
    assert await names(engine, isRoundTheClock=True) == ["老年食堂"]
    assert await names(engine, isRoundTheClock=False) == []
    await operations.suspend_service(editor, {"slug": row.slug, "version": row.version, "reason": "停水"})
    found = await one(engine, row.slug)
    assert (found["isOpenNow"], found["status"], found["statusReason"]) == (False, "SUSPENDED", "停水")


@pytest.mark.parametrize(
    ("age", "is_resident", "label"),
    [
        (83, False, "80 岁及以上"),
        (80, True, "80 岁及以上"),
        (79, True, "本社区 60 岁及以上"),
        (79, False, "其他人"),
        (12, True, "其他人"),
    ],
)
async def test_the_first_rule_that_fits_gives_the_price(
    engine: Engine, list_service: List, age: int, is_resident: bool, label: str
) -> None:
    row = await list_service()
    found = (await one(engine, row.slug, age=age, is_resident=is_resident))["priceFor"]
    assert found["label"] == label
    in_python = rules.price_for(await PriceRule.filter(service=row).order_by("position"), age, is_resident=is_resident)
    assert in_python is not None
    assert (in_python.label, in_python.amount_fen) == (label, found["amountFen"])


async def test_no_rule_that_fits_gives_no_price(engine: Engine, list_service: List) -> None:
    row = await list_service(price_rules=[{"label": "孩子", "max_age": 14, "amount_fen": 0}])
    assert (await one(engine, row.slug, age=15))["priceFor"] is None
    assert (await one(engine, row.slug, age=14))["priceFor"]["amountFen"] == 0


async def test_a_draft_exists_for_its_editors_and_what_is_closed_is_not_offered(
    engine: Engine, list_service: List, editor: Actor, neighbour: Actor
) -> None:
    row = await list_service(publish=False)
    assert (await one(engine, row.slug, editor))["mayEdit"] is True
    assert await one(engine, row.slug) is None
    assert await one(engine, row.slug, neighbour) is None
    assert await names(engine, editor, isOffered=False) == ["老年食堂"]
    key = {"slug": row.slug, "version": row.version}
    row = await operations.close_service(editor, {**key, "reason": "不开了"})
    assert (await one(engine, row.slug))["status"] == "CLOSED"
    assert await names(engine, isOffered=True) == []
    assert await names(engine, statuses=["CLOSED"]) == ["老年食堂"]


async def test_services_are_found_by_kind_place_and_words(engine: Engine, list_service: List) -> None:
    await list_service()
    await list_service(kind="repair", name="物业报修", summary="", offers=[], division_code=FENGGANG)
    assert await names(engine) == ["物业报修", "老年食堂"]
    assert await names(engine, kind=["CANTEEN"]) == ["老年食堂"]
    assert await names(engine, kind=["CANTEEN", "REPAIR"], within=FENGQUAN) == ["老年食堂"]
    assert await names(engine, within=HONGQIAO) == []
    assert await names(engine, text="酸汤鱼") == ["老年食堂"]
    assert await names(engine, text="报修") == ["物业报修"]
