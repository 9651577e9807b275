"""Hostile values: whatever stands in an argument, a cursor, an id or a variable, the answer is data or a typed error."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    is_required_argument,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette

from civicgraph import settings as configuration
from civicgraph.schema import schema
from tests.support import city

JSON = {"accept": "application/graphql-response+json"}
SAMPLES = {"DivisionCode": "5203", "ID": "Division:5203", "Int": 1, "String": "x", "Boolean": True, "Unit": "KILOGRAM"}
INJECTIONS = (
    "' OR '1'='1",
    "'; DROP TABLE division; --",
    '" OR ""="',
    "%' ESCAPE '",
    ") UNION SELECT password_hash FROM person --",
    "\\'; SELECT pg_sleep(9); --",
    "$1 ?1 :1 {0} %s",
    '"* NEAR(a b) OR NOT ^title:',
    "9" * 400,
    "x" * 20_000,
)
CONTROLS = ("\x00", "\x00' OR 1=1 --", "水\u202e\u0000\uffff", "\n\r\t", "\x1b[2J")
CURSORS = ("after", "before")


def arguments() -> Iterator[tuple[str, str, str]]:
    """Each argument of a text in each field at the root: its name, a document with it as `$x`, and its type."""
    query = schema()._schema.query_type
    assert query is not None
    for name, field in query.fields.items():
        for argument, declared in field.args.items():
            named = get_named_type(declared.type)
            if isinstance(named, GraphQLInputObjectType):
                for part, inner in named.fields.items():
                    if get_named_type(inner.type).name in ("String", "ID", "DivisionCode", "Date", "DateTime"):
                        value = f"{{{part}: $x}}"
                        yield (
                            f"{name}.{argument}.{part}",
                            document(name, field, argument, value, inner.type),
                            inner.type,
                        )
            elif named.name in ("String", "ID", "DivisionCode"):
                yield f"{name}.{argument}", document(name, field, argument, "$x", declared.type), declared.type


def document(name: str, field: GraphQLField, argument: str, value: str, kind: Any) -> str:
    given = {key: literal(one) for key, one in field.args.items() if is_required_argument(one)}
    given[argument] = value
    if argument in CURSORS and "orderBy" in field.args:
        given["last" if argument == "before" else "first"] = "1"
    inside = ", ".join(f"{key}: {one}" for key, one in given.items())
    variable = kind if isinstance(kind, GraphQLNonNull) else f"{kind}"
    named = get_named_type(field.type)
    is_list = isinstance(named, GraphQLObjectType) and "nodes" in named.fields
    selection = "{ totalCount nodes { __typename } pageInfo { endCursor } }" if is_list else "{ __typename }"
    return f"query($x: {variable}) {{ {name}({inside}) {selection} }}"


def literal(declared: GraphQLArgument) -> str:
    named = get_named_type(declared.type)
    value = json.dumps(SAMPLES[named.name])
    is_list = isinstance(getattr(declared.type, "of_type", None), GraphQLList)
    return f"[{value}]" if is_list else value


def is_list_of_texts(kind: Any) -> bool:
    inner = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
    return isinstance(inner, GraphQLList)


ARGUMENTS = list(arguments())
SEARCH = "query($x: String) { events(filter: {text: $x}) { nodes { title } } }"


def assert_answered(answer: httpx.Response, what: object) -> dict[str, Any]:
    """Data, or errors that all say what sort they are; nothing of ours has failed."""
    assert answer.status_code in (200, 400), (what, answer.text)
    found: dict[str, Any] = answer.json()
    for error in found.get("errors", ()):
        assert error["extensions"]["code"] in ("BAD_USER_INPUT", "LIMIT_EXCEEDED"), (what, error)
    return found


@pytest.fixture(autouse=True)
async def built(app: Starlette) -> None:
    await city.build()
    configuration.use(app.state.settings.model_copy(update={"cost_per_minute": 10_000_000}))


async def ask(client: httpx.AsyncClient, text: str, variables: object) -> httpx.Response:
    body = json.dumps({"query": text, "variables": variables})  # numbers of any length, as no client would send
    return await client.post("/graphql", content=body, headers={**JSON, "content-type": "application/json"})


async def test_no_argument_of_a_text_can_say_anything_to_the_database(client: httpx.AsyncClient) -> None:
    assert len(ARGUMENTS) > 60
    for name, text, kind in ARGUMENTS:
        for payload in (*INJECTIONS, *CONTROLS):
            answer = await ask(client, text, {"x": [payload] if is_list_of_texts(kind) else payload})
            found = assert_answered(answer, (name, payload))
            for root in (found.get("data") or {}).values():
                has_rows = isinstance(root, dict) and bool(root.get("nodes"))
                assert payload in CONTROLS or not has_rows, (name, payload)
    counted = await ask(client, "{ divisions { totalCount } }", {})
    assert counted.json()["data"]["divisions"]["totalCount"] > 0


@pytest.mark.parametrize(
    ("document", "value", "message"),
    [
        (SEARCH, "水" * 101, "The words to search for have 101 characters; the limit is 100."),
        (SEARCH, "水 " * 5_000, "A value has 10000 characters; the limit is 2000."),
        ("query($x: DivisionFilter) { divisions(filter: $x) { nodes { name } } }", {"text": "a" * 60_000}, "60000"),
        ("query($x: ID!) { node(id: $x) { id } }", "Division:" + "5" * 2_000, "A value has 2009 characters"),
        ("query($x: [ID!]!) { nodes(ids: $x) { id } }", ["Division:5203"] * 101, "`ids` holds 101"),
        ("query($x: [ID!]!) { nodes(ids: $x) { id } }", ["Division:" + "5" * 2_000], "A value has 2009 characters"),
        (
            "query($x: [String!]) { divisions(filter: {codes: $x}) { nodes { name } } }",
            ["5203"] * 201,
            "A list has 201 values; the limit is 200.",
        ),
        ("query($x: String) { divisions(after: $x) { nodes { name } } }", "5b" * 1_001, "A value has 2002 characters"),
    ],
)
async def test_a_long_value_is_refused_with_limit_and_value(
    client: httpx.AsyncClient, document: str, value: object, message: str
) -> None:
    answer = await ask(client, document, {"x": value})
    assert answer.status_code == 400
    assert message in answer.json()["errors"][0]["message"]


WRONG = (1, -1, 2**70, 1.5, True, None, "", "x", [], ["x"], [[["x"]]], {}, {"a": {"b": 1}}, [None], "NaN")


async def test_a_null_where_an_argument_must_not_be_is_named(client: httpx.AsyncClient) -> None:
    query = 'query ($slug: String = "x") { event(slug: $slug) { title } }'
    answer = await ask(client, query, {"slug": None})
    (error,) = answer.json()["errors"]
    assert error["message"] == "Argument `slug` of type `String!` must not be null."
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    answer = await ask(client, query, {})
    assert answer.json()["data"] == {"event": None}


async def test_variables_of_wrong_types_are_named(client: httpx.AsyncClient) -> None:
    for name, text, _ in ARGUMENTS:
        for value in WRONG:
            assert_answered(await ask(client, text, {"x": value}), (name, value))
    text = "query($n: Int!, $b: Boolean!) { divisions(first: $n) { totalCount @include(if: $b) nodes { code } } }"
    for value in WRONG:
        for variables in ({"n": value, "b": True}, {"n": 1, "b": value}):
            assert_answered(await ask(client, text, variables), variables)


@pytest.mark.parametrize(
    "body",
    [
        b'{"query": "{ __typename }", "variables": ' + b'{"a":' * 2_000 + b"1" + b"}" * 2_000 + b"}",
        b'{"query": "query($x: String) { divisions(after: $x) { totalCount } }", "variables": {"x": '
        + b"[" * 400
        + b"]" * 400
        + b"}}",
        b'{"query": "{ __typename }", "variables": {"x": "\\ud800"}}',
        b'{"query": "{ node(id: \\"\\ud800\\") { id } }"}',
        b'{"query": "\xff"}',
        b'{"query": "{ node(id: \\"\\\\u0000\\") { id } }"}',
        b'{"query": "{ division(code: 5203) { code } }", "variables": {"' + b"x" * 60_000 + b'": 1}}',
        b'{"query": "query($x: [ID!]!) { nodes(ids: $x) { id } }", "variables": {"x": [' + b'"a",' * 12_000 + b'"a"]}}',
        b'{"query": "query($x: Int!) { divisions(first: $x) { totalCount nodes { code } } }", "variables": {"x": 1e999}}',
        b"[" * 30_000,
        b"[]",
        b"null",
        b'{"query": null, "variables": 1}',
    ],
)
async def test_a_body_that_is_meant_to_break_something_is_refused(client: httpx.AsyncClient, body: bytes) -> None:
    answer = await client.post("/graphql", content=body, headers={**JSON, "content-type": "application/json"})
    assert_answered(answer, body[:80])


def forged() -> st.SearchStrategy[str]:
    """Cursors that nobody gave out: JSON of all sorts in hexadecimal, and plain text."""
    values = st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**70), 2**70)
        | st.floats()
        | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
        | st.datetimes().map(str)
        | st.dates().map(str)
        | st.sampled_from(["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "5203", "1970-01-01T00:00:00Z"]),
        lambda inner: st.lists(inner, max_size=3),
        max_leaves=4,
    )
    hexed = st.lists(values, max_size=3).map(lambda value: json.dumps(value).encode().hex())
    return hexed | st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


LISTS = [(name, text) for name, text, _ in ARGUMENTS if name.endswith(CURSORS)]
PROPERTY = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@PROPERTY
@given(where=st.sampled_from(LISTS), cursor=forged())
async def test_a_forged_cursor_is_refused_or_means_a_place(
    client: httpx.AsyncClient, where: tuple[str, str], cursor: str
) -> None:
    assert_answered(await ask(client, where[1], {"x": cursor}), (where[0], cursor))


NAMES = [name for name, kind in schema()._schema.type_map.items() if isinstance(kind, GraphQLObjectType)]


@PROPERTY
@given(
    name=st.sampled_from([*NAMES, "", "Nothing", "node"]),
    key=st.integers(-(2**70), 2**70).map(str) | st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
)
async def test_an_id_of_whatever_type_finds_its_row_or_nothing(client: httpx.AsyncClient, name: str, key: str) -> None:
    one = await ask(client, "query($x: ID!) { node(id: $x) { id } }", {"x": f"{name}:{key}"})
    assert assert_answered(one, (name, key))["data"]["node"] in (None, {"id": f"{name}:{key}"})
    many = await ask(client, "query($x: ID!) { nodes(ids: [$x, $x]) { id } }", {"x": f"{name}:{key}"})
    assert len(assert_answered(many, (name, key))["data"]["nodes"]) == 2
