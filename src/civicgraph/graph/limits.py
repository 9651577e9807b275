"""Bounds on a document, checked after parsing and before validation, whose merging check is quadratic.

Counts are taken after fragments are spread, as the work would be; what a fragment holds is counted once
and added at each spread, so the counting itself is bounded by the document. Only then, when the document is
known to spread to little, it is walked as it would be answered, to count what has to be merged.
Figures: docs/decisions/0003-limits.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSyntaxError,
    InlineFragmentNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    parse,
)

MAX_BYTES = 65_536
MAX_TOKENS = 2_000
MAX_DEPTH = 15
MAX_FIELDS = 500
MAX_ROOT_FIELDS = 20
MAX_SPREADS = 200
MAX_MERGES = 2_500
"""Pairs of fields that would be merged into one: each is compared with each."""
MAX_ALIASES = 30
MAX_DIRECTIVES = 50
MAX_VARIABLES = 50
MAX_OPERATIONS = 20
MAX_FRAGMENTS = 100
MAX_ARGUMENTS = 20
"""Arguments of one field or directive."""
MAX_INPUT_FIELDS = 40
"""Fields of one input object; a test holds that each input of the schema can be filled in whole."""
MAX_VALUES = 200
"""Values in one list."""
MAX_VALUE_DEPTH = 10
MAX_TEXT = 2_000
"""Characters of a value that a read compares something with; cursors are the longest."""
MAX_SEARCH = 100
"""Characters of words to search for."""
MAX_NESTING = MAX_DEPTH * 4
"""Selection sets inside one another, those of fragments as well: what reads them calls itself for each."""
INTROSPECTION = frozenset({"__schema", "__type"})


class LimitExceeded(GraphQLError):
    """What is asked is more than one request may ask; the message says the limit and the value."""

    code = "LIMIT_EXCEEDED"


@dataclass
class _Counts:
    """What a selection set holds, everything below it included."""

    fields: int = 0
    aliases: int = 0
    directives: int = 0
    spreads: int = 0
    depth: int = 0
    """Fields inside one another."""
    nesting: int = 0
    """Selection sets inside one another, those of fragments as well."""
    asks_schema: bool = False

    def add(self, other: _Counts, depth: int = 0) -> None:
        self.fields += other.fields
        self.aliases += other.aliases
        self.directives += other.directives
        self.spreads += other.spreads
        self.depth = max(self.depth, other.depth + depth)
        self.nesting = max(self.nesting, other.nesting)
        self.asks_schema = self.asks_schema or other.asks_schema
        for what, value, limit in (
            ("fields:", self.fields, MAX_FIELDS),
            ("aliases:", self.aliases, MAX_ALIASES),
            ("directives:", self.directives, MAX_DIRECTIVES),
            ("fragments spread:", self.spreads, MAX_SPREADS),
            ("a depth of", self.depth, MAX_DEPTH),
        ):
            _bound(what, value, limit)


def parsed(text: str) -> DocumentNode:
    """Parse; what is too long or nests too deeply is not read to its end. Raises `GraphQLError`."""
    try:
        return parse(text, max_tokens=MAX_TOKENS)
    except GraphQLSyntaxError as error:
        if "tokens" in error.message:
            raise LimitExceeded(f"The document has more tokens than {MAX_TOKENS}, which is the limit.") from None
        if "nested too deeply" in error.message:
            raise LimitExceeded(f"The document is nested too deeply; the limit is {MAX_NESTING}.") from None
        raise


def check(document: DocumentNode) -> bool:
    """Whether the document asks for the schema itself.

    Raises `LimitExceeded` when any operation is over a bound or a fragment spreads itself.
    """
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    fragments = [node for node in document.definitions if isinstance(node, FragmentDefinitionNode)]
    _bound("operations:", len(operations), MAX_OPERATIONS)
    _bound("fragments:", len(fragments), MAX_FRAGMENTS)
    counter = _Counter({node.name.value: node for node in fragments})
    for name in counter.fragments:
        counter.fragment(name, 1)
    asks_schema = False
    for operation in operations:
        _check_variables(operation)
        asks_schema |= counter.selections(operation.selection_set, 1).asks_schema
    # All fragments are known to be acyclic and to spread to little by now.
    for node in (*operations, *fragments):
        paths: Counter[tuple[str, ...]] = Counter(counter.paths(node.selection_set, ()))
        if isinstance(node, OperationDefinitionNode):
            _bound("fields at its root:", sum(n for path, n in paths.items() if len(path) == 1), MAX_ROOT_FIELDS)
        _bound("pairs of fields to merge:", sum(n * (n - 1) // 2 for n in paths.values()), MAX_MERGES)
    return asks_schema


def bounded(value: Any) -> Any:
    """A value of the request, if it is one to compare things with. Raises `LimitExceeded`."""
    if isinstance(value, str) and len(value) > MAX_TEXT:
        raise LimitExceeded(f"A value has {len(value)} characters; the limit is {MAX_TEXT}.")
    if isinstance(value, list):
        if len(value) > MAX_VALUES:
            raise LimitExceeded(f"A list has {len(value)} values; the limit is {MAX_VALUES}.")
        for one in value:
            bounded(one)
    return value


def searched(value: Any) -> str:
    """Words to search for. Raises `LimitExceeded`."""
    text = str(value).strip()
    if len(text) > MAX_SEARCH:
        raise LimitExceeded(f"The words to search for have {len(text)} characters; the limit is {MAX_SEARCH}.")
    return text


def _bound(what: str, value: int, limit: int) -> None:
    if value > limit:
        _refuse(what, value, limit)


def _check_variables(operation: OperationDefinitionNode) -> None:
    variables = operation.variable_definitions or ()
    _bound("variables:", len(variables), MAX_VARIABLES)
    for variable in variables:
        if variable.default_value:
            _check_value(variable.default_value, 1)


def _refuse(what: str, value: int, limit: int) -> None:
    raise LimitExceeded(f"The document has {what} {value}; the limit is {limit}.")


@dataclass
class _Counter:
    """Counts selection sets; each fragment once."""

    fragments: dict[str, FragmentDefinitionNode]
    known: dict[str, _Counts] = field(default_factory=dict)
    open: set[str] = field(default_factory=set)

    def selections(self, node: SelectionSetNode, level: int) -> _Counts:
        """What a selection set holds; `level` is how deep the counting itself has gone."""
        counts = _Counts()
        _bound("selections nested to", level, MAX_NESTING)
        for chosen in node.selections:
            counts.add(_Counts(directives=_directives(chosen.directives)))
            if isinstance(chosen, FieldNode):
                counts.add(self._field(chosen, level))
            elif isinstance(chosen, InlineFragmentNode):
                counts.add(self.selections(chosen.selection_set, level + 1))
            elif isinstance(chosen, FragmentSpreadNode):
                counts.add(_Counts(spreads=1))
                counts.add(self.fragment(chosen.name.value, level + 1))
        counts.nesting += 1
        _bound("selections nested to", counts.nesting, MAX_NESTING)
        return counts

    def fragment(self, name: str, level: int) -> _Counts:
        """What a fragment holds. An unknown one is left to validation."""
        if name in self.open:
            raise LimitExceeded(f"The fragment {name} spreads itself.")
        if name not in self.fragments:
            return _Counts()
        if name not in self.known:
            node = self.fragments[name]
            self.open.add(name)
            found = self.selections(node.selection_set, level)
            found.add(_Counts(directives=_directives(node.directives)))
            self.known[name] = found
            self.open.discard(name)
        return self.known[name]

    def paths(self, node: SelectionSetNode, parent: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        """Where in the answer each selected field stands; fields at one place are merged into one."""
        for chosen in node.selections:
            if isinstance(chosen, FieldNode):
                path = (*parent, (chosen.alias or chosen.name).value)
                yield path
                if chosen.selection_set:
                    yield from self.paths(chosen.selection_set, path)
            elif isinstance(chosen, InlineFragmentNode):
                yield from self.paths(chosen.selection_set, parent)
            elif isinstance(chosen, FragmentSpreadNode) and chosen.name.value in self.fragments:
                yield from self.paths(self.fragments[chosen.name.value].selection_set, parent)

    def _field(self, node: FieldNode, level: int) -> _Counts:
        _check_arguments(node)
        own = _Counts(fields=1, aliases=int(node.alias is not None), depth=1)
        if node.selection_set is None:
            return own
        below = self.selections(node.selection_set, level + 1)
        if node.name.value in INTROSPECTION:
            below.depth, own.asks_schema = 0, True
        own.add(below, depth=1)
        return own


def _directives(nodes: tuple[DirectiveNode, ...] | None) -> int:
    for node in nodes or ():
        _check_arguments(node)
    return len(nodes or ())


def _check_arguments(node: FieldNode | DirectiveNode) -> None:
    _bound("arguments in one place:", len(node.arguments or ()), MAX_ARGUMENTS)
    for argument in node.arguments or ():
        _check_value(argument.value, 1)


def _check_value(node: ValueNode, depth: int) -> None:
    _bound("a value nested to", depth, MAX_VALUE_DEPTH)
    if isinstance(node, ListValueNode):
        _bound("a list of values:", len(node.values), MAX_VALUES)
        for item in node.values:
            _check_value(item, depth + 1)
    elif isinstance(node, ObjectValueNode):
        _bound("fields of one value:", len(node.fields), MAX_INPUT_FIELDS)
        for one in node.fields:
            _check_value(one.value, depth + 1)
