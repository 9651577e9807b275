"""Facets of the register: what it can be narrowed by, counted, exact or said to be at least so many."""

from __future__ import annotations

import re
from collections import Counter
from html import unescape
from itertools import combinations, product
from typing import Any

import pytest
from starlette.applications import Starlette
from tortoise.connection import get_connection

from civicgraph.enterprises.figures import keeping
from civicgraph.enterprises.industries import load_industries
from civicgraph.enterprises.models import Enterprise, EnterpriseListing
from civicgraph.graph import facets
from civicgraph.graph.engine import Engine
from civicgraph.permissions import ANONYMOUS
from tests.support import city as place
from tests.support.browser import visit
from tests.support.city import FENGGANG, FENGQUAN, HONGQIAO

FACETS = "counted isCapped " + " ".join(
    f"{name} {{ value count }}"
    for name in ("divisions", "sections", "industries", "kinds", "statuses", "scales", "lists")
)


async def enter(count: int) -> list[Enterprise]:
    """Enterprises of every kind here and there; every seventh is hidden, every fifth on a list."""
    await place.build()
    await load_industries()
    ways = list(product(("company", "farm"), ("active", "closed"), ("micro", None), ("19", "201", "6513")))
    rows = [
        Enterprise(
            credit_code=f"{number:018}", name=f"第{number}家", kind=kind, status=status, scale=scale,
            industry_id=industry, division_id=FENGQUAN if number % 3 else HONGQIAO, is_published=number % 7 != 0,
            search_terms="茶厂 工坊" if number % 2 else "酒厂 工坊",
        )
        for number in range(count)
        for kind, status, scale, industry in [ways[number % len(ways)]]
    ]  # fmt: skip
    await Enterprise.bulk_create(rows, batch_size=500)
    rows = await Enterprise.all().order_by("id")
    listed = [EnterpriseListing(enterprise_id=one.id, list="four_above", listed_on="2024-01-01") for one in rows[::5]]
    await EnterpriseListing.bulk_create(listed)
    return rows


async def ask(app: Starlette, given: dict[str, Any]) -> dict[str, Any]:
    engine: Engine = app.state.engine
    text = f"query Facets($filter: EnterpriseFilter) {{ enterpriseFacets(filter: $filter) {{ {FACETS} }} }}"
    answer = await engine.read(text, {"filter": given}, ANONYMOUS)
    return dict(answer["enterpriseFacets"])


def recount(values: list[Any]) -> list[dict[str, Any]]:
    counted = Counter(one for one in values if one is not None)
    return [{"value": value, "count": count} for value, count in sorted(counted.items(), key=lambda x: (-x[1], x[0]))]


async def test_what_a_filter_finds_is_counted_by_each_of_its_values(app: Starlette) -> None:
    rows = [one for one in await enter(120) if one.is_published]
    on_list = {one.enterprise_id for one in await EnterpriseListing.all()}
    for given, found in (
        ({}, rows),
        ({"within": FENGGANG}, [one for one in rows if one.division_id == FENGQUAN]),
        (
            {"text": "茶厂", "industry": "C"},
            [one for one in rows if "茶厂" in one.search_terms and one.industry_id < "65"],
        ),
        ({"kind": "FARM", "scale": "MICRO"}, [one for one in rows if one.kind == "farm" and one.scale == "micro"]),
        ({"list": "FOUR_ABOVE", "status": "CLOSED"}, [x for x in rows if x.id in on_list and x.status == "closed"]),
        ({"text": "没有的字"}, []),
    ):
        facets = await ask(app, given)
        assert (facets["counted"], facets["isCapped"]) == (len(found), False), given
        digits = 9 if "within" in given else 6
        assert facets["divisions"] == recount([one.division_id[:digits] for one in found])
        assert facets["sections"] == recount(["C" if one.industry_id < "65" else "I" for one in found])
        assert facets["industries"] == recount([one.industry_id[:2] for one in found])
        assert facets["kinds"] == recount([one.kind.name for one in found])
        assert facets["statuses"] == recount([one.status.name for one in found])
        assert facets["scales"] == recount([one.scale.name if one.scale else None for one in found])
        assert facets["lists"] == recount(["FOUR_ABOVE" for one in found if one.id in on_list])


async def test_any_two_filters_count_what_their_list_holds(app: Starlette) -> None:
    await enter(120)
    engine: Engine = app.state.engine
    text = (
        "query ($filter: EnterpriseFilter) { enterpriseFacets(filter: $filter) { counted }"
        " enterprises(filter: $filter) { totalCount } }"
    )
    filters: tuple[dict[str, Any], ...] = (
        *({"within": FENGGANG}, {"industry": "C"}, {"list": "FOUR_ABOVE"}, {"kind": "FARM"}, {"status": "CLOSED"}),
        *({"scale": "MICRO"}, {"text": "茶厂"}, {"isEditable": True}),
    )
    for one, other in combinations(filters, 2):
        found = await engine.read(text, {"filter": one | other}, ANONYMOUS)
        assert found["enterpriseFacets"]["counted"] == found["enterprises"]["totalCount"], (one, other)


