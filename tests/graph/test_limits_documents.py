"""Documents as large as they may be, of whatever the schema offers: answered, or refused with a typed error."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Iterator

import httpx
from graphql import (
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_required_argument,
)
from starlette.applications import Starlette

from civicgraph import settings as configuration
from civicgraph.db import is_postgres
from civicgraph.graph import limits
from civicgraph.schema import schema
from tests.support import city

DOCUMENTS = int(os.environ.get("CIVICGRAPH_RANDOM_DOCUMENTS", "150")) // 3
SAMPLES = {
    "DivisionCode": '"5203"',
    "ID": '"Division:5203"',
    "Int": "1",
    "String": '"x"',
    "Boolean": "true",
    "Unit": "KILOGRAM",
}


class Writer:
    """Writes one random document with about so many fields, a page of one row at each list."""

    def __init__(self, dice: random.Random, fields: int) -> None:
        self.dice, self.left = dice, fields

    def document(self) -> str:
        query = schema()._schema.query_type
        assert query is not None
        return "{ " + " ".join(self._some(query, 1, (1, 1, 3, 15))) + " }"

    def _selection(self, kind: GraphQLNamedType, depth: int, prefix: str = "") -> str:
        if is_abstract_type(kind):
            types = schema()._schema.get_possible_types(kind)
            parts = [
                f"... on {one.name} {self._selection(one, depth, f'{one.name}_')}" for one in types if self.left > 0
            ]
        else:
            assert isinstance(kind, GraphQLObjectType)
            leaves = self._some(kind, depth, (1, 3, 40), prefix, is_leaf=True)
            parts = [*leaves, *self._some(kind, depth, (1, 1, 2, 30), prefix)]
        return "{ __typename " + " ".join(parts) + " }"

    def _some(
        self, kind: GraphQLObjectType, depth: int, sizes: tuple[int, ...], prefix: str = "", *, is_leaf: bool = False
    ) -> Iterator[str]:
        """Fields of a type; the prefix keeps those of an interface's types apart, whose names may not mean two types."""
        fields = [(name, one) for name, one in kind.fields.items() if is_leaf_type(get_named_type(one.type)) is is_leaf]
        self.dice.shuffle(fields)
        for name, field in fields[: self.dice.choice(sizes)]:
            if self.left <= 0 or depth >= limits.MAX_DEPTH:
                return
            self.left -= 1
            below = "" if is_leaf else " " + self._selection(get_named_type(field.type), depth + 1)
            alias = f"{prefix}{name}: " if prefix else ""
            yield alias + name + _arguments(field) + below


def _arguments(field: GraphQLField) -> str:
    given = []
    for name, declared in field.args.items():
        sample = SAMPLES.get(get_named_type(declared.type).name, "")
        if is_required_argument(declared):
            given.append(f"{name}: [{sample}]" if "[" in str(declared.type) else f"{name}: {sample}")
        elif name == "first":
            given.append("first: 1")
    return f"({', '.join(given)})" if given else ""


async def test_no_document_within_the_bounds_breaks_anything(app: Starlette, client: httpx.AsyncClient) -> None:
    await city.build()
    generous = {"cost_per_minute": 10_000_000, "cost_limit": 100_000}
    configuration.use(app.state.settings.model_copy(update=generous))
    dice = random.Random(20261123)
    answered = 0
    for _ in range(DOCUMENTS):
        text = Writer(dice, dice.choice([50, 150, 280, 420])).document()
        answer = await client.post("/graphql", json={"query": text}, headers={"accept": "application/json"})
        found = answer.json()
        assert answer.status_code == 200, text
        for error in found.get("errors", ()):
            assert error["extensions"]["code"] == "LIMIT_EXCEEDED", (error, text)
        answered += "data" in found
    assert answered > DOCUMENTS / 2


def held(kind: GraphQLObjectType) -> Iterator[tuple[str, GraphQLField, GraphQLObjectType]]:
    """The fields of a type that hold objects, and the types of those."""
    for name, field in kind.fields.items():
        inner = get_named_type(field.type)
        if isinstance(inner, GraphQLObjectType):
            yield name, field, inner


def relations() -> Iterator[tuple[GraphQLObjectType, str, list[str]]]:
    """Each field of objects that hold others, with the fields that lead to it from the root: the shortest way."""
    query = schema()._schema.query_type
    assert query is not None
    ways: dict[str, list[str]] = {query.name: []}
    waiting: list[GraphQLObjectType] = [query]
    for kind in waiting:
        for name, field, inner in held(kind):
            way = [*ways[kind.name], name + _arguments(field)]
            yield inner, f"{kind.name}.{name}", way
            if inner.name not in ways:
                ways[inner.name] = way
                waiting.append(inner)


def deepened(kind: GraphQLObjectType, way: list[str], depth: int, dice: random.Random) -> str:
    """A document that goes the way and on from there, through whatever holds more, to a field at this depth."""
    way = list(way)
    while len(way) < depth - 1:
        onward = [(name + _arguments(field), inner) for name, field, inner in held(kind) if list(held(inner))]
        if not onward:
            break
        name, kind = dice.choice(onward)
        way.append(name)
    return "{ " + " { ".join([*way, "__typename"]) + " }" * (len(way) + 1)


def is_beyond_sqlite(text: str, app: Starlette) -> bool:
    """Parts of figures of enterprises, of drills and of markets by their parts, thirteen times: SQLite's expressions go no deeper than 1,000.

    What any document may cost by default refuses it long before; this test lets everything cost what it likes.
    """
    return (
        not is_postgres(app.state.settings)
        and re.search(r"(enterprise|drill|market)Figures(\(.*?\))?( { by\w+){13}", text) is not None
    )


async def test_every_relation_can_be_followed_to_the_deepest_and_no_deeper(
    app: Starlette, client: httpx.AsyncClient
) -> None:
    await city.build()
    generous = {"cost_per_minute": 10**30, "cost_limit": 10**24}  # parts of figures by parts of figures are dear
    configuration.use(app.state.settings.model_copy(update=generous))
    dice = random.Random(20261123)
    found = list(relations())
    assert len(found) > 100
    refused = 0
    for kind, name, way in found:
        for depth in (limits.MAX_DEPTH, limits.MAX_DEPTH + 1):
            text = deepened(kind, way, depth, dice)
            answer = await client.post("/graphql", json={"query": text}, headers={"accept": "application/json"})
            errors = answer.json().get("errors", [])
            is_deep = text.count("{") > limits.MAX_DEPTH
            if not is_deep and is_beyond_sqlite(text, app):
                assert [one["message"] for one in errors] == ["The document nests too deeply. Ask for it in two steps."]
                continue
            assert [one["extensions"]["code"] for one in errors] == ["LIMIT_EXCEEDED"] * is_deep, (name, text, errors)
            assert all("a depth of 16; the limit is 15" in one["message"] for one in errors), (name, errors)
            refused += is_deep
    assert refused > len(found) / 2
