"""The developers' page: what becomes of a document."""

from __future__ import annotations

import re

import httpx
import pytest
from starlette.applications import Starlette

from civicgraph.permissions import Role
from tests.support import city

DOCUMENT = "{ divisions(first: 3) { nodes { name grids(first: 4) { nodes { name } } } } }"


async def posted(client: httpx.AsyncClient, document: str, variables: str = "") -> httpx.Response:
    token = re.search(r'name="csrf" value="([^"]+)"', (await client.get("/staff/plans")).text)
    assert token
    return await client.post("/staff/plans", data={"csrf": token[1], "document": document, "variables": variables})


async def test_an_administrator_sees_cost_statement_and_the_databases_own_plan(
    app: Starlette, client: httpx.AsyncClient
) -> None:
    await city.build()
    await city.sign_in(client, "admin", Role.ADMINISTRATOR, city.CITY)
    before = app.state.engine.statements
    shown = await posted(client, DOCUMENT)
    assert shown.status_code == 200
    assert "divisions.nodes.grids.nodes" in shown.text
    assert ">15<" in shown.text  # 3 places with 4 grids each
    assert "FROM &#34;division&#34;" in shown.text
    assert re.search(r"SEARCH|Index Scan|Seq Scan|SCAN", shown.text)
    assert app.state.engine.statements == before


@pytest.mark.parametrize(
    ("document", "variables", "words"),
    [
        ("{ nothing }", "", "nothing"),
        (DOCUMENT, "{", "JSON"),
        (DOCUMENT, "[]", "对象"),
        ("query($n: Int!) { divisions(first: $n) { nodes { name } } }", "{}", "$n"),
        ("{ __schema { queryType { name } } }", "", "逐个字段"),
    ],
)
async def test_what_has_no_plan_says_why_and_keeps_what_was_typed(
    client: httpx.AsyncClient, app: Starlette, document: str, variables: str, words: str
) -> None:
    await city.build()
    await city.sign_in(client, "admin", Role.ADMINISTRATOR, city.CITY)
    shown = await posted(client, document, variables)
    assert shown.status_code == 422
    assert words in shown.text
    assert document.split("{")[0] in shown.text


async def test_nobody_else_sees_plans(client: httpx.AsyncClient, app: Starlette) -> None:
    await city.build()
    assert (await client.get("/staff/plans")).status_code == 303
    await city.sign_in(client, "editor", Role.EDITOR, city.CITY)
    assert (await client.get("/staff/plans")).status_code == 403
