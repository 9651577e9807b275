"""What a declaration says of a type and its fields: read by the planner, written by `graph.declare`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from tortoise.models import Model

from civicgraph.graph.rows import Slice

if TYPE_CHECKING:
    from civicgraph.graph.facets import By
    from civicgraph.graph.plan import Compiler, Row

Predicate = Callable[["Compiler", "Row"], str]
"""Builds a SQL condition on a row; see `plan.Compiler` for what it may use."""
Link = Callable[["Compiler", "Row", "Row"], str]
"""Builds the SQL condition that joins a child row (second) to its parent (first)."""

META = "civicgraph"


@dataclass(kw_only=True)
class Declared:
    """A field of a mapped type. `guard` hides its value in rows where the predicate fails."""

    description: str = ""
    guard: Predicate | None = None
    deprecation: str | None = None
    python_type: Any = None


@dataclass(kw_only=True)
class Column(Declared):
    """A column of the table, or SQL over its columns; with `arguments` it is `sql(compiler, row, **arguments)`."""

    name: str = ""
    sql: Callable[..., str] | None = None
    is_json: bool = False
    arguments: Mapping[str, Any] | None = None


@dataclass(kw_only=True)
class Related(Declared):
    """One or many rows of another mapped type. Without `link`, `key` joins them.

    Of several rows that the link of one joins it is the one with the highest `last_by`. `shows` is a condition on the
    row itself under which its child is visible to everybody: where it holds, the child's own is not looked at.
    """

    target: str
    key: str = ""
    link: Callable[..., str] | None = None
    is_many: bool = False
    is_nullable: bool | None = True
    order: tuple[str, ...] = ()
    last_by: str = ""
    shows: Predicate | None = None
    arguments: Mapping[str, Any] | None = None


@dataclass(kw_only=True)
class Paged(Declared):
    """A Relay connection. Its filter and order are `<Target>Filter` and `<Target>Order` of the target's room."""

    target: str
    key: str = ""
    link: Link | None = None
    where: Predicate | None = None


@dataclass(kw_only=True)
class RootOne(Declared):
    """A root field that finds one row by its arguments."""

    target: str
    arguments: Mapping[str, Any]
    where: Callable[..., str]
    is_secret: bool = False


@dataclass(kw_only=True)
class Found(Declared):
    """A root field that looks for words in several root lists: the type of each by the list's name (`graph.found`)."""

    lists: Mapping[str, str]
    union: str
    kinds: type[Enum]


@dataclass(kw_only=True)
class Ranked(Declared):
    """A root field of the rows that fit best, at most `most`: `pick` gives SQL of their ids and places (`graph.ranked`)."""

    target: str
    arguments: Mapping[str, Any]
    pick: Callable[..., str]
    most: int
    cost: int


@dataclass(kw_only=True)
class Faceted(Declared):
    """A root field that says how many of what the root list `list` holds have which values (`graph.facets`)."""

    target: str
    list: str
    facets: Mapping[str, By]


@dataclass(kw_only=True)
class Summed(Declared):
    """The rows of a table of counts that `pick` chooses, as one: its columns are their sums (`graph.sums`)."""

    target: str
    arguments: Mapping[str, Any]
    pick: Callable[..., Slice]
    is_nullable: bool


@dataclass(kw_only=True)
class Split(Declared):
    """The same rows in parts: each of what `by` goes through, as one. `size` is how many are expected.

    It is null where `by` gives nothing, since such parts are not kept.
    """

    target: str
    by: Callable[[Compiler, Any], tuple[str, str, Slice] | None]
    size: int
    is_nullable: bool


@dataclass(frozen=True)
class Mapped:
    """What the planner knows of a mapped type."""

    name: str
    model: type[Model]
    table: str
    key: str
    visible: Predicate | None
    is_node: bool
    is_big: bool
    """Whether the table grows with the city: what its lists offer is checked against indexes (`graph.indexes`)."""


MAPPED: dict[str, Mapped] = {}
"""Mapped types by GraphQL name."""
