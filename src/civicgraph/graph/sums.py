"""Figures: rows of a table of counts added up, as one object or as a list of parts.

Such a table keeps what would cost too much to count when it is asked for. A *slice* (`rows.Slice`) says
which of its rows are meant. The object of a slice is compiled like that of any row, only that its row is the
sum of the slice's, in the columns that are used; its fields know the slice as `row.slice`. A list of parts is
a correlated sum for each row of what the slice is split by, so that each reads its own rows from the index.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from graphql import FieldNode, GraphQLObjectType, get_named_type

from civicgraph.graph import cost
from civicgraph.graph.cursors import BadPage
from civicgraph.graph.mapped import MAPPED, Mapped, Split, Summed
from civicgraph.graph.rows import Row, Slice
from civicgraph.graph.selection import arguments_of

if TYPE_CHECKING:
    from civicgraph.graph.plan import Compiler


class BadSlice(BadPage):
    """Figures that nobody keeps; the message says what is kept."""


def summed(
    target: str, pick: Callable[..., Any], *, arguments: Mapping[str, Any], is_nullable: bool, description: str
) -> Any:
    """Rows of a table of counts as one. `pick(compiler, row, **arguments)` gives their slice, at the root without a row.

    It is null only where the slice has a premise.
    """
    return Summed(target=target, pick=pick, arguments=arguments, is_nullable=is_nullable, description=description)


MAX_DIVISIONS = 100
"""Parts by division are at most so many; no division has as many below it."""


def divisions_below(c: Compiler, division: str) -> tuple[str, str]:
    """For a split by the divisions directly below one: what to go through, and the code of each."""
    below = c.alias()
    source = (
        f"FROM (SELECT child.code FROM division child WHERE child.parent_id = {division}"
        f" ORDER BY child.code LIMIT {MAX_DIVISIONS}) {below}"
    )
    return source, f"{below}.code"


def split(
    target: str,
    by: Callable[[Compiler, Any], tuple[str, str, Any] | None],
    *,
    size: int,
    is_nullable: bool = False,
    description: str,
) -> Any:
    """A slice in parts. `by(compiler, slice)` gives what to go through (`FROM …`), its order, and the slice of each."""
    return Split(target=target, by=by, size=size, is_nullable=is_nullable, description=description)


def whole(
    compiler: Compiler, parent: GraphQLObjectType, nodes: list[FieldNode], declared: Summed, row: Row | None
) -> str:
    """SQL for the JSON of a slice. Raises `BadSlice`."""
    definition = parent.fields[nodes[0].name.value]
    given = arguments_of(compiler.selection, definition, nodes[0])
    return _one(compiler, MAPPED[get_named_type(definition.type).name], nodes, declared.pick(compiler, row, **given))


def parts(compiler: Compiler, mapped: Mapped, row: Row, nodes: list[FieldNode], declared: Split) -> str:
    """SQL for the JSON list of a slice's parts; of none where they are not kept. Raises `BadSlice`."""
    found = declared.by(compiler, row.slice)
    if found is None:
        return "NULL"
    source, order, part = found
    with compiler.inside("[]", lambda _run: declared.size):
        item = compiler.dialect.plain_json(_one(compiler, mapped, nodes, part))
    return f"(SELECT {compiler.dialect.json_array(item, order=order)} {source})"


def _one(compiler: Compiler, mapped: Mapped, nodes: list[FieldNode], part: Slice) -> str:
    row, counted = compiler.row(mapped), compiler.row(mapped)
    row.slice = part
    answer = compiler.dialect.json_object(compiler.pairs(mapped, row, nodes))
    premise = f" WHERE {part.premise}" if part.premise else ""
    compiler.charge(cost.TOTAL)
    # Without any column it is counted all the same: a parameter that stands nowhere is an error.
    columns = ", ".join(f'coalesce(sum({counted.alias}."{name}"), 0) AS "{name}"' for name in row.used) or "count(*)"
    source = f'SELECT {columns} FROM "{mapped.table}" {counted.alias} WHERE {part.condition(counted)}'
    return f"(SELECT {answer} FROM ({source}) {row.alias}{premise})"
