"""The graph engine: GraphQL documents compiled to one SQL statement.

`declare` says how types map to tables, `plan` compiles a selection to SQL in a `dialect`, `engine`
caches plans and runs them on the `readers`, `mutations` opens the operations, `http` serves it all.
"""

from civicgraph.graph.declare import (
    Ref,
    column,
    computed,
    connection,
    followable,
    json_column,
    node,
    root,
    root_connection,
    root_facets,
    root_found,
    root_one,
    root_ranked,
    to_many,
    to_one,
    type_,
)
from civicgraph.graph.facets import By
from civicgraph.graph.filters import (
    Order,
    any_of,
    at_least,
    before,
    equals,
    filter_type,
    flag,
    holds,
    matches,
    nearly,
    order_type,
    places,
    where,
    within,
)
from civicgraph.graph.mutations import door, mutations
from civicgraph.graph.sums import MAX_DIVISIONS, divisions_below, split, summed
from civicgraph.graph.types import BigInt, DivisionCode, Node

__all__ = [
    "MAX_DIVISIONS",
    "BigInt",
    "By",
    "DivisionCode",
    "Node",
    "Order",
    "Ref",
    "any_of",
    "at_least",
    "before",
    "column",
    "computed",
    "connection",
    "divisions_below",
    "door",
    "equals",
    "filter_type",
    "flag",
    "followable",
    "holds",
    "json_column",
    "matches",
    "mutations",
    "nearly",
    "node",
    "order_type",
    "places",
    "root",
    "root_connection",
    "root_facets",
    "root_found",
    "root_one",
    "root_ranked",
    "split",
    "summed",
    "to_many",
    "to_one",
    "type_",
    "where",
    "within",
]
