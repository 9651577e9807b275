"""The schema: rooms' types put together, and graphql-core's resolvers for what the planner does not run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from enum import Enum
from typing import Annotated, Any

import strawberry
from graphql import (
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_enum_type,
    is_list_type,
)
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import merge_types

from civicgraph.graph import indexes
from civicgraph.graph.mapped import MAPPED, Declared
from civicgraph.graph.plan import TYPE, declared_of
from civicgraph.graph.selection import UNIONS
from civicgraph.graph.types import Node
from civicgraph.i18n import Labelled

_PAGING = ("Connection", "Edge", "PageInfo", "Facet", "Facets")


@strawberry.type
class NodeQuery:
    """Relay's root fields."""

    @strawberry.field(description="Anything by its global id; null when there is none or you may not see it.")
    def node(self, id: Annotated[strawberry.ID, strawberry.argument(description="Its global id.")]) -> Node | None:
        raise AssertionError("replaced when the schema is built")

    @strawberry.field(
        description="Several things by their global ids, at most 100, in the order of the ids; null for each that there"
        " is none of or you may not see."
    )
    def nodes(
        self, ids: Annotated[list[strawberry.ID], strawberry.argument(description="Their global ids.")]
    ) -> list[Node | None]:
        raise AssertionError("replaced when the schema is built")


def build(
    queries: Sequence[type], mutations: Sequence[type], subscriptions: Sequence[type], types: Sequence[type]
) -> strawberry.Schema:
    """The schema of all rooms. Raises `MissingIndex` when a list would read a big table from end to end."""
    _describe_enums()
    query: Any = merge_types("Query", (NodeQuery, *queries))
    query.__strawberry_definition__.description = "Everything that can be read."
    mutation: Any = merge_types("Mutation", tuple(mutations))
    mutation.__strawberry_definition__.description = "Everything that can be done."
    subscription: Any = merge_types("Subscription", tuple(subscriptions))
    subscription.__strawberry_definition__.description = "Everything that can be followed."
    schema = strawberry.Schema(
        *(query, mutation, subscription), types=list(types), config=StrawberryConfig(auto_camel_case=True)
    )
    _attach(schema._schema)
    indexes.check(schema._schema)
    return schema


def _describe_enums() -> None:
    """Let enumerations say what they are: the class its docstring, a member the words that people read."""
    for cls in Labelled.__subclasses__():
        made: Any = cls if "__strawberry_definition__" in vars(cls) else strawberry.enum(cls)
        made.__strawberry_definition__.description = " ".join((cls.__doc__ or "").split())
        for value in made.__strawberry_definition__.values:
            value.description = f"{cls[value.name].label}."


def _attach(schema: GraphQLSchema) -> None:
    """Resolvers that read the planner's answer by response name."""
    for kind in schema.type_map.values():
        if isinstance(kind, (GraphQLInterfaceType, GraphQLUnionType)):
            kind.resolve_type = lambda value, _info, _type: value[TYPE]
        if isinstance(kind, GraphQLUnionType):
            for member in kind.types:
                member.extensions.setdefault(UNIONS, []).append(kind.name)
        if not isinstance(kind, GraphQLObjectType):
            continue
        if kind.name == "Query":
            for name, field in kind.fields.items():
                if name in ("node", "nodes") or isinstance(declared_of(kind, name), Declared):
                    field.resolve = _resolve_root
        elif kind.name in MAPPED or kind.name.endswith(_PAGING):
            kind.is_type_of = None
            for field in kind.fields.values():
                field.resolve = _reader(field.type)


async def _resolve_root(_source: Any, info: Any, **_arguments: Any) -> Any:
    return await info.context.engine.resolve_root(info)


def _reader(kind: Any) -> Any:
    decode = _decoder(kind)

    def resolve(source: Any, info: Any, **_arguments: Any) -> Any:
        return decode(source.get(info.path.key))

    return resolve


def _decoder(kind: Any) -> Any:
    """From JSON back to what graphql-core's serializers take."""
    inner = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
    if is_list_type(inner):
        one = _decoder(inner.of_type)
        return lambda value: None if value is None else [one(item) for item in value]
    named: Any = get_named_type(inner)
    if is_enum_type(named):
        return lambda value: None if value is None else _member(named, value)
    if named.name == "DateTime":
        return lambda value: None if value is None else datetime.fromisoformat(value)
    if named.name == "Date":
        return lambda value: None if value is None else date.fromisoformat(value)
    return lambda value: value


def _member(enum: Any, name: str) -> Enum:
    value: Enum = enum.values[name].value
    return value
