"""Names are found as they are written, as they sound, and but for a slip of the hand; the index finds them all."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from civicgraph.enterprises import operations
from civicgraph.enterprises.industries import load_industries
from civicgraph.enterprises.rules import complete, sought
from civicgraph.graph.engine import Engine
from civicgraph.permissions import ANONYMOUS, Actor, Role
from civicgraph.text import near_words
from tests.enterprises.conftest import CASES, Enter, another
from tests.support import city as place
from tests.support.browser import signed_in, visit
from tests.support.city import FENGGANG
from tests.support.plans import plan_of_document

TEMPLATES = Path(__file__).parent.parent.parent / "templates"
ROPES = "贵州钢绳股份有限公司"
NAMES = (ROPES, "贵州茅草塑料有限公司", "遵义绳网渔具厂", "凤冈县茶叶有限公司", "贵州轻工机械厂")
FIND = "query($filter: EnterpriseFilter) { enterprises(filter: $filter, first: 20) { nodes { name } } }"
PLACED = {"industry": "none", "place": FENGGANG}
SLIPS = (
    "贵州绳股",
    "贵钢绳",
    "贵州绳钢股",
    "贵州刚钢绳",
    "贵州铁绳",
    "州贵钢绳",
    "贵州钢绳股分",
    "贵州钢绳股份有线公司",
)


async def names(engine: Engine, **asked: Any) -> list[str]:
    found = await engine.read(FIND, {"filter": asked}, ANONYMOUS)
    return [one["name"] for one in found["enterprises"]["nodes"]]


async def register(enter: Enter) -> None:
    for number, name in enumerate(NAMES, 1):
        await enter(name=name, brand="", credit_code=another(number), listings=[])


async def test_part_of_a_name_finds_it_and_so_does_what_sounds_like_it(enter: Enter, engine: Engine) -> None:
    await register(enter)
    for words in ("钢绳", "贵州刚绳", "贵州钢绳", "钢绳股份"):
        assert await names(engine, text=words) == [ROPES], words


async def test_the_beginning_of_a_code_finds_it(enter: Enter, engine: Engine) -> None:
    await register(enter)
    await enter(name="别处的公司", brand="", credit_code=complete("93520302MA2345678"), listings=[])
    code = another(1)
    for start in (code[:10], f" {code[:8].lower()} {code[8:17]}", code):
        assert set(await names(engine, codeStart=start)) <= set(NAMES)
        assert ROPES in await names(engine, codeStart=start), start
    assert await names(engine, codeStart=code[:17]) == [ROPES]
    assert await names(engine, codeStart="É") == []
    assert sought(f"{code[:8]} {code[8:10].lower()}") == {"codeStart": code[:10]}
    assert sought(code) == {"creditCode": code}
    for words in ("钢绳", "91520", "2026", "915203钢绳", "rope"):
        assert sought(words) == {"text": words}


async def test_a_page_finds_the_beginning_of_a_code(app: Starlette) -> None:
    await place.build()
    await load_industries()
    await operations.create_enterprise(await place.person("editor", Role.EDITOR, FENGGANG), CASES)
    visitor = visit(app)
    assert CASES["name"] in await visitor.open(f"/enterprises?q={CASES['credit_code'][:11]}")
    assert CASES["name"] not in await visitor.open("/enterprises?q=91110000MA0")
    await visitor.http.aclose()


async def test_a_slip_of_the_hand_finds_it_all_the_same(enter: Enter, engine: Engine) -> None:
    await register(enter)
    for words in SLIPS:
        assert await names(engine, near=words) == [ROPES], words
    for words in ("贵州", "钢", "没有这样的名称", "rope", "钢绳 贵州", "%", ""):
        assert await names(engine, near=words) == [], words


def test_what_is_mended_keeps_three_characters_and_longer_words_are_left_alone() -> None:
    assert near_words("贵州") == near_words("a" * 9) == near_words("字" * 13) == []
    assert near_words("贵州绳") == ["贵 州绳", "贵州 绳", "州贵绳", "贵绳州"]
    assert all(len(one.replace(" ", "")) >= 3 for word in (*SLIPS, "字" * 12) for one in near_words(word))


async def test_the_index_finds_each_way_to_mend_a_word(enter: Enter, engine: Engine) -> None:
    await register(enter)
    plan, values = engine.prepared(FIND, {"filter": {"near": "贵州绳股"}}, ANONYMOUS)
    parameters = engine.parameters(plan.slots, values, ANONYMOUS)
    connection = get_connection("default")
    if connection.capabilities.dialect == "sqlite":
        rows = await connection.execute_query_dict(f"EXPLAIN QUERY PLAN {plan.statement}", parameters)
        words = " ".join(str(row["detail"]) for row in rows)
        assert "SCAN enterprise_fts VIRTUAL TABLE INDEX" in words, words
        return
    async with in_transaction() as held:
        await held.execute_query("SET LOCAL enable_seqscan = off")  # as if its table were big
        rows = await held.execute_query_dict(f"EXPLAIN {plan.statement}", parameters)
    words = " ".join(str(row["QUERY PLAN"]) for row in rows)
    assert "Index Cond: (string_to_array(search_terms" in words, words
    assert "Seq Scan on enterprise one" not in words, words


@pytest.mark.parametrize("path", ["front/found", "staff/enterprises/list", "staff/enterprises/results"])
async def test_pages_that_look_for_a_slip_of_the_hand_do_so_by_the_index_in_one_statement(
    enter: Enter, engine: Engine, editor: Actor, path: str
) -> None:
    await register(enter)
    document = (TEMPLATES / f"{path}.graphql").read_text(encoding="utf-8")
    near: dict[str, Any] = {"near": "贵州绳股"}
    given = {"near": near} if path == "front/found" else {"filter": {**near, "within": FENGGANG}, **PLACED}
    if path.endswith("results"):
        del given["industry"], given["place"]
    before = engine.statements
    found = await engine.read(document, given, editor)
    assert [one["name"] for one in found["enterprises"]["nodes"]] == [ROPES]
    assert engine.statements == before + 1
    words = await plan_of_document(engine, document, given, editor)
    if get_connection("default").capabilities.dialect == "sqlite":
        assert "SCAN enterprise_fts VIRTUAL TABLE INDEX" in words, words
        assert "SCAN enterprise " not in words, words
    else:
        assert "Index Cond: (string_to_array(search_terms" in words, words
        assert "Seq Scan on enterprise " not in words, words


@pytest.mark.parametrize("locale", ["zh", "en"])
async def test_the_register_says_that_what_it_shows_differs(app: Starlette, locale: str) -> None:
    await place.build()
    await load_industries()
    editor = await place.person("editor", Role.EDITOR, FENGGANG)
    await operations.create_enterprise(editor, {**CASES, "name": ROPES, "brand": ""})
    browser = visit(app)
    browser.http.cookies.set("lang", locale)
    said = {"zh": "只差一个字", "en": "These differ by a character"}[locale]
    for words, is_near in (("贵州绳股", True), ("贵州钢绳", False)):
        text = await browser.open(f"/enterprises?q={words}")
        assert (ROPES in text, said in text) == (True, is_near), words
    assert said not in await browser.open("/enterprises?q=没有这样的名称")
    await browser.http.aclose()


async def test_staff_and_the_search_of_the_site_find_a_slip_of_the_hand_too_and_say_so(app: Starlette) -> None:
    await place.build()
    await load_industries()
    editor = await place.person("editor", Role.EDITOR, FENGGANG)
    await operations.create_enterprise(editor, {**CASES, "name": ROPES, "brand": ""})
    desk, stranger = await signed_in(app, editor), visit(app)
    for browser, path in ((desk, "/staff/enterprises"), (stranger, "/search")):
        for words, is_near in (("贵州绳股", True), ("贵州刚绳", False), ("贵州钢绳", False)):
            text = await browser.open(f"{path}?q={words}")
            assert (ROPES in text, "只差一个字" in text) == (True, is_near), (path, words)
        text = await browser.open(f"{path}?q=没有这样的名称")
        assert "只差一个字" not in text
    narrowed = await desk.open("/staff/enterprises?q=贵州绳股&status=CLOSED")
    assert ROPES not in narrowed  # what else was asked for still holds
    assert ROPES in (await desk.http.get("/staff/enterprises.csv?q=贵州绳股")).text
    assert ROPES not in (await desk.http.get("/staff/enterprises.csv?q=没有这样的名称")).text
    await desk.http.aclose()
    await stranger.http.aclose()


async def test_the_staffs_filter_names_a_class_of_industry_that_was_chosen(app: Starlette) -> None:
    await place.build()
    await load_industries()
    desk = await signed_in(app, await place.person("editor", Role.EDITOR, FENGGANG))
    text = await desk.open("/staff/enterprises?industry=1922")
    assert re.search(r'<option value="1922" selected>1922 皮箱、包（袋）制造<', text)
    assert re.search(r'<option value="19"[^>]*>19 皮革', text)
    assert 'value="9999"' not in await desk.open("/staff/enterprises?industry=999X")
    await desk.http.aclose()
