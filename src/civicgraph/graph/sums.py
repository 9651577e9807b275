"""Figures: rows of a table of counts added up, as one object or as a list of parts.

Such a table keeps what would cost too much to count when it is asked for. A *slice* (`rows.Slice`) says
which of its rows are meant. The object of a slice is compiled like that of any row, only that its row is the
sum of the slice's, in the columns that are used; its fields know the slice as `row.slice`. A list of parts is
a correlated sum for each row of what the slice is split by, so that each reads its own rows from the index.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphql import FieldNode, GraphQLObjectType, get_named_type

from civicgraph.graph import cost
from civicgraph.graph.declare import MAPPED, Mapped, Split, Summed
from civicgraph.graph.paging import BadPage
from civicgraph.graph.rows import Row, Slice
from civicgraph.graph.selection import arguments_of

if TYPE_CHECKING:
    from civicgraph.graph.plan import Compiler


class BadSlice(BadPage):
    """Figures that nobody keeps; the message says what is kept."""


def summed(
    compiler: Compiler, parent: GraphQLObjectType, nodes: list[FieldNode], declared: Summed, row: Row | None
) -> str:
    """SQL for the JSON of a slice. Raises `BadSlice`."""
    definition = parent.fields[nodes[0].name.value]
    given = arguments_of(compiler.selection, definition, nodes[0])
    return _one(compiler, MAPPED[get_named_type(definition.type).name], nodes, declared.pick(compiler, row, **given))


def split(compiler: Compiler, mapped: Mapped, row: Row, nodes: list[FieldNode], declared: Split) -> str:
    """SQL for the JSON list of a slice's parts. Raises `BadSlice`."""
    source, order, part = declared.by(compiler, row.slice)
    with compiler.inside("[]", lambda _run: declared.size):
        item = compiler.dialect.plain_json(_one(compiler, mapped, nodes, part))
    return f"(SELECT {compiler.dialect.json_array(item, order=order)} {source})"


def _one(compiler: Compiler, mapped: Mapped, nodes: list[FieldNode], part: Slice) -> str:
    row, counted = compiler.row(mapped), compiler.row(mapped)
    row.slice = part
    answer = compiler.object(mapped, row, nodes)
    premise = f" WHERE {part.premise}" if part.premise else ""
    if not row.used:
        return f"(SELECT {answer} FROM (SELECT 1) {row.alias}{premise})"
    compiler.charge(cost.TOTAL)
    columns = ", ".join(f'coalesce(sum({counted.alias}."{name}"), 0) AS "{name}"' for name in row.used)
    source = f'SELECT {columns} FROM "{mapped.table}" {counted.alias} WHERE {part.condition(counted)}'
    return f"(SELECT {answer} FROM ({source}) {row.alias}{premise})"
