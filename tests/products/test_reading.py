"""What shops, everyone and the staff read of products, each in one statement."""

from __future__ import annotations

from typing import Any

import pytest

from civicgraph.enterprises import operations as register
from civicgraph.enterprises.models import Enterprise
from civicgraph.graph.engine import Engine
from civicgraph.permissions import ANONYMOUS, Actor
from civicgraph.products import operations
from tests.products.conftest import List, version
from tests.support.city import FENGGANG, HONGQIAO, SUIYANG

SHOP = """query ($filter: ProductFilter, $unit: Unit!) { products(filter: $filter) { totalCount nodes {
  name brand months standards pictures { name } enterprise { name }
  output { year amount unit amountIn(unit: $unit) } of2024: output(year: 2024) { amount }
  bases { name elsewhere area areaUnit place { shortName } }
  links { market year amountIn(unit: TONNE) baseAmount } supports { giver amountFen } recognitions { title }
} } }"""


async def read(engine: Engine, document: str, actor: Actor = ANONYMOUS, **variables: Any) -> Any:
    """An answer, in one statement."""
    before = engine.statements
    found = await engine.read(document, variables, actor)
    assert engine.statements == before + 1
    return found


async def test_a_shop_reads_all_of_a_product_in_the_unit_it_wants(engine: Engine, list_product: List) -> None:
    await list_product()
    (one,) = (await read(engine, SHOP, unit="KILOGRAM"))["products"]["nodes"]
    assert one["output"] == {"year": 2025, "amount": "1000000", "unit": "JIN", "amountIn": 500_000}
    assert (one["of2024"], one["months"], one["standards"]) == (None, ["SEPTEMBER", "OCTOBER"], ["GB 7096"])
    assert one["links"] == [{"market": "珠海", "year": 2025, "amountIn": 100, "baseAmount": 10**8}]
    assert [base["elsewhere"] for base in one["bases"]] == ["", "珠海"]
    assert one["supports"] == [{"giver": "珠海", "amountFen": 400_000_000}]
    (one,) = (await read(engine, SHOP, unit="MU"))["products"]["nodes"]
    assert one["output"]["amountIn"] is None


@pytest.mark.parametrize(
    ("filters", "is_found"),
    [
        ({"kind": ["PRODUCE"]}, True),
        ({"kind": ["TEA", "CRAFT"]}, False),
        ({"within": FENGGANG}, True),
        ({"within": SUIYANG}, False),
        ({"month": "OCTOBER"}, True),
        ({"month": "MAY"}, False),
        ({"text": "食用菌"}, True),
        ({"text": "珠海"}, True),
        ({"text": "茶叶"}, False),
        ({"isPublished": False}, False),
    ],
)
async def test_a_filter_finds_what_fits(
    engine: Engine, list_product: List, filters: dict[str, Any], is_found: bool
) -> None:
    await list_product()
    found = await read(engine, SHOP, unit="JIN", filter=filters)
    assert found["products"]["totalCount"] == int(is_found)


async def test_what_names_no_month_is_on_sale_in_each(engine: Engine, list_product: List) -> None:
    await list_product(months=[])
    assert (await read(engine, SHOP, unit="JIN", filter={"month": "MAY"}))["products"]["totalCount"] == 1


async def test_drafts_are_for_those_who_keep_the_place(
    engine: Engine, list_product: List, editor: Actor, neighbour: Actor
) -> None:
    await list_product(publish=False)
    counts = [
        (await read(engine, SHOP, actor, unit="JIN"))["products"]["totalCount"]
        for actor in (ANONYMOUS, neighbour, editor)
    ]
    assert counts == [0, 0, 1]


async def test_a_product_goes_with_the_entry_of_its_maker(
    engine: Engine, list_product: List, grower: Enterprise, editor: Actor
) -> None:
    await list_product()
    await register.withdraw_enterprise(editor, {"id": grower.id, "version": grower.version})
    assert (await read(engine, SHOP, unit="JIN"))["products"]["totalCount"] == 0
    assert (await read(engine, "{ supplyLinks { nodes { market } } }"))["supplyLinks"]["nodes"] == []


async def test_markets_add_up_what_is_public_by_place(engine: Engine, list_product: List, editor: Actor) -> None:
    link = {"year": 2025, "unit": "jin"}
    await list_product(
        links=[{**link, "market": "珠海", "amount": "200000"}, {**link, "market": "重庆", "amount": "7"}]
    )
    await list_product(name="木耳", links=[{**link, "market": "珠海", "amount": "100000"}])
    await list_product(name="没公开", publish=False, links=[{**link, "market": "贵阳", "amount": "9"}])
    tea = await list_product(
        name="礼盒",
        outputs=[{"year": 2025, "amount": "50", "unit": "box"}],
        links=[{"year": 2025, "place_code": HONGQIAO, "amount": "9", "unit": "box"}],
    )
    document = """query ($within: DivisionCode) { marketFigures(year: 2025, madeWithin: $within) {
      sales massGrams byMarket { market sales massGrams } } }"""
    found = (await read(engine, document))["marketFigures"]
    assert (found["sales"], found["massGrams"]) == (4, 500 * 300_007)
    assert {(one["market"], one["sales"], one["massGrams"]) for one in found["byMarket"]} == {
        ("珠海", 2, 150_000_000),
        ("重庆", 1, 3_500),
        ("虹桥社区", 1, 0),
    }
    assert (await read(engine, document, editor, within=FENGGANG))["marketFigures"]["sales"] == 4
    assert (await read(engine, document, within=SUIYANG))["marketFigures"] == {
        "sales": 0,
        "massGrams": 0,
        "byMarket": [],
    }
    await operations.withdraw_product(editor, version(tea))
    assert (await read(engine, document))["marketFigures"]["sales"] == 3
