"""Random documents over the whole schema, as a hypothesis strategy: every root read and every field below it."""

from __future__ import annotations

from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLNonNull,
    get_named_type,
    is_abstract_type,
    is_enum_type,
    is_leaf_type,
)
from hypothesis import strategies as st

from civicgraph.schema import schema
from tests.support import city

CORE = schema()._schema
ROOTS = CORE.query_type.fields  # type: ignore[union-attr]
DEPTH = 3
PLACES = st.sampled_from([f'"{code}"' for code in city.NAMES])
NAMED: dict[str, st.SearchStrategy[str]] = {
    "within": PLACES,
    "month": st.just('"2026-05"'),
    "id": st.sampled_from(['"Division:520327"', '"Grievance:1"', '"Person:1"', '"Event:9"']),
    "ids": st.just('["Division:520327", "Grievance:1", "Grievance:2", "Person:1", "nonsense"]'),
}
TYPED: dict[str, st.SearchStrategy[str]] = {
    "Int": st.integers(1, 3).map(str),
    "Boolean": st.sampled_from(["true", "false"]),
    "DivisionCode": PLACES,
    "IndustryCode": st.just('"C"'),
    "Unit": st.just("KILOGRAM"),
    "String": st.just('"lighting"'),
}
"""What an argument that must be given is given, by its name or else by its type."""

EITHER = ("channel", "ledKind")
"""Arguments of figures, which are kept by one or by the other."""


@st.composite
def documents(draw: st.DrawFn) -> str:
    """A query with one to three root fields, each with a few fields to some depth."""
    names = draw(st.lists(st.sampled_from(sorted(ROOTS)), min_size=1, max_size=3))
    return f"{{ {' '.join(f'r{n}: {_field(draw, name, ROOTS[name], 0)}' for n, name in enumerate(names))} }}"


def _field(draw: st.DrawFn, name: str, field: GraphQLField, depth: int) -> str:
    left_out = draw(st.sampled_from(EITHER)) if set(EITHER) <= set(field.args) else ""
    given = [one for one in (_argument(draw, *item) for item in field.args.items() if item[0] != left_out) if one]
    arguments = f"({', '.join(given)})" if given else ""
    return f"{name}{arguments}{_selection(draw, get_named_type(field.type), depth)}"


def _argument(draw: st.DrawFn, name: str, argument: GraphQLArgument) -> str:
    if isinstance(argument.type, GraphQLNonNull):
        return f"{name}: {draw(NAMED[name] if name in NAMED else TYPED[get_named_type(argument.type).name])}"
    if name in ("first", "last"):
        return f"{name}: {draw(st.integers(0, 5))}" if draw(st.booleans()) else ""
    named: Any = get_named_type(argument.type)
    return f"{name}: {draw(st.sampled_from(sorted(named.values)))}" if is_enum_type(named) else ""


def _selection(draw: st.DrawFn, kind: Any, depth: int) -> str:
    if is_leaf_type(kind):
        return ""
    if is_abstract_type(kind):
        possible = draw(st.sampled_from(sorted(CORE.get_possible_types(kind), key=lambda one: one.name)))
        return f" {{ __typename ... on {possible.name}{_selection(draw, possible, depth)} }}"
    # A connection and its edges are only steps on the way to what is listed.
    is_step = kind.name.endswith(("Connection", "Edge", "PageInfo"))
    fields = {name: one for name, one in kind.fields.items() if depth < DEPTH or is_leaf_type(get_named_type(one.type))}
    if is_step:
        fields = dict(kind.fields)
    chosen = draw(st.lists(st.sampled_from(sorted(fields)), min_size=1, max_size=2 if is_step else 4, unique=True))
    parts = [_field(draw, name, fields[name], depth + (not is_step)) for name in chosen]
    return f" {{ __typename {' '.join(parts)} }}"
