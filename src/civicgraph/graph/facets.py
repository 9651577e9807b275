"""Facets: how many of what a list holds have which values, counted over a bounded number of its rows.

Counting a list of 830,000 entries costs what the entries are many. So no more than `MOST_COUNTED` rows are looked at,
those among which several filters choose included: where the list holds fewer, counts are exact; where it may hold
more, they are lower bounds and the answer says so. What a
table of counts keeps (`graph.sums`) is exact for any size; rooms that have one show that instead where they can.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from graphql import FieldNode, GraphQLObjectType, NameNode, get_named_type

from civicgraph.graph import cost, listed
from civicgraph.graph.mapped import Faceted
from civicgraph.graph.rows import Row
from civicgraph.graph.selection import Given, collect
from civicgraph.graph.types import MOST_COUNTED

if TYPE_CHECKING:
    from civicgraph.graph.plan import Compiler

VALUES = 20
"""Values that a facet is expected to have."""


@dataclass(frozen=True)
class By:
    """What a facet counts by: SQL over a row of the list, or (`joined`) a value of rows that belong to it."""

    value: Callable[[Compiler, Row, Mapping[str, Given]], str] | None = None
    joined: tuple[str, str] = ("", "")
    """`table x ON x.key = {hit}.id …` and the SQL of the value, in which `{hit}` is the row."""


def counted(c: Compiler, root_type: GraphQLObjectType, nodes: list[FieldNode], declared: Faceted) -> str:
    """SQL of the JSON of a list's facets: its first rows once, then a count of each value."""
    kind = get_named_type(root_type.fields[nodes[0].name.value].type)
    sets = [node.selection_set for node in nodes if node.selection_set]
    selected = collect(c.selection, kind, sets)  # type: ignore[arg-type]
    wanted = {fields[0].name.value for fields in selected.values()}
    facets = {name: one for python, one in declared.facets.items() if (name := _camel(python)) in wanted}

    def columns(row: Row, filters: Mapping[str, Given]) -> str:
        made = [f'{one.value(c, row, filters)} AS "{name}"' for name, one in facets.items() if one.value]
        return ", ".join([f"{row['id']} AS id", *made])

    node = _as_list(declared.list, nodes[0])
    looked, rows = listed.first_rows(c, root_type, node, columns, MOST_COUNTED)
    c.charge(cost.TOTAL * (1 + len(facets)))
    hits = c.alias()
    pairs = []
    for said, fields in selected.items():
        name = fields[0].name.value
        with c.inside(said):
            if name in facets:
                pairs.append((said, _values(c, hits, fields, facets[name])))
            else:
                pairs.append((said, _told(c, name, hits, "looked" if looked else hits, kind.name)))
    first = f"looked AS MATERIALIZED ({looked}), " if looked else ""
    return f"(WITH {first}{hits} AS MATERIALIZED ({rows}) SELECT {c.dialect.json_object(pairs)})"


def _told(c: Compiler, name: str, hits: str, looked: str, kind: str) -> str:
    if name == "counted":
        return f"(SELECT count(*) FROM {hits})"
    if name == "isCapped":
        return c.dialect.boolean(f"(SELECT count(*) FROM {looked}) = {MOST_COUNTED}")
    return f"'{kind}'"


def _values(c: Compiler, hits: str, fields: list[FieldNode], by: By) -> str:
    name = fields[0].name.value
    sets = [node.selection_set for node in fields if node.selection_set]
    source, value = (f"{hits} hit", f'hit."{name}"')
    if by.value is None:
        join, value = by.joined
        source = f"{hits} hit JOIN {join.format(hit='hit')}"
    parts = {"value": "found.value", "count": "found.n", "__typename": "'Facet'"}
    chosen = collect(c.selection, c.schema.type_map["Facet"], sets)  # type: ignore[arg-type]
    with c.inside("[]", lambda _run: VALUES):
        c.charge(cost.OBJECT)
    item = c.dialect.json_object([(key, parts[nodes[0].name.value]) for key, nodes in chosen.items()])
    each = (
        f"SELECT {value} AS value, count(*) AS n FROM {source} WHERE {value} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1"
    )
    return f"(SELECT {c.dialect.json_array(item, order='found.n DESC, found.value')} FROM ({each}) found)"


def _as_list(name: str, node: FieldNode) -> FieldNode:
    """The same question to the list: with the filter that is given."""
    return FieldNode(name=NameNode(value=name), arguments=node.arguments, directives=())


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(one.capitalize() for one in rest)
