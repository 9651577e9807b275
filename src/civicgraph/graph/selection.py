"""Reading a parsed document: which fields are selected, and where their arguments' values come from."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import partial
from typing import TYPE_CHECKING, Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLBoolean,
    GraphQLError,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLNonNull,
    GraphQLObjectType,
    InlineFragmentNode,
    ObjectValueNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    value_from_ast,
)

from civicgraph.clock import CITY_ZONE
from civicgraph.graph.limits import bounded

if TYPE_CHECKING:
    from civicgraph.graph.plan import Compiler, Run


class NullArgument(GraphQLError):
    """A variable that may be null is null where an argument must not be: a default lets such a document pass validation."""

    code = "BAD_USER_INPUT"


UNIONS = "civicgraph.unions"
"""Where a type of the schema says in which unions it is."""


@dataclass(frozen=True)
class Selection:
    """The operation that is compiled: its fragments, and the variables that gave the plan its shape."""

    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]


@dataclass(frozen=True)
class Given:
    """An argument's value: what it is now (`value` shapes the plan) and how to find it in a later run."""

    value: Any
    find: Callable[[Run], Any]
    key: Hashable = None
    """What it comes from, if that is known: then it is bound once, however often the statement says it."""

    def sql(self, compiler: Compiler, sql_type: str = "", convert: Callable[[Any], Any] | None = None) -> str:
        """A placeholder for the value, converted when it is bound."""
        kind = sql_type or ("int" if isinstance(self.value, int) else "text")

        share = None if self.key is None else (self.key, kind, convert)

        def find(run: Run) -> Any:
            return bounded(self.find(run))

        if kind == "moment" and convert is None:
            return compiler.value(lambda run: as_moment(find(run)), kind, share)
        if kind == "texts" and convert is None:
            return compiler.value(lambda run: [stored(item) for item in find(run)], kind, share)
        if convert is not None:
            return compiler.value(lambda run: convert(find(run)), kind, share)
        return compiler.value(lambda run: stored(find(run)), kind, share)


def stored(value: Any) -> Any:
    """A GraphQL value as the database holds it: enumerations by value."""
    return getattr(value, "value", value)


def as_moment(value: Any) -> Any:
    """A date as the start of that day in the city; times as they are, those without a zone in the city's.

    Nothing here is older than 1900 or later than 9000; what asks for more is brought there, since calendars end.
    """
    moment = value if isinstance(value, datetime) else datetime.combine(value, time())
    if moment.year not in range(1900, 9000):
        return datetime(1900 if moment.year < 1900 else 9000, 1, 1, tzinfo=UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=CITY_ZONE)


def collect(
    selection: Selection, parent: GraphQLObjectType, sets: list[SelectionSetNode]
) -> dict[str, list[FieldNode]]:
    """The selected fields by response name, in order, merged over fragments."""
    found: dict[str, list[FieldNode]] = {}
    _collect(selection, parent, sets, found, set())
    return found


def _collect(
    selection: Selection,
    parent: GraphQLObjectType,
    sets: list[SelectionSetNode],
    found: dict[str, list[FieldNode]],
    seen: set[str],
) -> None:
    for chosen in (node for selection_set in sets for node in selection_set.selections):
        if not _is_included(selection, chosen):
            continue
        if isinstance(chosen, FieldNode):
            found.setdefault(chosen.alias.value if chosen.alias else chosen.name.value, []).append(chosen)
            continue
        if isinstance(chosen, FragmentSpreadNode):
            if chosen.name.value in seen:
                continue
            seen.add(chosen.name.value)
            fragment: FragmentDefinitionNode | InlineFragmentNode = selection.fragments[chosen.name.value]
        else:
            assert isinstance(chosen, InlineFragmentNode)
            fragment = chosen
        if _applies(fragment, parent):
            _collect(selection, parent, [fragment.selection_set], found, seen)


def _applies(fragment: FragmentDefinitionNode | InlineFragmentNode, parent: GraphQLObjectType) -> bool:
    condition = fragment.type_condition
    if condition is None or condition.name.value == parent.name:
        return True
    return condition.name.value in (*(one.name for one in parent.interfaces), *parent.extensions.get(UNIONS, ()))


def _is_included(selection: Selection, node: Any) -> bool:
    for directive in node.directives or ():
        if directive.name.value in ("skip", "include"):
            condition = given_of(selection, directive.arguments[0].value, GraphQLBoolean).value
            if bool(condition) is (directive.name.value == "skip"):
                return False
    return True


def arguments_of(selection: Selection, definition: GraphQLField, node: FieldNode) -> dict[str, Given]:
    """The arguments of a field that are given and not null, by their Python names. Raises `NullArgument`."""
    found: dict[str, Given] = {}
    for argument in node.arguments or ():
        name = argument.name.value
        given = given_of(selection, argument.value, definition.args[name].type)
        if given.value is not None:
            found[_snake(name)] = given
        elif isinstance(kind := definition.args[name].type, GraphQLNonNull) and _is_null(selection, argument.value):
            raise NullArgument(f"Argument `{name}` of type `{kind}` must not be null.", [argument.value])
    return found


def _is_null(selection: Selection, node: ValueNode) -> bool:
    """Whether a variable was said to be null, rather than left to the argument's default."""
    return isinstance(node, VariableNode) and node.name.value in selection.variables


def given_of(selection: Selection, node: ValueNode, kind: Any) -> Given:
    """A value of the document, wherever in it variables stand."""
    if isinstance(node, VariableNode):
        name = node.name.value
        return Given(selection.variables.get(name), lambda run: run.variables.get(name), ("variable", name))
    constant = value_from_ast(node, kind, dict(selection.variables))
    if isinstance(node, ObjectValueNode) or _has_variable(node):
        return Given(constant, lambda run: value_from_ast(node, kind, dict(run.variables)))
    return Given(constant, lambda run: constant)


def fields_of(selection: Selection, node: ValueNode, given: Given, kind: Any) -> dict[str, Given]:
    """The fields of an input object that are given and not null, by their Python names."""
    input_type = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
    assert isinstance(input_type, GraphQLInputObjectType)
    if isinstance(node, ObjectValueNode):
        parts = {
            part.name.value: given_of(selection, part.value, input_type.fields[part.name.value].type)
            for part in node.fields
        }
    else:
        find = given.find
        parts = {
            name: Given(value, partial(_part, find, name), given.key and (given.key, name))
            for name, value in given.value.items()
        }
    return {_snake(name): part for name, part in parts.items() if part.value is not None}


def _part(find: Callable[[Run], Any], name: str, run: Run) -> Any:
    return find(run)[name]


def _has_variable(node: Any) -> bool:
    if isinstance(node, VariableNode):
        return True
    return any(_has_variable(value) for value in getattr(node, "values", ()))


def _snake(name: str) -> str:
    return "".join(f"_{char.lower()}" if char.isupper() else char for char in name)
