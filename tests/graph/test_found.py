"""One search over everything: what each list would give first, as one list of a union."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from civicgraph.graph.engine import Engine
from civicgraph.permissions import ANONYMOUS, SYSTEM, Role
from civicgraph.services.operations import create_service, publish_service
from tests.grievances.conftest import fill
from tests.support import city

SEARCH = """query($text: String!, $kinds: [SearchKind!], $first: Int) {
  search(text: $text, kinds: $kinds, first: $first) { __typename ...One } }
fragment One on SearchResult { ... on Node { id } ... on Division { shortName } ... on Service { name } }"""


@pytest.fixture(autouse=True)
async def town(connected: object) -> None:
    await fill()
    editor = await city.person("editor", Role.EDITOR, city.CITY)
    for name in ("凤冈食堂", "凤冈早点"):
        made = {"name": name, "kind": "canteen", "division_code": city.FENGQUAN, "summary": "三菜一汤"}
        service = await create_service(editor, made)
        if name == "凤冈食堂":
            await publish_service(SYSTEM, {"slug": service.slug, "version": service.version})


async def found(engine: Engine, **variables: Any) -> list[dict[str, Any]]:
    before = engine.statements
    answer = await engine.read(SEARCH, variables, ANONYMOUS)
    assert engine.statements == before + 1
    return list(answer["search"])


async def test_kinds_come_one_behind_the_other_in_one_statement(engine: Engine) -> None:
    assert [(one["__typename"], one.get("name", one.get("shortName"))) for one in await found(engine, text="凤冈")] == [
        ("Division", "凤冈县"),
        ("Service", "凤冈食堂"),
    ]


async def test_a_kind_that_is_not_asked_for_is_not_found(engine: Engine) -> None:
    assert [one["__typename"] for one in await found(engine, text="凤冈", kinds=["SERVICES", "EVENTS"])] == ["Service"]
    assert [one["__typename"] for one in await found(engine, text="凤冈", kinds=["DIVISIONS"])] == ["Division"]
    assert await found(engine, text="凤冈", kinds=[]) == []


async def test_words_that_stand_nowhere_find_nothing(engine: Engine) -> None:
    assert await found(engine, text="月球基地") == []


@pytest.mark.parametrize(("first", "message"), [(101, "at most|between"), (-1, "between")])
async def test_how_many_of_each_is_bounded(engine: Engine, first: int, message: str) -> None:
    with pytest.raises(Exception, match=message):
        await found(engine, text="凤冈", first=first)


async def test_graphql_core_walks_through_unions_and_interfaces_as_well(client: httpx.AsyncClient) -> None:
    text = """{ __schema { queryType { name } }
      search(text: "凤冈", kinds: [DIVISIONS]) { ... on Division { code } }
      node(id: "Division:520327") { ... on Division { shortName } } }"""
    answer = await client.post("/graphql", json={"query": text}, headers={"accept": "application/json"})
    assert answer.json()["data"] == {
        "__schema": {"queryType": {"name": "Query"}},
        "search": [{"code": "520327"}],
        "node": {"shortName": "凤冈县"},
    }
