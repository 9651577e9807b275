"""Documents that leave nothing out: every field of every type, and every filter of every list on its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_composite_type,
    is_enum_type,
    is_list_type,
    is_non_null_type,
)

from tests.graph.reference.documents import Pools, literal
from tests.graph.reference.execution import meaning, schema

VALUES = 12
"""Of an argument."""
VALUES_OF_FILTERS = 24
Asked = tuple[str, dict[str, Any]]
"""A document and its variables."""


def roots() -> list[GraphQLObjectType]:
    """What is read and what is followed."""
    return [kind for kind in (schema().query_type, schema().subscription_type) if kind is not None]


def lists() -> list[str]:
    """The lists at the root."""
    return [name for name, field in roots()[0].fields.items() if "orderBy" in field.args]


def orders(name: str) -> list[str]:
    """The orders of a list."""
    kind: Any = get_named_type(roots()[0].fields[name].args["orderBy"].type)
    return list(kind.values)


def whole(root: GraphQLObjectType, name: str, pools: Pools, depth: int = 1) -> list[Asked]:
    """All that a list or, for many values of its arguments, a single thing says, with rows in rows so many deep."""
    operation, field = root.name.lower(), root.fields[name]
    body = _everything(get_named_type(field.type), pools, depth)
    if "orderBy" in field.args:
        return [(f"{operation} {{ {name}(first: 100) {body} }}", {})]
    values = {
        key: _values(f"{meaning(root.name, name)}.{key}", one.type, pools, VALUES) for key, one in field.args.items()
    }
    declared = ", ".join(f"${key}: {one.type}" for key, one in field.args.items())
    given = ", ".join(f"{key}: ${key}" for key in field.args)
    text = f"{operation} ({declared}) {{ {name}({given}) {body} }}" if declared else f"{operation} {{ {name} {body} }}"
    turns = max((len(pool) for pool in values.values()), default=1)
    return [(text, {key: pool[turn % len(pool)] for key, pool in values.items()}) for turn in range(turns)]


def filtered(name: str, pools: Pools) -> Iterator[Asked]:
    """A list by each of its filters, each with many of the values that occur."""
    kind: Any = get_named_type(roots()[0].fields[name].args["filter"].type)
    text = f"query ($filter: {kind.name}) {{ {name}(first: 100, filter: $filter) {{ totalCount edges {{ cursor }} }} }}"
    for key, argument in kind.fields.items():
        for value in _values(f"{kind.name}.{key}", argument.type, pools, VALUES_OF_FILTERS):
            yield text, {"filter": {key: value}}


def _values(path: str, kind: Any, pools: Pools, most: int) -> list[Any]:
    """About so many values that occur, from the last: what is odd stands there."""
    named: Any = get_named_type(kind)
    pool: Sequence[Any] = pools.get(path) or (list(named.values) if is_enum_type(named) else pools[named.name])
    found = pool[:: -max(-(-len(pool) // most), 1)]
    return [[one] for one in found] if is_list_type(get_nullable_type(kind)) else list(found)


def _everything(kind: Any, pools: Pools, depth: int, prefix: str = "") -> str:
    """Every field, and what it leads to so many rows deep; the prefix keeps the types of an interface apart."""
    if is_abstract_type(kind):
        types = schema().get_possible_types(kind)
        parts = [f"... on {one.name} {_everything(one, pools, depth - 1, f'{one.name}_')}" for one in types]
        return f"{{ __typename {' '.join(parts)} }}"
    fields = (_field(kind, name, pools, depth, prefix) for name in kind.fields)
    return f"{{ __typename {' '.join(filter(None, fields))} }}"


def _field(kind: Any, name: str, pools: Pools, depth: int, prefix: str) -> str:
    field: GraphQLField = kind.fields[name]
    named: Any = get_named_type(field.type)
    given = [
        f"{key}: {literal(one.type, _values(f'{kind.name}.{name}.{key}', one.type, pools, 1)[0])}"
        for key, one in field.args.items()
        if is_non_null_type(one.type)
    ]
    given += ["first: 2"] if "first" in field.args else []
    head = f"{prefix}{name}: {name}" if prefix else name
    head += f"({', '.join(given)})" if given else ""
    if not is_composite_type(named):
        return head
    if kind.name.endswith(("Connection", "Edge")):
        return f"{head} {_everything(named, pools, depth) if name != 'nodes' else '{ __typename }'}"
    return f"{head} {_everything(named, pools, depth - 1)}" if depth else ""
