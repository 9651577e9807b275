"""The types that every room's schema shares: nodes, connections, scalars."""

from __future__ import annotations

import re
from typing import Generic, NewType, TypeVar

import strawberry
from graphql import GraphQLError

T = TypeVar("T")
MOST_COUNTED = 1_000
"""So many rows are looked at for facets: some milliseconds, however big the table is."""


class Place(str):
    """A division code as a variable's value. Its length decides which index a plan uses."""

    __slots__ = ()


def _parse_place(value: object) -> Place:
    if isinstance(value, str) and re.fullmatch(r"\d{4}|\d{6}|\d{9}|\d{12}|\d{15}|\d{17}", value):
        return Place(value)
    raise GraphQLError("A division code has 4, 6, 9, 12, 15 or 17 digits.")


def _parse_big(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= 2**53:
        return value
    raise GraphQLError("A BigInt is a whole number of at most 2^53.")


DivisionCode = strawberry.scalar(
    NewType("DivisionCode", str),
    name="DivisionCode",
    description="A statistical division code of 4, 6, 9 or 12 digits, or a grid's of 15 or 17. A subtree is a code prefix.",
    serialize=str,
    parse_value=_parse_place,
)
BigInt = strawberry.scalar(
    NewType("BigInt", int),
    name="BigInt",
    description="A whole number of up to 2^53, as a JSON number.",
    serialize=int,
    parse_value=_parse_big,
)


@strawberry.interface(description="Anything that can be fetched again by its id.")
class Node:
    """A thing with a global id, after the Relay specification."""

    id: strawberry.ID = strawberry.field(description="Global id, opaque to clients.")


@strawberry.type(description="Where a page of a list stands.")
class PageInfo:
    """Relay's page information."""

    has_next_page: bool = strawberry.field(description="Whether more follows after endCursor.")
    has_previous_page: bool = strawberry.field(description="Whether something stands before startCursor.")
    start_cursor: str | None = strawberry.field(description="Cursor of the first item of this page.")
    end_cursor: str | None = strawberry.field(description="Cursor of the last item of this page.")


@strawberry.type(description="An item of a list together with its cursor.")
class Edge(Generic[T]):
    """Relay's edge."""

    cursor: str = strawberry.field(description="Give it as `after` or `before` to continue from here.")
    node: T = strawberry.field(description="The item.")


@strawberry.type(description="How many of what a list holds have a value.")
class Facet:
    """A value and how often it occurs."""

    value: str = strawberry.field(description="The value, as the list's filter takes it.")
    count: int = strawberry.field(description="How many have it; at least so many where the whole is capped.")


@strawberry.type(description="A page of a list, after the Relay specification.")
class Connection(Generic[T]):
    """Relay's connection, with `nodes` for those who need no cursors."""

    nodes: list[T] = strawberry.field(description="The items of this page.")
    edges: list[Edge[T]] = strawberry.field(description="The items of this page with their cursors.")
    page_info: PageInfo = strawberry.field(description="Where this page stands.")
    total_count: int = strawberry.field(
        description="Number of items in the whole list, counted up to 100 and no further."
    )
    total_count_is_capped: bool = strawberry.field(description="There are more than totalCount says.")
