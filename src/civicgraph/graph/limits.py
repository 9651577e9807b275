"""Bounds on a document, checked after parsing and before validation, whose merging check is quadratic.

Counts are taken after fragments are spread, as the work would be; what a fragment holds is counted once
and added at each spread, so the counting itself is bounded by the document. Figures: docs/decisions/0003-limits.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
)

MAX_BYTES = 65_536
MAX_TOKENS = 2_000
MAX_DEPTH = 15
MAX_FIELDS = 500
MAX_ROOT_FIELDS = 20
MAX_ALIASES = 30
MAX_DIRECTIVES = 50
MAX_VARIABLES = 50
MAX_OPERATIONS = 20
MAX_VALUE_DEPTH = 10
INTROSPECTION = frozenset({"__schema", "__type"})


class LimitExceeded(GraphQLError):
    """The document is larger than one request may be; the message says the limit and the value."""


@dataclass
class _Counts:
    """What a selection set holds, everything below it included."""

    fields: int = 0
    aliases: int = 0
    directives: int = 0
    depth: int = 0
    asks_schema: bool = False

    def add(self, other: _Counts, depth: int = 0) -> None:
        self.fields += other.fields
        self.aliases += other.aliases
        self.directives += other.directives
        self.depth = max(self.depth, other.depth + depth)
        self.asks_schema = self.asks_schema or other.asks_schema
        for what, value, limit in (
            ("fields:", self.fields, MAX_FIELDS),
            ("aliases:", self.aliases, MAX_ALIASES),
            ("directives:", self.directives, MAX_DIRECTIVES),
            ("a depth of", self.depth, MAX_DEPTH),
        ):
            if value > limit:
                _refuse(what, value, limit)


def check(document: DocumentNode) -> bool:
    """Whether the document asks for the schema itself.

    Raises `LimitExceeded` when any operation is over a bound or a fragment spreads itself.
    """
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if len(operations) > MAX_OPERATIONS:
        _refuse("operations:", len(operations), MAX_OPERATIONS)
    counter = _Counter(
        {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    )
    for name in counter.fragments:
        counter.fragment(name)
    asks_schema = False
    for operation in operations:
        variables = operation.variable_definitions or ()
        if len(variables) > MAX_VARIABLES:
            _refuse("variables:", len(variables), MAX_VARIABLES)
        for variable in variables:
            if variable.default_value:
                _check_value(variable.default_value, 1)
        root_fields = counter.root_fields(operation.selection_set)
        if root_fields > MAX_ROOT_FIELDS:
            _refuse("fields at its root:", root_fields, MAX_ROOT_FIELDS)
        asks_schema |= counter.selections(operation.selection_set, 1).asks_schema
    return asks_schema


def _refuse(what: str, value: int, limit: int) -> None:
    raise LimitExceeded(f"The document has {what} {value}; the limit is {limit}.")


@dataclass
class _Counter:
    """Counts selection sets; each fragment once."""

    fragments: dict[str, FragmentDefinitionNode]
    known: dict[str, _Counts] = field(default_factory=dict)
    known_roots: dict[str, int] = field(default_factory=dict)
    open: set[str] = field(default_factory=set)

    def selections(self, node: SelectionSetNode, level: int) -> _Counts:
        """What a selection set holds; `level` bounds how deep the counting itself goes."""
        counts = _Counts()
        if level > MAX_DEPTH * 4:
            _refuse("selections nested to", level, MAX_DEPTH * 4)
        for chosen in node.selections:
            counts.add(_Counts(directives=self._directives(chosen.directives)))
            if isinstance(chosen, FieldNode):
                counts.add(self._field(chosen, level))
            elif isinstance(chosen, InlineFragmentNode):
                counts.add(self.selections(chosen.selection_set, level + 1))
            elif isinstance(chosen, FragmentSpreadNode):
                counts.add(self.fragment(chosen.name.value))
        return counts

    def fragment(self, name: str) -> _Counts:
        """What a fragment holds. An unknown one is left to validation."""
        if name in self.open:
            raise LimitExceeded(f"The fragment {name} spreads itself.")
        if name not in self.fragments:
            return _Counts()
        if name not in self.known:
            self.open.add(name)
            self.known[name] = self.selections(self.fragments[name].selection_set, len(self.open))
            self.open.discard(name)
        return self.known[name]

    def root_fields(self, node: SelectionSetNode) -> int:
        """How many fields the root selects, through fragments; those are known to be acyclic by then."""
        count = 0
        for chosen in node.selections:
            if isinstance(chosen, FieldNode):
                count += 1
            elif isinstance(chosen, InlineFragmentNode):
                count += self.root_fields(chosen.selection_set)
            elif isinstance(chosen, FragmentSpreadNode) and chosen.name.value in self.fragments:
                name = chosen.name.value
                if name not in self.known_roots:
                    self.known_roots[name] = self.root_fields(self.fragments[name].selection_set)
                count += self.known_roots[name]
        return count

    def _field(self, node: FieldNode, level: int) -> _Counts:
        for argument in node.arguments or ():
            _check_value(argument.value, 1)
        own = _Counts(fields=1, aliases=int(node.alias is not None), depth=1)
        if node.selection_set is None:
            return own
        below = self.selections(node.selection_set, level + 1)
        if node.name.value in INTROSPECTION:
            below.depth, own.asks_schema = 0, True
        own.add(below, depth=1)
        return own

    def _directives(self, nodes: tuple[DirectiveNode, ...] | None) -> int:
        for node in nodes or ():
            for argument in node.arguments or ():
                _check_value(argument.value, 1)
        return len(nodes or ())


def _check_value(node: ValueNode, depth: int) -> None:
    if depth > MAX_VALUE_DEPTH:
        _refuse("a value nested to", depth, MAX_VALUE_DEPTH)
    if isinstance(node, ListValueNode):
        for item in node.values:
            _check_value(item, depth + 1)
    elif isinstance(node, ObjectValueNode):
        for one in node.fields:
            _check_value(one.value, depth + 1)
