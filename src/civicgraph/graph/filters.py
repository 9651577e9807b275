"""Filters and orders of lists, declared once with their SQL.

@filter_type
class EventFilter:
    kind = any_of("kind", EventKind, "Any of these kinds.")
    within = within("division_id")

@order_type
class EventOrder:
    STARTS_AT = ("starts_at", "Soonest first."), ...

What lists of big tables offer is served by an index, or says in `reason` why it needs none (`graph.indexes`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

import strawberry

from civicgraph.graph import cost, search
from civicgraph.graph.types import DivisionCode

if TYPE_CHECKING:
    from civicgraph.graph.plan import Compiler, Row
    from civicgraph.graph.selection import Given

Condition = Callable[["Compiler", "Row", "Given"], str]


@dataclass(frozen=True)
class Filter:
    """One field of a filter: its type, its description and the SQL it stands for."""

    python_type: Any
    description: str
    condition: Condition
    search_table: str = ""
    columns: tuple[str, ...] = ()
    """What it compares: an index of each, followed by the list's order, serves it."""
    is_range: bool = False
    """Whether it compares a stretch of the column's values: then only an order by that column is served."""
    index: str = ""
    """An index that serves it by its condition, or in another table."""
    reason: str = ""
    """Why no index is needed: what is passed over is little, and why."""


@dataclass(frozen=True)
class Order:
    """An order: columns that together are unique and never null, all in one direction."""

    columns: tuple[str, ...]
    description: str
    is_descending: bool = False
    is_private: bool = False
    """Not everybody who reads the list may read the columns: cursors hold the row's key instead of their values."""
    reason: str = ""
    """Why filters need no index of their own in this order; the order itself always does."""


def where(
    python_type: Any,
    description: str,
    condition: Condition,
    *,
    columns: tuple[str, ...] = (),
    index: str = "",
    reason: str = "",
) -> Any:
    """A filter with SQL of its own."""
    return Filter(python_type, description, condition, columns=columns, index=index, reason=reason)


def equals(column: str, python_type: Any, description: str, *, reason: str = "") -> Any:
    """The column has this value."""

    def condition(c: Compiler, row: Row, given: Given) -> str:
        return f"{row[column]} = {given.sql(c)}"

    return Filter(python_type, description, condition, columns=(column,), reason=reason)


def any_of(column: str, item: Any, description: str, *, reason: str = "") -> Any:
    """The column has one of these values."""

    def condition(c: Compiler, row: Row, given: Given) -> str:
        return c.is_in(row[column], given)

    return Filter(list[item], description, condition, columns=(column,), reason=reason)


def holds(*columns: str, description: str) -> Any:
    """One of the columns holds the text."""
    return where(
        str, description, lambda c, row, given: f"({' OR '.join(c.holds(row[column], given) for column in columns)})"
    )


def at_least(column: str, python_type: Any, description: str, *, reason: str = "") -> Any:
    """The column is at or after the value; a date means the start of that day in the city."""
    return _range(column, ">=", python_type, description, reason)


def before(column: str, python_type: Any, description: str, *, reason: str = "") -> Any:
    """The column is before the value; a date means the start of that day in the city."""
    return _range(column, "<", python_type, description, reason)


def _range(column: str, comparison: str, python_type: Any, description: str, reason: str) -> Filter:
    def condition(c: Compiler, row: Row, given: Given) -> str:
        return f"{row[column]} {comparison} {given.sql(c, _moment(python_type))}"

    return Filter(python_type, description, condition, columns=(column,), is_range=True, reason=reason)


def _moment(python_type: Any) -> str:
    return "moment" if python_type in (date, datetime) else ""


def flag(
    description: str,
    yes: Callable[[Compiler, Row], str],
    no: Callable[[Compiler, Row], str] | None = None,
    *,
    columns: tuple[str, ...] = (),
    index: str = "",
    reason: str = "",
) -> Any:
    """A switch: `yes` is the condition when it is true, `no` when it is false (else no condition)."""

    def condition(c: Compiler, row: Row, given: Given) -> str:
        if given.value:
            return yes(c, row)
        return no(c, row) if no else ""

    return Filter(bool, description, condition, columns=columns, index=index, reason=reason)


def places(column: str) -> tuple[str, ...]:
    """What `Compiler.within` compares in a column of division codes, one for each level of the place."""
    return f"substr({column}, 1, 6)", f"substr({column}, 1, 9)", column


def within(column: str, description: str = "In this division or anywhere below it.") -> Any:
    """The column's division lies in the subtree of the given one."""

    def condition(c: Compiler, row: Row, given: Given) -> str:
        return c.within(row[column], given)

    return Filter(DivisionCode, description, condition, columns=places(column))


def matches(
    table: str,
    description: str = "Holds these words; words of two or more characters are found anywhere.",
    *,
    is_by_ear: bool = False,
) -> Any:
    """Full-text search over the table's `search_terms`; where they hold sounds (`text.sound_terms`), by them as well."""

    def condition(c: Compiler, row: Row, given: Given) -> str:
        return c.matches(table, row, given, is_by_ear=is_by_ear)

    return Filter(str, description, condition, search_table=table)


def nearly(table: str, description: str) -> Any:
    """The same with one character missing, too many, mistaken or swapped, for where nothing else is found."""

    def condition(c: Compiler, row: Row, given: Given) -> str:
        c.charge(cost.SEARCH)
        return search.nearly(c, table, row, given)

    return Filter(str, description, condition, search_table=table)


FILTERS: dict[str, dict[str, Filter]] = {}
"""The filters of each filter type, by its name and theirs."""
ORDERS: dict[str, dict[str, Order]] = {}
"""The orders of each order type, by its name and theirs; the first is the default."""


def filter_type(cls: type) -> Any:
    """Make a GraphQL input of the declared filters; all fields are optional and all must fit."""
    namespace: dict[str, Any] = {"__doc__": cls.__doc__, "__module__": cls.__module__, "__annotations__": {}}
    for name, declared in vars(cls).items():
        if isinstance(declared, Filter):
            namespace["__annotations__"][name] = declared.python_type | None
            namespace[name] = strawberry.field(description=declared.description, default=strawberry.UNSET)
    FILTERS[cls.__name__] = {name: value for name, value in vars(cls).items() if isinstance(value, Filter)}
    made = type(cls.__name__, (), namespace)
    return strawberry.input(made, description=" ".join((cls.__doc__ or "").split()))


def order_type(cls: type) -> Any:
    """Make a GraphQL enumeration of the declared orders (the first is the default)."""
    declared = {name: value for name, value in vars(cls).items() if isinstance(value, Order)}
    enum = Enum(cls.__name__, {name: name.lower() for name in declared}, module=cls.__module__)  # type: ignore[misc]
    enum.__doc__ = cls.__doc__
    ORDERS[cls.__name__] = declared
    made = strawberry.enum(enum, description=" ".join((cls.__doc__ or "").split()))
    for value in made.__strawberry_definition__.values:  # type: ignore[attr-defined]
        value.description = declared[value.name].description
    return made
