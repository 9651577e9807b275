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
from tests.support.plans import gone_through

EACH = {"label": "其他人", "amount_fen": 1500}
ONE = """query ($slug: String!, $age: Int, $isResident: Boolean!) { service(slug: $slug) {
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


async def test_services_are_found_by_what_they_cost(engine: Engine, list_service: List) -> None:
    await list_service(name="食堂")
    await list_service(name="长者免费", price_rules=[{"label": "90 岁及以上", "min_age": 90, "amount_fen": 0}, EACH])
    await list_service(
        name="小卖部",
        kind="convenience_store",
        price_rules=[],
        offers=[{"kind": "goods", "name": "盐", "amount_fen": 250}],
    )
    await list_service(name="代办", kind="errand", price_rules=[], offers=[])
    assert await names(engine, isFree=True) == ["代办"]
    assert await names(engine, isFree=False) == ["小卖部", "长者免费", "食堂"]
    assert await names(engine, maxPriceFen=0) == ["代办", "长者免费"]
    assert await names(engine, maxPriceFen=250) == ["代办", "小卖部", "长者免费"]
    assert await names(engine, maxPriceFen=799) == ["代办", "小卖部", "长者免费"]
    assert await names(engine, maxPriceFen=800) == ["代办", "小卖部", "长者免费", "食堂"]


@pytest.mark.parametrize("asked", [{"maxPriceFen": 800}, {"isFree": True}, {"isFree": False}])
async def test_what_services_cost_is_found_by_indexes(engine: Engine, asked: dict[str, Any]) -> None:
    document = "query ($filter: ServiceFilter) { services(filter: $filter) { nodes { name } } }"
    plan, values = engine.prepared(document, {"filter": asked}, ANONYMOUS)
    parameters = engine.parameters(plan.slots, values, ANONYMOUS)
    assert not await gone_through(plan.statement, parameters, ("price_rule", "offer"))


@pytest.mark.parametrize(
    ("day", "holiday_hours", "is_open"),
    [
        ("2026-10-01", "as_usual", True),  # National Day, a Thursday
        ("2026-10-01", "like_offices", False),
        ("2026-10-10", "as_usual", False),  # a Saturday worked for it 调休
        ("2026-10-10", "like_offices", True),
        ("2026-10-17", "like_offices", False),  # a Saturday like any other
        ("2026-10-15", "like_offices", True),
    ],
)
async def test_holidays_and_make_up_days_count_where_the_service_says_so(
    engine: Engine, list_service: List, day: str, holiday_hours: str, is_open: bool
) -> None:
    row = await list_service(holiday_hours=holiday_hours)
    with clock.override(in_the_city(f"{day}T12:30")):
        assert (await one(engine, row.slug))["isOpenNow"] is is_open
        assert await names(engine, isOpenNow=True) == (["老年食堂"] if is_open else [])


async def test_what_holds_for_this_very_day_goes_before_the_week_and_round_the_clock(
    engine: Engine, list_service: List
) -> None:
    days = [
        {"first_day": "2026-02-16", "last_day": "2026-02-18", "note": "过年"},
        {"first_day": "2026-06-06", "opens_minute": 360, "closes_minute": 0, "note": "高考"},
    ]
    usual = await list_service(special_days=days)
    always = await list_service(name="物业报修", is_round_the_clock=True, hours=[], special_days=days[:1])
    expected = {
        "2026-02-15T12:30": [False, True],  # a Sunday
        "2026-02-16T12:30": [False, False],
        "2026-02-18T19:00": [False, False],
        "2026-02-19T19:00": [True, True],
        "2026-06-06T06:30": [True, True],
        "2026-06-06T23:59": [True, True],
        "2026-06-06T05:59": [False, True],
    }
    for moment, are_open in expected.items():
        with clock.override(in_the_city(moment)):
            assert [(await one(engine, row.slug))["isOpenNow"] for row in (usual, always)] == are_open, moment


PAYERS: list[tuple[dict[str, Any], str]] = [
    ({"age": 30}, "其他人"),
    ({"age": 30, "household": "MINIMUM_LIVING"}, "低保户"),
    ({"age": 30, "household": "VETERAN"}, "其他人"),
    ({"age": 30, "floor": 6}, "六楼以上"),
    ({"age": 30, "floor": 5}, "其他人"),
    ({"age": 30, "household": "MINIMUM_LIVING", "floor": 9}, "低保户"),
]


@pytest.mark.parametrize(("payer", "label"), PAYERS)
async def test_a_price_may_depend_on_the_household_and_the_floor(
    engine: Engine, list_service: List, payer: dict[str, Any], label: str
) -> None:
    price_rules = [
        {"label": "低保户", "household": "minimum_living", "amount_fen": 0},
        {"label": "六楼以上", "min_floor": 6, "amount_fen": 2000},
        {"label": "其他人", "amount_fen": 1500},
    ]
    row = await list_service(price_rules=price_rules)
    document = """query ($slug: String!, $age: Int, $household: Household, $floor: Int) { service(slug: $slug) {
      priceFor(age: $age, isResident: false, household: $household, floor: $floor) { label } } }"""
    found = await engine.read(document, {"slug": row.slug, **payer}, ANONYMOUS)
    assert found["service"]["priceFor"] == {"label": label}


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
        (None, True, "其他人"),
    ],
)
async def test_the_first_rule_that_fits_gives_the_price(
    engine: Engine, list_service: List, age: int | None, is_resident: bool, label: str
) -> None:
    row = await list_service()
    found = (await one(engine, row.slug, age=age, is_resident=is_resident))["priceFor"]
    assert found["label"] == label
    in_python = rules.price_for(await PriceRule.filter(service=row).order_by("position"), rules.Payer(age, is_resident))
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
