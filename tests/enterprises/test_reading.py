"""What everyone and what the staff read of the register."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from tortoise.connection import get_connection

from civicgraph.enterprises import industries, operations, rules
from civicgraph.enterprises.models import Industry
from civicgraph.graph.engine import BadVariables, Engine
from civicgraph.permissions import ANONYMOUS, Actor
from tests.enterprises.conftest import CASES, Enter, another
from tests.support.city import FENGGANG, FENGQUAN, HONGQIAO, LONGQUAN, SUIYANG
from tests.support.plans import plan_of_document

ONE = """query ($code: String!) { enterprise(creditCode: $code) {
  name kind status isPublished mayEdit contactName contactPhoneMasked
  industry { code name parent { code } } division { code }
  listings { list listedOn delistedOn }
} }"""
CODE = CASES["credit_code"]


async def one(engine: Engine, actor: Actor = ANONYMOUS, code: str = CODE) -> Any:
    """The entry as the actor sees it, in one statement."""
    before = engine.statements
    found = (await engine.read(ONE, {"code": code}, actor))["enterprise"]
    assert engine.statements == before + 1
    return found


async def names(engine: Engine, actor: Actor = ANONYMOUS, order: str = "NEWEST", **filters: Any) -> list[str]:
    """The names that a filter finds, in one statement."""
    document = """query ($filter: EnterpriseFilter, $order: EnterpriseOrder) {
      enterprises(filter: $filter, orderBy: $order) { totalCount nodes { name } } }"""
    before = engine.statements
    data = await engine.read(document, {"filter": filters, "order": order}, actor)
    assert engine.statements == before + 1
    assert data["enterprises"]["totalCount"] == len(data["enterprises"]["nodes"])
    return [node["name"] for node in data["enterprises"]["nodes"]]


async def test_an_entry_says_what_it_makes_and_which_lists_it_is_on(engine: Engine, enter: Enter) -> None:
    await enter()
    found = await one(engine)
    assert found["industry"] == {"code": "19", "name": "皮革、毛皮、羽毛及其制品和制鞋业", "parent": {"code": "C"}}
    assert found["listings"] == [{"list": "DESIGNATED_SIZE", "listedOn": "2024-01-01", "delistedOn": None}]


async def test_contacts_are_for_those_whose_grants_cover_the_place(
    engine: Engine, enter: Enter, editor: Actor, supervisor: Actor, neighbour: Actor
) -> None:
    await enter()
    for actor in (ANONYMOUS, editor, neighbour):
        found = await one(engine, actor)
        assert (found["contactName"], found["contactPhoneMasked"]) == (None, None)
    found = await one(engine, supervisor)
    assert (found["contactName"], found["contactPhoneMasked"]) == ("李厂长", "139****5678")


async def test_what_is_not_published_is_there_for_its_editors_only(
    engine: Engine, enter: Enter, editor: Actor, neighbour: Actor
) -> None:
    row = await enter(is_published=False)
    assert (await one(engine, editor))["mayEdit"] is True
    assert rules.may_see(editor, row)
    for actor in (ANONYMOUS, neighbour):
        assert await one(engine, actor) is None
        assert await names(engine, actor) == []
        assert not rules.may_see(actor, row)


async def test_the_register_is_found_by_each_of_its_filters(engine: Engine, enter: Enter, editor: Actor) -> None:
    await enter()
    await enter(credit_code=another(1), name="凤冈茶业合作社", brand="", kind="cooperative", industry_code="01")
    await enter(credit_code=another(2), name="老茶馆", brand="", kind="sole_trader", industry_code="C", listings=[])
    tea, house = "凤冈茶业合作社", "老茶馆"
    assert await names(engine, industry="01") == [tea]
    assert await names(engine, industry="C") == [house, CASES["name"]]
    assert await names(engine, industry="B") == []
    assert await names(engine, industry="07") == []
    assert await names(engine, industry="C", within=FENGGANG) == [house, CASES["name"]]
    assert await names(engine, text="茶") == [house, tea]
    assert await names(engine, text="箱箱有礼") == [CASES["name"]]
    assert await names(engine, text="茶", industry="A") == [tea]
    assert await names(engine, kind="COOPERATIVE") == [tea]
    assert await names(engine, creditCode=CODE) == [CASES["name"]]
    assert await names(engine, order="OLDEST") == [CASES["name"], tea, house]
    for place in ("5203", FENGGANG, LONGQUAN, FENGQUAN):
        assert len(await names(engine, within=place)) == 3
    for place in (SUIYANG, HONGQIAO):
        assert await names(engine, within=place) == []
    assert await names(engine, editor, isEditable=True, text="老茶馆") == [house]
    assert await names(engine, isEditable=True) == []


async def test_a_list_holds_who_is_on_it_now(engine: Engine, enter: Enter, editor: Actor) -> None:
    row = await enter()
    assert await names(engine, list="DESIGNATED_SIZE") == [row.name]
    left = [{"list": "designated_size", "listed_on": "2024-01-01", "delisted_on": "2025-01-01"}]
    await operations.update_enterprise(editor, {**CASES, "id": row.id, "version": 1, "listings": left})
    assert await names(engine, list="DESIGNATED_SIZE") == []


async def test_the_status_of_an_entry_filters_it(engine: Engine, enter: Enter, editor: Actor) -> None:
    row = await enter()
    await operations.set_enterprise_status(editor, {"id": row.id, "version": 1, "status": "suspended"})
    assert await names(engine, status="SUSPENDED") == [row.name]
    assert await names(engine, status="ACTIVE") == []


@pytest.mark.parametrize("code", ["", "U", "a", "1", "00011", "C1", "一二", "٠١"])
async def test_an_industry_that_cannot_be_is_refused(engine: Engine, city: None, code: str) -> None:
    with pytest.raises(BadVariables):
        await names(engine, industry=code)


async def test_pages_of_the_register_meet_without_a_gap(engine: Engine, enter: Enter) -> None:
    for number in range(5):
        await enter(credit_code=another(number), name=f"企业{number}")
    document = """query ($after: String, $before: String, $first: Int, $last: Int) {
      enterprises(first: $first, after: $after, last: $last, before: $before, filter: {industry: "C"}) {
        nodes { name } pageInfo { startCursor endCursor hasNextPage hasPreviousPage } } }"""

    async def turn(**variables: Any) -> tuple[list[str], dict[str, Any]]:
        found = (await engine.read(document, variables, ANONYMOUS))["enterprises"]
        return [node["name"] for node in found["nodes"]], found["pageInfo"]

    first, info = await turn(first=3)
    rest, second = await turn(first=3, after=info["endCursor"])
    assert first + rest == [f"企业{number}" for number in (4, 3, 2, 1, 0)]
    assert (info["hasNextPage"], second["hasNextPage"]) == (True, False)
    assert (await turn(last=3, before=second["startCursor"]))[0] == first


async def test_industries_are_read_by_code_and_by_level(engine: Engine, city: None) -> None:
    document = """{ industry(code: "19") { nameEn parent { name } } none: industry(code: "99") { name }
      class: industry(code: "1922") { name nameEn parent { code name parent { code parent { code } } } }
      industries(filter: {isSection: true}, first: 100) { totalCount nodes { code } }
      divisions: industries(filter: {isDivision: true}, first: 100) { totalCount }
      below: industries(filter: {parent: "192"}, first: 100) { nodes { code name } }
      words: industries(filter: {text: "箱"}, first: 100) { nodes { code } }
      english: industries(filter: {text: "leather"}, first: 100) { nodes { code } }
      begins: industries(filter: {text: "192"}, first: 100) { nodes { code } }
      letter: industries(filter: {text: "t"}, first: 1) { nodes { code } } }"""
    data = await engine.read(document, {}, ANONYMOUS)
    assert (data["industry"]["parent"]["name"], data["none"]) == ("制造业", None)
    assert "".join(node["code"] for node in data["industries"]["nodes"]) == "ABCDEFGHIJKLMNOPQRST"
    assert data["divisions"]["totalCount"] == 97
    assert data["class"]["name"] == data["class"]["nameEn"] == "皮箱、包（袋）制造"
    assert data["class"]["parent"] == {
        "code": "192",
        "name": "皮革制品制造",
        "parent": {"code": "19", "parent": {"code": "C"}},
    }
    assert data["below"]["nodes"][0] == {"code": "1921", "name": "皮革服装制造"}
    found = {name: [node["code"] for node in data[name]["nodes"]] for name in ("words", "english", "begins")}
    assert found["words"] == ["1922", "2926", "333", "3331", "3453", "5237", "5433"]
    assert found["english"] == ["19"]
    assert found["begins"] == ["192", "1921", "1922", "1923", "1929"]
    assert await names(engine, industry="1922") == []


@pytest.mark.parametrize(
    ("code", "index"),
    [("C", "section"), ("19", "industry_2"), ("192", "industry_3"), ("1922", "idx_enterprise_industr"), ("193", "")],
)
async def test_an_upper_industry_finds_what_is_below_it_by_an_index(
    engine: Engine, enter: Enter, code: str, index: str
) -> None:
    await enter()  # of the division itself
    await enter(credit_code=another(1), name="老茶馆", brand="", industry_code="623", listings=[])
    await enter(credit_code=another(2), name="皮箱作坊", brand="", industry_code="1922", listings=[])
    found = {"C": ["皮箱作坊", CASES["name"]], "19": ["皮箱作坊", CASES["name"]], "193": []}.get(code, ["皮箱作坊"])
    assert await names(engine, industry=code) == found
    assert await names(engine, industry=code, within=FENGGANG) == found
    if index:
        assert index in await plan_of_document(
            engine,
            "query ($filter: EnterpriseFilter) { enterprises(filter: $filter) { nodes { name } } }",
            {"filter": {"industry": code}},
        )


def test_the_classification_is_that_of_the_standard() -> None:
    found = industries.classification()
    assert Counter(len(one.code) for one in found) == {1: 20, 2: 97, 3: 473, 4: 1381}
    codes = {one.code for one in found}
    assert len(codes) == len(found)
    for one in found:
        above = {1: "", 2: rules.section_of(one.code)}.get(len(one.code), one.code[:-1])
        assert (one.parent, one.parent in codes) == (above, bool(above))
        assert not set(one.name) & set(" ()?")
    classes = {one.code: one for one in found if len(one.code) == 4}
    for one in found:
        below = [code for code in classes if rules.is_part(code, one.code)]
        assert below, one
        if len(one.code) == 3 and f"{one.code}0" in classes:
            assert [classes[code].name for code in below] == [one.name]


async def test_the_sections_in_sql_are_those_of_the_standards_table(city: None) -> None:
    sql = f"SELECT code, {rules.section('code')} AS section FROM industry"
    _, rows = await get_connection("default").execute_query(sql)
    parents = {one.code: one.parent for one in industries.classification()}

    def top(code: str) -> str:
        return top(parents[code]) if parents[code] else code

    expected = {code: top(code) for code in parents}
    assert {row["code"]: row["section"] for row in rows} == expected
    assert len(expected) == await Industry.all().count()


async def test_the_register_of_a_place_is_reached_from_the_place(engine: Engine, enter: Enter) -> None:
    await enter()
    document = """{ division(code: "520327001901") { enterprises(first: 1) { totalCount nodes { name } } } }"""
    data = await engine.read(document, {}, ANONYMOUS)
    assert data["division"]["enterprises"] == {"totalCount": 1, "nodes": [{"name": CASES["name"]}]}
