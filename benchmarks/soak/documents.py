"""Documents without end, each unlike all before: most of them right, some wrong, some large."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator
from pathlib import Path

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

ROOTS = ("divisions", "grids", "events", "services", "enterprises", "grievances")
"""The lists that strangers may read."""
DEPTH = 4
_SCHEMA = Path(__file__).parents[2] / "schema.graphql"


def bodies(seed: int) -> Iterator[bytes]:
    """Bodies of requests, for ever: of a hundred documents some 84 random and right, 8 that name a field
    that there is not, 4 broken off, 4 of some 20 KB; every fourth with its hash, to be kept under it."""
    schema = build_schema(_SCHEMA.read_text(encoding="utf-8"))
    rng = random.Random(seed)
    number = 0
    while True:
        number += 1
        document = _document(schema, rng, number)
        body: dict[str, object] = {"query": document}
        if number % 4 == 0:
            digest = hashlib.sha256(document.encode()).hexdigest()
            body["extensions"] = {"persistedQuery": {"version": 1, "sha256Hash": digest}}
        yield json.dumps(body).encode()


def _document(schema: GraphQLSchema, rng: random.Random, number: int) -> str:
    query = schema.query_type
    assert query is not None
    name = rng.choice(ROOTS)
    root = f"r{number}: {name}(first: {rng.randint(1, 3)}) {_selection(query.fields[name], rng, DEPTH)}"
    kind = rng.randrange(100)
    if kind < 8:
        root += f" missing{number}"
    elif kind < 12:
        return f"query Q{number} {{ {root}"
    elif kind < 16:
        root += f' s{number}: division(code: "{"5" * 20_000}") {{ name }}'
    return f"query Q{number} {{ {root} }}"


def _selection(field: GraphQLField, rng: random.Random, depth: int) -> str:
    """Some of the fields below a field, in any order and under names of their own."""
    below = get_named_type(field.type)
    if is_leaf_type(below):
        return ""
    if not isinstance(below, (GraphQLObjectType, GraphQLInterfaceType)):
        return "{ __typename }"
    chosen = [
        (name, one)
        for name, one in below.fields.items()
        if not any(is_required_argument(argument) for argument in one.args.values())
        and (depth > 1 or is_leaf_type(get_named_type(one.type)))
    ]
    picked = rng.sample(chosen, min(len(chosen), rng.randint(1, 4)))
    shown = " ".join(
        f"{rng.choice(('', f'a{rng.randrange(1_000)}: '))}{name}{_first(one)} {_selection(one, rng, depth - 1)}"
        for name, one in dict(picked).items()
    )
    return f"{{ __typename {shown} }}"


def _first(field: GraphQLField) -> str:
    return "(first: 2)" if "first" in field.args else ""
