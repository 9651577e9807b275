"""One list of what holds the words, whatever it is: search results of several types, kind by kind.

Each kind is the page that its own list would give for the words, compiled as such; the statement puts
the pages one behind the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphql import (
    ArgumentNode,
    FieldNode,
    GraphQLObjectType,
    IntValueNode,
    NameNode,
    ObjectFieldNode,
    ObjectValueNode,
    SelectionSetNode,
    ValueNode,
)

from civicgraph.graph import paging
from civicgraph.graph.mapped import Found
from civicgraph.graph.selection import arguments_of

if TYPE_CHECKING:
    from civicgraph.graph.plan import Compiler

OF_EACH = 5
"""Results of each kind where nobody says how many."""


def results(c: Compiler, root_type: GraphQLObjectType, nodes: list[FieldNode], declared: Found) -> str:
    """SQL of the JSON array of what each of the searched lists finds."""
    kinds = arguments_of(c.selection, root_type.fields[nodes[0].name.value], nodes[0]).get("kinds")
    wanted = kinds.sql(c, "texts") if kinds else ""
    pages = []
    for name in declared.lists:
        page = paging.items(c, root_type, [_as_list(name, node) for node in nodes])
        pages.append(f"CASE WHEN {c.dialect.is_in(repr(name), wanted)} THEN {page} END" if wanted else page)
    return c.dialect.joined(pages)


def _as_list(name: str, found: FieldNode) -> FieldNode:
    """The same question to one list: `name(filter: {text: …}, first: …) { nodes { … } }`."""
    given = {argument.name.value: argument.value for argument in found.arguments or ()}
    words = ObjectValueNode(fields=(ObjectFieldNode(name=_named("text"), value=given["text"]),))
    first = given.get("first", IntValueNode(value=str(OF_EACH)))
    page = FieldNode(name=_named("nodes"), selection_set=found.selection_set, arguments=(), directives=())
    return FieldNode(
        name=_named(name),
        alias=found.alias or found.name,
        arguments=(_argument("filter", words), _argument("first", first)),
        directives=(),
        selection_set=SelectionSetNode(selections=(page,)),
    )


def _argument(name: str, value: ValueNode) -> ArgumentNode:
    return ArgumentNode(name=_named(name), value=value)


def _named(name: str) -> NameNode:
    return NameNode(value=name)