async def test_of_more_than_a_thousand_the_first_are_counted_and_that_is_said(app: Starlette) -> None:
    await enter(1300)
    for given in ({}, {"text": "工坊"}):
        facets = await ask(app, given)
        assert (facets["counted"], facets["isCapped"]) == (1000, True)
        assert sum(one["count"] for one in facets["kinds"]) == 1000
    few = await ask(app, {"text": "茶厂"})
    assert not few["isCapped"]
    await keeping.recount()
    page = await visit(app).open("/enterprises")
    assert numbers(page)["凤冈县"] == str(sum(1 for one in range(1300) if one % 3 and one % 7))
    assert await Enterprise.filter(is_published=True).count() > 1000
    assert numbers(page)["公司"].endswith("+")
    assert "最多数一千条" in page


async def test_beside_another_filter_only_the_first_thousands_are_looked_at_and_that_is_said(
    app: Starlette, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [one for one in await enter(120) if one.is_published]
    monkeypatch.setattr(facets, "MOST_COUNTED", 40)
    for given, fits in (
        ({"text": "工坊", "within": FENGGANG}, lambda one: one.division_id == FENGQUAN),
        ({"within": FENGGANG, "kind": "FARM"}, lambda one: one.division_id == FENGQUAN and one.kind == "farm"),
        ({"status": "CLOSED", "kind": "FARM"}, lambda one: one.status == "closed" and one.kind == "farm"),
    ):
        found, all_that_fit = await ask(app, given), sum(1 for one in rows if fits(one))
        assert found["isCapped"], given
        assert 0 < found["counted"] < all_that_fit, given
        assert sum(one["count"] for one in found["kinds"]) == found["counted"]


@pytest.mark.parametrize(
    ("given", "index"),
    [
        ({"within": FENGGANG}, "enterprise_"),
        ({"industry": "C"}, "enterprise_section"),
        ({"industry": "20"}, "enterprise_industry_2"),
        ({"industry": "201"}, "enterprise_industry_3"),
        ({"industry": "6513"}, "idx_enterprise_industr"),
        ({"industry": "20", "within": FENGGANG}, "enterprise_trade_6"),
        ({"scale": "MICRO"}, "enterprise_scale"),
        ({"list": "FOUR_ABOVE"}, "INTEGER PRIMARY KEY"),
        ({"text": "茶厂"}, "INTEGER PRIMARY KEY"),
        ({"text": "茶厂", "within": FENGGANG}, "INTEGER PRIMARY KEY"),
        ({"within": FENGGANG, "kind": "FARM"}, "enterprise_"),
    ],
)
async def test_rows_are_found_by_an_index_whatever_is_counted(
    app: Starlette, given: dict[str, Any], index: str
) -> None:
    connection = get_connection("default")
    if connection.capabilities.dialect != "sqlite":
        pytest.skip("PostgreSQL reads small tables from end to end")
    engine: Engine = app.state.engine
    text = f"query ($filter: EnterpriseFilter) {{ enterpriseFacets(filter: $filter) {{ {FACETS} }} }}"
    plan, values = engine.prepared(text, {"filter": given}, ANONYMOUS)
    parameters = engine.parameters(plan.slots, values, ANONYMOUS)
    found = await connection.execute_query_dict(f"EXPLAIN QUERY PLAN {plan.statement}", parameters)
    rows = [one["detail"] for one in found if one["detail"].startswith(("SCAN t2", "SEARCH t2"))]
    if "FROM looked t2" in plan.statement:
        rows.remove("SCAN t2")  # of the rows that are looked at
    assert rows
    assert all(one.startswith("SEARCH") and index in one for one in rows), rows


async def test_each_facet_is_a_link_that_narrows_the_list_and_the_chosen_one_leads_back(app: Starlette) -> None:
    await enter(60)
    await keeping.recount()
    browser = visit(app)
    page = await browser.open("/enterprises")
    farms = link(page, "家庭农场")
    page = await browser.open(farms)
    assert "kind=FARM" in farms
    found = await Enterprise.filter(kind="farm", is_published=True).count()
    assert f"{found} 家" in page or f"{found} 户" in page
    assert "公司" not in numbers(page)
    place_link = link(page, "凤冈县")
    assert "kind=FARM" in place_link
    assert f"within={FENGGANG}" in place_link
    assert int(numbers(page)["凤冈县"]) == sum(
        1 for one in await Enterprise.filter(kind="farm", is_published=True) if one.division_id == FENGQUAN
    )
    page = await browser.open(place_link)
    assert link(page, "家庭农场").endswith(f"within={FENGGANG}")
    assert 'name="kind" value="FARM"' in page  # the form keeps what only facets narrow


def part(page: str) -> str:
    return unescape(re.search(r'<details class="facets">.*?</details>', page, re.S)[0])  # type: ignore[index]


def link(page: str, words: str) -> str:
    return re.search(rf'<a href="([^"]+)"[^>]*><span>{words}</span>', part(page))[1]  # type: ignore[index]


def numbers(page: str) -> dict[str, str]:
    return {
        name: count.replace(",", "") for name, count in re.findall(r"<span>([^<]+)</span> <small>([\d,+]+)", part(page))
    }
