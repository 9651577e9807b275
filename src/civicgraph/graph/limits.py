"""Bounds on a document, checked after parsing and before validation, whose merging check is quadratic.

Counts are taken after fragments are spread, as the work would be. Figures: docs/decisions/0003-limits.md.
"""

from __future__ import annotations

from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

MAX_BYTES = 65_536
MAX_TOKENS = 2_000
MAX_DEPTH = 15
MAX_FIELDS = 500
MAX_ALIASES = 30
MAX_DIRECTIVES = 50
INTROSPECTION = frozenset({"__schema", "__type"})


class LimitExceeded(GraphQLError):
    """The document is larger than one request may be; the message says the limit and the value."""


@dataclass
class _Counts:
    fields: int = 0
    aliases: int = 0
    directives: int = 0


def check(document: DocumentNode) -> None:
    """Raise `LimitExceeded` when any operation of the document is over a bound or a fragment is cyclic."""
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode):
            counts = _Counts()
            _walk(node.selection_set, fragments, 1, (), counts)


def _refuse(what: str, value: int, limit: int) -> None:
    raise LimitExceeded(f"The document has {what} {value}; the limit is {limit}.")


def _walk(
    selections: SelectionSetNode,
    fragments: dict[str, FragmentDefinitionNode],
    depth: int,
    path: tuple[str, ...],
    counts: _Counts,
) -> None:
    if depth > MAX_DEPTH:
        _refuse("a depth of", depth, MAX_DEPTH)
    for node in selections.selections:
        counts.directives += len(node.directives or ())
        if counts.directives > MAX_DIRECTIVES:
            _refuse("directives:", counts.directives, MAX_DIRECTIVES)
        if isinstance(node, FieldNode):
            counts.fields += 1
            counts.aliases += node.alias is not None
            if counts.fields > MAX_FIELDS:
                _refuse("fields:", counts.fields, MAX_FIELDS)
            if counts.aliases > MAX_ALIASES:
                _refuse("aliases:", counts.aliases, MAX_ALIASES)
            if node.selection_set and node.name.value not in INTROSPECTION:
                _walk(node.selection_set, fragments, depth + 1, path, counts)
        elif isinstance(node, InlineFragmentNode):
            _walk(node.selection_set, fragments, depth, path, counts)
        elif isinstance(node, FragmentSpreadNode):
            name = node.name.value
            if name in path:
                raise LimitExceeded(f"The fragment {name} spreads itself.")
            if name in fragments:
                _walk(fragments[name].selection_set, fragments, depth, (*path, name), counts)
