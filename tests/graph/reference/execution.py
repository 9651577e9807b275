"""graphql-core over the published schema, with a resolver that looks up what the rest of the package says."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from graphql import GraphQLObjectType, GraphQLSchema, build_schema, execute_sync, get_named_type, parse

from tests.graph.reference.fields import FIELDS
from tests.graph.reference.lists import LISTS, page, search
from tests.graph.reference.rules import GUARDS
from tests.graph.reference.values import plain, snake
from tests.graph.reference.world import MODELS, Thing, World

MEANINGS = {**FIELDS, "Query.search": search}
SDL = Path(__file__).parent.parent.parent.parent / "schema.graphql"


@cache
def schema() -> GraphQLSchema:
    """The published schema, without a line of the engine's, and without figures and facets: they are recounted by tests of their own."""
    built = build_schema(SDL.read_text(encoding="utf-8"))
    for name in ("Query", "Subscription", "Division"):
        kind: Any = built.type_map[name]
        kind.fields.pop("grievanceFigures", None)
        kind.fields.pop("enterpriseFigures", None)
        kind.fields.pop("enterpriseFacets", None)
        kind.fields.pop("eventFacets", None)
        kind.fields.pop("policyFacets", None)
        kind.fields.pop("policyFigures", None)
        kind.fields.pop("marketFigures", None)
        kind.fields.pop("drillFigures", None)
        kind.fields.pop("rescueFigures", None)
        kind.fields.pop("investmentFigures", None)
        kind.fields.pop("referralFigures", None)
    return built


_parsed = lru_cache(8)(parse)  # the same document is asked by one person after another


def answer(text: str, variables: dict[str, Any], world: World) -> Any:
    """What the document means to who asks. Fails when graphql-core finds an error."""
    result = execute_sync(
        schema(),
        _parsed(text),
        context_value=world,
        variable_values=variables,
        field_resolver=_resolve,
        type_resolver=lambda value, info, abstract: value.kind,
    )
    assert not result.errors, result.errors
    return result.data


@cache
def meaning(kind: str, name: str) -> str:
    """Where the reference says what a field means, as Type.field: what is followed is what is read."""
    return f"{'Query' if kind == 'Subscription' else kind}.{name}"


@cache
def target(kind: GraphQLObjectType, name: str) -> str:
    """The type that a field leads to; for a list of pages that of its items."""
    named: Any = get_named_type(kind.fields[name].type)
    if named.name.endswith("Connection"):
        named = get_named_type(named.fields["nodes"].type)
    return str(named.name)


def is_known(kind: GraphQLObjectType, name: str) -> bool:
    """Whether the reference says what the field means."""
    path, column = meaning(kind.name, name), snake(name)
    if path in MEANINGS or path in LISTS or name == "id" or kind.name.endswith(("Connection", "Edge", "PageInfo")):
        return True
    columns = MODELS[kind.name]._meta.fields_map if kind.name in MODELS else {}
    return column in columns


def _resolve(source: Any, info: Any, **arguments: Any) -> Any:
    found = _found(source, info, arguments)
    if found not in (None, "", []):
        info.context.told.add(f"{info.parent_type.name}.{info.field_name}")
    return found


def _found(source: Any, info: Any, arguments: dict[str, Any]) -> Any:
    world, name, path = info.context, info.field_name, meaning(info.parent_type.name, info.field_name)
    if isinstance(source, dict):
        return source[name]
    row = source.row if isinstance(source, Thing) else None
    if path in GUARDS and not GUARDS[path](world, row):
        return None
    if path in LISTS:
        return page(world, path, target(info.parent_type, name), row, arguments)
    if path in MEANINGS:
        return MEANINGS[path](world, row, **{snake(key): value for key, value in arguments.items()})
    if name == "id":
        return f"{source.kind}:{row.pk}"
    kind = target(info.parent_type, name)
    if kind in MODELS:
        return world.find(kind, getattr(row, f"{snake(name)}_id"))
    return plain(getattr(row, snake(name)))
