"""GraphQL over HTTP: what clients may send, and what they are told."""

from __future__ import annotations

import httpx
import pytest
from starlette.applications import Starlette

from civicgraph.accounts.operations import create_token
from civicgraph.permissions import Role
from tests.support import city

JSON = {"accept": "application/json"}
NEW = {"accept": "application/graphql-response+json"}


@pytest.fixture
async def token(app: Starlette) -> str:
    await city.build()
    actor = await city.person("partner", Role.DISPATCHER, city.FENGGANG)
    made = await create_token(actor, {"name": "小程序", "scopes": ["read", "grievances"], "days": 1})
    return str(made["secret"])


async def test_a_query_by_post_and_by_get(client: httpx.AsyncClient) -> None:
    await city.build()
    text = "query($c: DivisionCode!) { division(code: $c) { name } }"
    expected = {"data": {"division": {"name": "凤冈县"}}}
    posted = await client.post("/graphql", json={"query": text, "variables": {"c": city.FENGGANG}}, headers=JSON)
    got = await client.get("/graphql", params={"query": text, "variables": f'{{"c": "{city.FENGGANG}"}}'}, headers=NEW)
    assert got.json() == expected
    assert posted.json()["data"] == expected["data"]
    assert got.headers["content-type"] == "application/graphql-response+json; charset=utf-8"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"not json", 400),
        (b"[]", 400),
        (b"{}", 400),
        (b'{"query": 1}', 400),
        (b'{"query": "{ x }", "variables": []}', 400),
        (b'{"query": "{ x }", "operationName": 1}', 400),
        (b'{"query": "{ x }"}', 400),
        (b'{"query": "{"}', 400),
    ],
)
async def test_a_malformed_request_is_told_so(client: httpx.AsyncClient, body: bytes, status: int) -> None:
    answer = await client.post("/graphql", content=body, headers={**NEW, "content-type": "application/json"})
    assert answer.status_code == status
    assert answer.json()["errors"][0]["message"]
    assert answer.json()["errors"][0]["extensions"]["code"]


async def test_other_media_are_refused(client: httpx.AsyncClient) -> None:
    assert (
        await client.post("/graphql", content=b"{}", headers={**JSON, "content-type": "text/plain"})
    ).status_code == 415
    assert (
        await client.post("/graphql", json={"query": "{ __typename }"}, headers={"accept": "image/png"})
    ).status_code == 406


async def test_a_body_of_ten_megabytes_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.post(
        "/graphql", content=b'{"query": "' + b"a" * 10_000_000, headers={**JSON, "content-type": "application/json"}
    )
    assert answer.status_code == 413


async def test_introspection_works_as_tools_need_it(client: httpx.AsyncClient) -> None:
    from graphql import build_client_schema, get_introspection_query

    answer = await client.post("/graphql", json={"query": get_introspection_query()}, headers=JSON)
    schema = build_client_schema(answer.json()["data"])
    assert schema.query_type is not None
    assert "divisions" in schema.query_type.fields


async def test_a_mutation_by_get_or_from_another_site_is_refused(client: httpx.AsyncClient) -> None:
    text = "mutation { readMessage(input: {id: 1}) { errors { code } } }"
    assert (await client.get("/graphql", params={"query": text}, headers=JSON)).status_code == 405
    elsewhere = {**JSON, "origin": "https://elsewhere.example"}
    assert (await client.post("/graphql", json={"query": text}, headers=elsewhere)).status_code == 403


@pytest.mark.parametrize("authorization", ["Bearer cg_wrong", "Bearer", "Basic YTpi"])
async def test_an_unknown_token_is_told_so(client: httpx.AsyncClient, authorization: str) -> None:
    answer = await client.post(
        "/graphql", json={"query": "{ me { name } }"}, headers={**NEW, "authorization": authorization}
    )
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.headers["content-type"] == "application/graphql-response+json; charset=utf-8"
    assert answer.json()["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}


WRONG = [
    "{ divisons { nodes { code } } }",
    "{ divisions(frst: 1) { nodes { code } } }",
    "{ divisions { nodes { cod } } }",
    "query($c: DivisionCod!) { division(code: $c) { name } }",
    "{ events(filter: {kind: CULTURE_NIGH}) { nodes { name } } }",
]


@pytest.mark.parametrize("text", WRONG)
async def test_strangers_are_told_what_is_wrong_and_not_what_there_is(
    client: httpx.AsyncClient, token: str, text: str
) -> None:
    stranger = await client.post("/graphql", json={"query": text}, headers=NEW)
    known = await client.post("/graphql", json={"query": text}, headers={**NEW, "authorization": f"Bearer {token}"})
    assert (stranger.status_code, known.status_code) == (400, 400)
    assert all(error["extensions"] == {"code": "BAD_USER_INPUT"} for error in stranger.json()["errors"])
    assert "Did you mean" not in stranger.text
    assert "Did you mean" in known.text


async def test_wrong_variables_give_strangers_no_hints_either(client: httpx.AsyncClient) -> None:
    text = "query($f: EventFilter) { events(filter: $f) { nodes { slug } } }"
    body = {"query": text, "variables": {"f": {"kind": "CULTURE_NIGH"}}}
    answer = await client.post("/graphql", json=body, headers=NEW)
    assert answer.status_code == 400
    assert "CULTURE_NIGH" in answer.text
    assert "CULTURE_NIGHT" not in answer.text


async def test_of_many_errors_five_are_told(client: httpx.AsyncClient) -> None:
    text = "{ " + " ".join(f"nothing{number}" for number in range(15)) + " }"
    answer = await client.post("/graphql", json={"query": text}, headers=NEW)
    assert len(answer.json()["errors"]) == 5


async def test_a_token_reads_as_its_person(client: httpx.AsyncClient, token: str) -> None:
    answer = await client.post(
        "/graphql", json={"query": "{ me { name username } }"}, headers={**JSON, "authorization": f"Bearer {token}"}
    )
    assert answer.json()["data"] == {"me": {"name": "partner", "username": "partner"}}


async def test_a_user_error_names_the_field_in_the_persons_language(client: httpx.AsyncClient) -> None:
    text = 'mutation { fileGrievance(input: {category: "x", divisionCode: "520327", description: "", channel: API}) { grievance { number } errors { field code reason message } } }'
    for language, words in (("zh", "请"), ("en", "Please")):
        client.cookies.set("lang", language)
        payload = (await client.post("/graphql", json={"query": text}, headers=JSON)).json()["data"]["fileGrievance"]
        assert payload["grievance"] is None
        assert {"description"} <= {error["field"] for error in payload["errors"]}
        assert all(error["message"].startswith(words) for error in payload["errors"])


async def test_a_client_that_we_did_not_write_reads_the_city_in_one_statement(app: Starlette, token: str) -> None:
    from gql import Client, gql
    from gql.transport.httpx import HTTPXAsyncTransport

    from tests.graph.test_reads import DEEP, report

    number = await report()
    transport = HTTPXAsyncTransport(
        url="http://127.0.0.1:8000/graphql",
        transport=httpx.ASGITransport(app=app),
        headers={"authorization": f"Bearer {token}"},
    )
    async with Client(transport=transport, fetch_schema_from_transport=True) as session:
        before = app.state.engine.statements
        document = gql(DEEP)
        document.variable_values = {"county": city.FENGGANG}
        found = await session.execute(document)
        assert app.state.engine.statements == before + 1
    assert number in str(found)
