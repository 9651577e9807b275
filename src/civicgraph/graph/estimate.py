"""The cost of what graphql-core runs: mutations, and questions about the schema. Known before either begins.

A write has a price of its own, and what is read back of it costs what a read costs. Questions about the
schema are priced by the number of values that the answer is expected to hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from math import ceil

from graphql import (
    FieldNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLWrappingType,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    get_named_type,
    introspection_types,
)

from civicgraph.graph import cost
from civicgraph.graph.cost import Term
from civicgraph.graph.limits import INTROSPECTION
from civicgraph.graph.mapped import MAPPED
from civicgraph.graph.plan import Compiler
from civicgraph.graph.selection import collect

VALUES_A_POINT = 100
"""Values of an answer about the schema that cost 1: they come from memory, but graphql-core is slow at them."""
MIN_QUESTION = 100
"""The least that a question about the schema costs: how long its lists are is but expected."""
_HAVE_FIELDS = (GraphQLObjectType, GraphQLInterfaceType)


def terms(compiler: Compiler, operation: OperationDefinitionNode) -> tuple[Term, ...]:
    """What the operation costs, with the compiler that its rows would be read by."""
    schema = compiler.schema
    is_write = operation.operation is OperationType.MUTATION
    root = schema.mutation_type if is_write else schema.query_type
    assert root is not None
    for name, nodes in collect(compiler.selection, root, [operation.selection_set]).items():
        with compiler.inside(name):
            if nodes[0].name.value in INTROSPECTION:
                compiler.charge(max(MIN_QUESTION, ceil(_values(compiler, root, nodes) / VALUES_A_POINT)))
            elif is_write:
                _price_write(compiler, root, nodes)
            else:
                compiler.root_field(root, nodes)
    return cost.merged(compiler.costs)


def _price_write(compiler: Compiler, root: GraphQLObjectType, nodes: list[FieldNode]) -> None:
    if nodes[0].name.value == "__typename":
        return
    compiler.charge(cost.WRITE)
    payload = get_named_type(root.fields[nodes[0].name.value].type)
    assert isinstance(payload, GraphQLObjectType)
    for name, inner in collect(compiler.selection, payload, _sets(nodes)).items():
        kind = payload.fields.get(inner[0].name.value)
        if kind is not None and (mapped := get_named_type(kind.type).name) in MAPPED:
            with compiler.inside(name):
                compiler.one_by_key(mapped, None, inner)


def _values(compiler: Compiler, parent: GraphQLObjectType, nodes: list[FieldNode]) -> float:
    """How many values a field of the schema about itself answers."""
    name = nodes[0].name.value
    kind = introspection_types.get({"__schema": "__Schema", "__type": "__Type"}.get(name, ""))
    if kind is None and name in parent.fields:
        kind = get_named_type(parent.fields[name].type)
    if not isinstance(kind, GraphQLObjectType):
        return 1
    below = sum(_values(compiler, kind, inner) for inner in collect(compiler.selection, kind, _sets(nodes)).values())
    return (1 + below) * _expected(compiler.schema).get(name, 1)


def _sets(nodes: list[FieldNode]) -> list[SelectionSetNode]:
    return [node.selection_set for node in nodes if node.selection_set]


@cache
def _expected(schema: GraphQLSchema) -> dict[str, float]:
    """How long the lists of an answer about the schema are; those of a type as on the average of such types."""
    types = list(schema.type_map.values())
    fields = [list(kind.fields.values()) for kind in types if isinstance(kind, _HAVE_FIELDS)]
    layers = [_layers(field.type) for of_type in fields for field in of_type]
    return {
        "types": len(types),
        "directives": len(schema.directives),
        "fields": _mean(fields),
        "args": _mean([list(field.args) for of_type in fields for field in of_type if field.args]),
        "enumValues": _mean([list(kind.values) for kind in types if isinstance(kind, GraphQLEnumType)]),
        "ofType": sum(layers) / (sum(layers) + len(layers)),  # of all types named, so many wrap another
        "inputFields": _mean([list(kind.fields) for kind in types if isinstance(kind, GraphQLInputObjectType)]),
    }


def _layers(kind: object) -> int:
    """How many lists and "never null" stand around a type."""
    return 1 + _layers(kind.of_type) if isinstance(kind, GraphQLWrappingType) else 0


def _mean(lists: Sequence[Sequence[object]]) -> float:
    return sum(map(len, lists)) / len(lists)
