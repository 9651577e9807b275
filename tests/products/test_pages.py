"""The pages of products and markets, as a browser without JavaScript walks them."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from starlette.applications import Starlette

from civicgraph.accounts.operations import create_token
from civicgraph.enterprises import operations as register
from civicgraph.enterprises.industries import load_industries
from civicgraph.permissions import Actor, Role
from civicgraph.products import operations
from civicgraph.products.models import Product
from tests.products.conftest import CODE, GROWER, MUSHROOMS, version
from tests.support import city as place
from tests.support.browser import Browser, signed_in, visit
from tests.support.city import FENGGANG, FENGQUAN, SUIYANG


@dataclass
class Site:
    """The running site, and who uses it."""

    actor: Actor
    stranger: Browser
    editor: Browser
    neighbour: Browser


@pytest.fixture
async def site(app: Starlette) -> AsyncIterator[Site]:
    """The small city behind the whole application."""
    await place.build()
    await load_industries()
    actor = await place.person("editor", Role.EDITOR, FENGGANG)
    neighbour = await place.person("neighbour", Role.EDITOR, SUIYANG)
    await register.create_enterprise(actor, GROWER)
    made = Site(actor, visit(app), await signed_in(app, actor), await signed_in(app, neighbour))
    yield made
    for browser in (made.stranger, made.editor, made.neighbour):
        await browser.http.aclose()


async def publish(site: Site, **values: object) -> Product:
    """A product that everyone sees."""
    row = await operations.create_product(site.actor, {**MUSHROOMS, **values})
    return await operations.publish_product(site.actor, version(row))


async def test_the_list_is_narrowed_by_its_address(site: Site) -> None:
    await publish(site)
    found = {
        **{"": True, "q=食用菌": True, "q=茶叶": False, "kind=PRODUCE": True, "kind=TEA": False, "kind=none": True},
        **{"month=OCTOBER": True, "month=MAY": False, f"within={FENGQUAN}": True, f"within={SUIYANG}": False},
    }
    for query, is_found in found.items():
        part = await site.stranger.open(f"/products?{query}", **{"hx-request": "true"})
        assert ("清菇娘" in part) is is_found, query
        assert "<html" not in part
    assert "1,000,000 斤（500 吨）" in await site.stranger.open("/products")


async def test_a_product_says_how_much_there_is_and_where_it_goes(site: Site) -> None:
    row = await publish(site, contact_phone="0851-7", contact_agreed_on="2026-01-01")
    text = await site.stranger.open(f"/products/{row.id}")
    for words in (
        *("1,000,000 斤里，200,000 斤销往珠海。", "200,000 斤 · 20%", "800,000 斤 · 80%", "1,000 亩（约 66.67 公顷）"),
        *("珠海市菜篮子保供基地", "4,000,000", "GB 7096", "9 月、10 月", 'href="tel:0851-7"', GROWER["name"]),
    ):
        assert words in text, words
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', text)
    assert found is not None
    linked = json.loads(found[1])
    assert (linked["@type"], linked["name"], linked["brand"]["name"]) == ("Product", "食用菌", "清菇娘")
    assert linked["award"] == ["珠海市菜篮子保供基地"]
    assert "食用菌" in await site.stranger.open(f"/enterprises/{CODE}")
    await site.stranger.open("/products/999")
    assert site.stranger.status == 404


async def test_a_product_without_a_contact_says_so_and_shows_none_of_the_register(site: Site) -> None:
    row = await publish(site)
    text = await site.stranger.open(f"/products/{row.id}")
    assert "企业没有公开采购联系方式" in text
    assert "tel:0" not in text.split("<main")[1].split("</main>")[0]


async def test_the_page_of_markets_adds_up_by_place(site: Site) -> None:
    row = await publish(site)
    text = await site.stranger.open("/markets?year=2025")
    assert ("销往哪里" in text, "销往的地方" in text, "收件人" in text) == (True, True, False)
    assert "100 吨" in text
    assert f"/products/{row.id}" in text
    assert "这里还没有产销对接" in await site.stranger.open("/markets?year=2019")
    assert f"/products/{row.id}" not in await site.stranger.open("/markets?year=2025&market=%E9%87%8D%E5%BA%86")
    assert site.stranger.status == 200


async def test_an_editor_lists_a_product_mends_what_is_wrong_and_shows_it(site: Site) -> None:
    page = site.editor
    await page.open(f"/staff/products/new?credit_code={CODE}&division_code={FENGQUAN}")
    fields = {
        **{"kind": "tea", "name": "春茶", "months": ["april"], "standards": "有机\n绿色食品"},
        **{"outputs__0__year": "2025", "outputs__0__amount": "10", "outputs__0__unit": "tonne"},
        **{"links__0__market": "上海", "links__0__year": "2025", "links__0__amount": "20001", "links__0__unit": "jin"},
    }
    text = await page.send(**fields)
    assert page.status == 422
    assert "超过了当年的产量" in text
    assert 'value="20001"' in text
    await page.send(links__0__amount="8000")
    assert page.status == 200
    row = await Product.get(name="春茶")
    assert (row.standards, row.months) == (["有机", "绿色食品"], ["APRIL"])
    assert "春茶" not in await site.stranger.open("/products")
    edit = f"/staff/products/{row.id}"
    await page.send(f"{edit}/publication")
    assert "春茶" in await site.stranger.open("/products")
    await page.open(edit)
    await page.send(summary="明前采的")
    assert "明前采的" in await site.stranger.open(f"/products/{row.id}")
    assert "8,000 斤（4 吨）" in site.stranger.text
    await page.open(f"{edit}/history")
    assert page.status == 200
    assert "春茶" in await page.open("/staff/products?q=春茶")
    assert "春茶" not in await site.neighbour.open("/staff/products")
    await site.neighbour.open(f"{edit}/picture")
    assert site.neighbour.status == 403


async def test_a_partner_lists_a_product_by_a_token_of_its_scope_alone(site: Site) -> None:
    text = """mutation ($input: CreateProductInput!) { createProduct(input: $input) {
      product { number output { amountIn(unit: KILOGRAM) } links { market } } errors { field reason } } }"""
    names = {"credit_code": "creditCode", "division_code": "divisionCode"}
    given = {names.get(key, key): MUSHROOMS[key] for key in ("credit_code", "division_code", "name")} | {
        "kind": "PRODUCE"
    }
    given |= {"outputs": [{"year": 2025, "amount": "3", "unit": "TONNE"}]}
    link = {"market": "珠海", "year": 2025, "unit": "JIN"}

    async def ask(scope: str, amount: str) -> Any:
        made = await create_token(site.actor, {"name": scope, "scopes": [scope], "days": 1})
        headers = {"authorization": f"Bearer {made['secret']}", "accept": "application/json"}
        variables = {"input": {**given, "links": [{**link, "amount": amount}]}}
        body = {"query": text, "variables": variables}
        answer = await site.stranger.http.post("/graphql", json=body, headers=headers)
        return answer.json()["data"]["createProduct"]

    assert (await ask("read", "1"))["errors"] == [{"field": None, "reason": "forbidden"}]
    assert (await ask("listings", "6001"))["errors"] == [{"field": "links.0.amount", "reason": "too_much"}]
    found = await ask("listings", "6000")
    assert found["errors"] == []
    assert (found["product"]["output"], found["product"]["links"]) == ({"amountIn": 3000}, [{"market": "珠海"}])


async def test_a_picture_is_given_with_words_and_taken_away(site: Site) -> None:
    row = await publish(site)
    page, address = site.editor, f"/staff/products/{row.id}/picture"
    await page.open(address)
    csrf = dict(page.form(address).pairs)["csrf"]
    drawn = BytesIO()
    Image.new("RGB", (40, 30), "#8f5b3d").save(drawn, "PNG")
    files = {"picture": ("a.png", drawn.getvalue(), "image/png")}
    given = {"csrf": csrf, "version": str(row.version), "picture_alt": ""}
    answer = await page.http.post(address, data=given, files=files)
    assert answer.status_code == 422
    answer = await page.http.post(address, data={**given, "picture_alt": "一朵大菌子"}, files=files)
    assert answer.status_code == 303
    text = await site.stranger.open(f"/products/{row.id}")
    assert 'alt="一朵大菌子"' in text
    shown = re.search(r'src="(/uploads/[^"]+/large)"', text)
    assert shown is not None
    assert (await site.stranger.http.get(shown[1])).headers["content-type"] == "image/jpeg"
    await page.open(address)
    await page.send(f"/staff/products/{row.id}/removal")
    assert "一朵大菌子" not in await site.stranger.open(f"/products/{row.id}")


async def test_a_product_has_a_name_in_english_on_english_pages(site: Site) -> None:
    row = await publish(site, name_en="Forest mushrooms")
    await site.editor.open(f"/staff/products/{row.id}")
    await site.editor.send("", name_en="Wild mushrooms")
    linked = json.loads(
        re.findall(
            r"<script[^>]*ld\+json[^>]*>(.*?)</script>", await site.stranger.open(f"/products/{row.id}"), re.DOTALL
        )[0]
    )
    assert (linked["name"], linked["alternateName"]) == (row.name, "Wild mushrooms")
    site.stranger.http.cookies.set("lang", "en")
    for path in (
        "/products?q=mushrooms",
        f"/products/{row.id}",
        "/search?q=mushrooms",
        "/markets",
        f"/products/{row.id}/inquiry",
    ):
        text = await site.stranger.open(path)
        assert "Wild mushrooms" in text, path


async def test_readers_of_english_can_read_where_goods_go(site: Site) -> None:
    await publish(site)
    site.stranger.http.cookies.set("lang", "en")
    text = await site.stranger.open("/markets?year=2025")
    assert "珠海 Zhuhai" in text
