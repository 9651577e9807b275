"""Random documents over the whole schema, with arguments that occur in the database.

Each comes with two sets of variables: the second runs the plan that the first made.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_composite_type,
    is_enum_type,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
    is_union_type,
)
from hypothesis import strategies as st

from tests.graph.reference.execution import meaning, schema, target
from tests.graph.reference.fields import NODES
from tests.graph.reference.lists import DEFAULT_SIZE, ORDERS

MAX_DEPTH = 4
"""Things inside things."""
MAX_OBJECTS = 300
"""Of one field, as far as the sizes of the lists around it tell."""
MAX_FIELDS = 60
PAGING = ("first", "last", "after", "before", "orderBy")

Pools = Mapping[str, Sequence[Any]]
"""Values that occur, by the path of the argument or filter, or by the type."""
Pair = tuple[Any, Any]
"""A value for each of the two runs."""


@dataclass(frozen=True)
class Request:
    """A document, and the variables of two runs."""

    text: str
    variables: tuple[dict[str, Any], dict[str, Any]]


@st.composite
def requests(draw: Any, pools: Pools, cursors: Mapping[tuple[str, str], Sequence[str]]) -> Request:
    """Documents with values of `pools`, continuing at `cursors` of a type and order."""
    return _Writer(draw, pools, cursors).request()


@st.composite
def followings(draw: Any, pools: Pools, cursors: Mapping[tuple[str, str], Sequence[str]]) -> Request:
    """The same as subscriptions: to one field."""
    return _Writer(draw, pools, cursors).following()


@dataclass
class _Writer:
    """Writes one document."""

    draw: Any
    pools: Pools
    cursors: Mapping[tuple[str, str], Sequence[str]]
    variables: tuple[dict[str, Any], dict[str, Any]] = field(default_factory=lambda: ({}, {}))
    declared: list[str] = field(default_factory=list)
    fragments: list[str] = field(default_factory=list)
    leaves: dict[str, list[str]] = field(default_factory=dict)
    """Names of fragments that hold leaves alone, by their type: they may be spread again."""
    aliases: int = 0
    fields: int = 0

    def pick(self, choices: Sequence[Any]) -> Any:
        return self.draw(st.sampled_from(choices))

    def rarely(self, often: int) -> bool:
        """True once in so many times."""
        return bool(self.draw(st.integers(0, often - 1)) == often - 1)

    def request(self) -> Request:
        root = schema().query_type
        assert root is not None
        return self.whole("query", self.selection(root, 0, 1))

    def following(self) -> Request:
        root = schema().subscription_type
        assert root is not None
        name = self.pick(list(root.fields))
        return self.whole("subscription", f"{{ {self.field(root, name, 0, 1, is_mixed=False)} }}")

    def whole(self, operation: str, body: str) -> Request:
        declared = f"({', '.join(self.declared)})" if self.declared else ""
        return Request("\n".join([f"{operation} Random{declared} {body}", *self.fragments]), self.variables)

    # Selections ----------------------------------------------------------------------------------

    def selection(self, kind: GraphQLObjectType, depth: int, objects: int, *, is_mixed: bool = False) -> str:
        """What is asked of an object. Where it is mixed with other types every field has a name of its own."""
        is_full = depth >= MAX_DEPTH or objects > MAX_OBJECTS or self.fields > MAX_FIELDS
        names = [name for name, one in kind.fields.items() if not (is_full and is_composite_type(_named(one.type)))]
        chosen = self.draw(st.lists(st.sampled_from(names), min_size=1, max_size=2 if is_full else 5, unique=True))
        parts = [self.field(kind, name, depth, objects, is_mixed=is_mixed) for name in chosen]
        if self.rarely(5):
            parts.append("__typename")
        if self.rarely(6):
            at = self.draw(st.integers(0, len(parts) - 1))
            parts[at:] = [self.fragment(kind, parts[at:], is_mixed=is_mixed)]
        if not is_mixed and kind.name in self.leaves and self.rarely(2):
            parts.append(f"...{self.pick(self.leaves[kind.name])}")
        return f"{{ {' '.join(parts)} }}"

    def fragment(self, kind: GraphQLObjectType, parts: list[str], *, is_mixed: bool) -> str:
        """The same parts in a fragment, inline or named."""
        body, directives = f"{{ {' '.join(parts)} }}", self.directives(3)
        if not self.rarely(3):
            return f"...{self.pick(['', f' on {kind.name}'])}{directives} {body}"
        name = f"F{len(self.fragments)}"
        self.fragments.append(f"fragment {name} on {kind.name} {body}")
        if not is_mixed and "{" not in body[1:]:
            self.leaves.setdefault(kind.name, []).append(name)
        return f"...{name}{directives}"

    def field(self, kind: GraphQLObjectType, name: str, depth: int, objects: int, *, is_mixed: bool) -> str:
        """One field, now and then twice under one name, which merges what is asked below it."""
        self.fields += 1
        definition = kind.fields[name]
        given, size = self.arguments(kind, name, objects)
        alias = ""
        if definition.args or is_mixed or self.rarely(6):
            self.aliases += 1
            alias = f"a{self.aliases}: "
        is_followed = kind is schema().subscription_type  # and cannot be left out
        head = f"{alias}{name}{given}{'' if is_followed else self.directives(8)}"
        named = _named(definition.type)
        if not is_composite_type(named):
            return head
        inside = objects * size
        found = [f"{head} {self.below(named, depth, inside)}"]
        if self.rarely(8):
            found.append(f"{alias}{name}{given} {self.below(named, depth, inside)}")
        return " ".join(found)

    def below(self, kind: Any, depth: int, objects: int) -> str:
        if not is_abstract_type(kind):
            is_part = kind.name.endswith(("Connection", "Edge", "PageInfo"))
            return self.selection(kind, depth + (not is_part), objects)
        members = [one.name for one in kind.types] if is_union_type(kind) else NODES
        parts = ["... on Node { id }"] if is_union_type(kind) or self.rarely(2) else ["id", "__typename"]
        for name in self.draw(st.lists(st.sampled_from(members), min_size=1, max_size=3, unique=True)):
            one: Any = schema().type_map[name]
            parts.append(f"... on {name} {self.selection(one, depth + 1, objects, is_mixed=True)}")
        return f"{{ {' '.join(parts)} }}"

    def directives(self, often: int) -> str:
        if not self.rarely(often):
            return ""
        condition = self.written("Boolean!", schema().type_map["Boolean"], self.pair("Boolean"), is_exact=True)
        return f" @{self.pick(['include', 'skip'])}(if: {condition})"

    # Arguments -----------------------------------------------------------------------------------

    def arguments(self, kind: GraphQLObjectType, name: str, objects: int) -> tuple[str, int]:
        """The arguments as text, and how many objects the field leads to."""
        definitions = kind.fields[name].args
        parts, size = [], 3 if is_list_type(get_nullable_type(kind.fields[name].type)) else 1
        if "orderBy" in definitions:
            parts, size = self.paging(target(kind, name), definitions, max(MAX_OBJECTS // objects, 1))
        elif "first" in definitions:
            size = 3
            pair = (self.pick((0, 1, 2, 3)), self.pick((0, 1, 2, 3)))
            parts.append(f"first: {self.paged('first', definitions, pair)}")
        for key, argument in definitions.items():
            if key in PAGING or (not is_non_null_type(argument.type) and self.rarely(3)):
                continue
            path = f"{meaning(kind.name, name)}.{key}"
            parts.append(f"{key}: {self.argument(path, argument)}")
        return f"({', '.join(parts)})" if parts else "", size

    def argument(self, path: str, argument: GraphQLArgument) -> str:
        named: Any = _named(argument.type)
        if is_input_object_type(named):
            return self.filter(named)
        return self.written(str(argument.type), argument.type, self.pair(path, argument.type))

    def paging(self, kind: str, definitions: Mapping[str, GraphQLArgument], most: int) -> tuple[list[str], int]:
        """A direction, a size that the rest of the document allows for, an order, and where to continue."""
        parts = []
        order = next(iter(ORDERS[kind]))
        if self.rarely(2):
            order = self.pick(list(ORDERS[kind]))
            alike = [name for name, one in ORDERS[kind].items() if one.columns == ORDERS[kind][order].columns]
            parts.append(f"orderBy: {self.paged('orderBy', definitions, (order, self.pick(alike)))}")
        known = self.cursors.get((kind, order))
        for name in ("after", "before") if known else ():
            if self.rarely(4):
                parts.append(f"{name}: {self.paged(name, definitions, (self.pick(known), self.pick(known)))}")
        if most >= DEFAULT_SIZE and self.rarely(3):
            return parts, DEFAULT_SIZE
        sizes = [size for size in (2, 0, 1, 3, 5, 100) if size <= most]
        pair = (self.pick(sizes), self.pick(sizes))
        parts.append(self.pick(["first", "last"]) + f": {self.paged('first', definitions, pair)}")
        return parts, max(*pair, 1)

    def paged(self, name: str, definitions: Mapping[str, GraphQLArgument], pair: Pair) -> str:
        return self.written(str(definitions[name].type), definitions[name].type, pair, is_exact=True)

    def filter(self, kind: GraphQLInputObjectType) -> str:
        names = self.draw(st.lists(st.sampled_from(list(kind.fields)), max_size=2, unique=True))
        pairs = {name: self.pair(f"{kind.name}.{name}", kind.fields[name].type) for name in names}
        if self.rarely(4):
            whole = tuple({name: pair[run] for name, pair in pairs.items()} for run in (0, 1))
            return self.written(kind.name, kind, whole)  # type: ignore[arg-type]
        written = (
            f"{name}: {self.written(str(kind.fields[name].type), kind.fields[name].type, pairs[name])}"
            for name in names
        )
        return f"{{{', '.join(written)}}}"

    def pair(self, path: str, kind: Any = None) -> Pair:
        return self.value(path, kind), self.value(path, kind)

    def value(self, path: str, kind: Any) -> Any:
        """A value that occurs: one of the path's, of the type's, of the enumeration's."""
        bare = get_nullable_type(kind) if kind is not None else None
        if is_list_type(bare):
            return [self.value(path, bare.of_type) for _ in range(self.draw(st.integers(0, 3)))]
        named: Any = _named(kind) if kind is not None else schema().type_map[path]
        if path in self.pools:
            return self.pick(self.pools[path])
        return self.pick(list(named.values) if is_enum_type(named) else self.pools[named.name])

    def written(self, declared: str, kind: Any, pair: Pair, *, is_exact: bool = False) -> str:
        """The value as a literal (of the first run, for both), or as a variable, which may be left out or null."""
        if not self.rarely(3):
            return self.written_out(kind, pair[0])
        name = f"v{len(self.declared)}"
        default = ""
        if not declared.endswith("!") and self.rarely(4):
            default = f" = {literal(kind, pair[0])}"
        self.declared.append(f"${name}: {declared}{default}")
        for run, value in zip(self.variables, pair, strict=True):
            is_nullable = not is_exact and not declared.endswith("!")
            if is_nullable and self.rarely(6):
                if self.rarely(2):
                    run[name] = None
                continue
            is_single = isinstance(value, list) and len(value) == 1 and self.rarely(2)
            run[name] = value[0] if is_single else value
        return f"${name}"

    def written_out(self, kind: Any, value: Any) -> str:
        """A literal, in which a list may hold variables, and a list of one may be written as its item."""
        bare = get_nullable_type(kind)
        if isinstance(value, list) and value and is_list_type(bare):
            if len(value) == 1 and self.rarely(2):
                return literal(bare.of_type, value[0])
            if is_non_null_type(bare.of_type):
                items = (self.written(str(bare.of_type), bare.of_type, (one, one), is_exact=True) for one in value)
                return f"[{', '.join(items)}]"
        return literal(kind, value)


def _named(kind: Any) -> Any:
    return get_named_type(kind)


def literal(kind: Any, value: Any) -> str:
    """A value in GraphQL's words: a literal of a type."""
    if value is None:
        return "null"
    if isinstance(value, list):
        bare = get_nullable_type(kind)
        item = bare.of_type if isinstance(bare, GraphQLList) else kind
        return f"[{', '.join(literal(item, one) for one in value)}]"
    if isinstance(value, dict):
        fields = _named(kind).fields
        return f"{{{', '.join(f'{name}: {literal(fields[name].type, one)}' for name, one in value.items())}}}"
    return str(value) if is_enum_type(_named(kind)) else json.dumps(value, ensure_ascii=False)
