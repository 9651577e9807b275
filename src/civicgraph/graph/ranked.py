"""A short list in an order that is computed: the rows that fit best what is asked, the best first.

The room says how they are found, as SQL of their ids and places; what it looks at has to be bounded there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphql import FieldNode, GraphQLObjectType, get_named_type

from civicgraph.graph.mapped import MAPPED, Ranked
from civicgraph.graph.rows import columns
from civicgraph.graph.selection import arguments_of

if TYPE_CHECKING:
    from civicgraph.graph.plan import Compiler


def items(c: Compiler, root_type: GraphQLObjectType, nodes: list[FieldNode], declared: Ranked) -> str:
    """SQL of the JSON array of what fits best."""
    definition = root_type.fields[nodes[0].name.value]
    mapped = MAPPED[get_named_type(definition.type).name]
    c.charge(declared.cost)
    c.is_secret = True  # what somebody has not sent yet
    row, place = c.row(mapped), c.alias()
    with c.inside("[]", lambda _run: declared.most):
        item = c.item(mapped, row, nodes)
    found = declared.pick(c, **arguments_of(c.selection, definition, nodes[0]))
    where = " AND ".join([f"{row['id']} = {place}.id", *c.visibility(mapped, row)])
    inner = f'SELECT {columns(row)}, {place}.place FROM ({found}) {place}, "{mapped.table}" {row.alias} WHERE {where}'
    ordered = f"SELECT * FROM ({inner}) {row.alias} ORDER BY {row.alias}.place"
    return f"(SELECT {c.dialect.json_array(item, order=f'{row.alias}.place')} FROM ({ordered}) {row.alias})"
