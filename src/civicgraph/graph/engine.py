"""The engine: a document in, JSON bytes out, by one statement.

Parsed documents and compiled plans are cached (bounded). A plan's key is the document, the operation,
the class of viewer and the shape of the variables; their values are bound when it runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    validate,
)
from graphql.execution import get_variable_values

from civicgraph.budgets import Budgets
from civicgraph.graph import cost, estimate, limits
from civicgraph.graph.bounded import Cache
from civicgraph.graph.cost import Term
from civicgraph.graph.persisted import Documents
from civicgraph.graph.plan import Compiler, Run, Slot, Unplannable
from civicgraph.graph.readers import Reader
from civicgraph.graph.rows import FixedRun, NotFixed
from civicgraph.graph.selection import Selection
from civicgraph.graph.types import Place
from civicgraph.graph.versions import read_tables, tables_of
from civicgraph.permissions import Actor

CHARACTERS_A_POINT = 20
"""Characters of a document that cost as much as an object when it is read or compiled for the first time."""
MAX_NESTED = 254
"""Lists and objects inside one another in variables: as deep as orjson writes them."""
Pay = Callable[[int], object]
"""Takes a cost from somebody's budget before the work is done. Raises when there is not enough."""


def _free(_cost: int) -> None:
    """Our own pages' documents."""


@dataclass
class Document:
    """A parsed and validated document, or what is wrong with it."""

    text: str
    parsed: DocumentNode | None = None
    errors: list[GraphQLError] = field(default_factory=list)
    operations: dict[str, OperationDefinitionNode] = field(default_factory=dict)
    fragments: dict[str, FragmentDefinitionNode] = field(default_factory=dict)
    asks_schema: bool = False
    """Whether it asks for the schema itself, anywhere."""

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """The operation to run. Raises `GraphQLError` when the name does not say which."""
        if name:
            if name not in self.operations:
                raise GraphQLError(f'There is no operation named "{name}" in the document.')
            return self.operations[name]
        if len(self.operations) != 1:
            raise GraphQLError("The document holds several operations: say which by operationName.")
        return next(iter(self.operations.values()))


@dataclass(frozen=True)
class Plan:
    """A compiled statement: its text, how its parameters are found, the tables that it reads, what it costs."""

    statement: str
    slots: tuple[Slot, ...]
    tables: frozenset[str]
    costs: tuple[Term, ...]
    is_secret: bool
    """Whether an argument is a secret, and the answer for the one alone who asks."""


@dataclass(frozen=True)
class Bound:
    """A plan's parameters for variables that stay the same: what those give, and what is asked for at each run."""

    values: tuple[Any, ...]
    later: tuple[tuple[int, Slot], ...]
    """Places in `values` of what depends on the actor or the time."""


class BadVariables(Exception):
    """Variables that do not fit the operation's declarations."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__(errors[0].message)
        self.errors = errors


class Engine:
    """Plans and runs the reads of one schema on one database."""

    def __init__(self, schema: GraphQLSchema, reader: Reader) -> None:
        self.schema = schema
        self.reader = reader
        self.statements = 0
        self.fallbacks = 0
        self.budgets = Budgets()
        self.persisted = Documents()
        # A parsed document takes about 120 bytes for each of its characters, a plan little more than its statement.
        self.documents: Cache[Document] = Cache(512, 500_000)
        self._variables: Cache[dict[str, Any]] = Cache(2_048, 2_000_000)
        self.plans: Cache[Plan] = Cache(2_048, 16_000_000)

    def document(self, text: str, pay: Pay = _free) -> Document:
        """Parse and validate for a price, or find that done before. What is wrong with a document is not kept."""
        known = self.documents.get(text)
        if known is not None:
            return known
        pay(len(text) // CHARACTERS_A_POINT)
        document = self._read(text)
        return document if document.errors else self.documents.put(text, document, len(text))

    def _read(self, text: str) -> Document:
        document = Document(text)
        try:
            document.parsed = limits.parsed(text)
            document.asks_schema = limits.check(document.parsed)
        except GraphQLError as error:
            document.errors = [error]
            return document
        document.errors = validate(self.schema, document.parsed, max_errors=5)[:5]
        for node in document.parsed.definitions:
            if isinstance(node, OperationDefinitionNode):
                document.operations[node.name.value if node.name else ""] = node
            elif isinstance(node, FragmentDefinitionNode):
                document.fragments[node.name.value] = node
        return document

    def variables(self, operation: OperationDefinitionNode, given: Mapping[str, Any]) -> dict[str, Any]:
        """The variables in their Python form, for reading alone. Raises `BadVariables`."""
        if not given and not operation.variable_definitions:
            return {}
        try:
            text = orjson.dumps(given)
        except orjson.JSONEncodeError as error:
            raise BadVariables([GraphQLError(f"The variables nest too deeply; the limit is {MAX_NESTED}.")]) from error
        place = operation.loc  # nodes are hashed by all that is in them
        assert place is not None
        key = (place.source.body, place.start, text)
        known = self._variables.get(key)
        if known is not None:
            return known
        found = get_variable_values(self.schema, operation.variable_definitions or (), dict(given), max_errors=5)
        if isinstance(found, list):
            raise BadVariables(found)
        return self._variables.put(key, found.coerced, len(text) + 200)

    def plan(
        self,
        document: Document,
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any],
        actor: Actor,
        pay: Pay = _free,
    ) -> Plan:
        """The compiled plan, for a price unless it is known. Raises `Unplannable` for what graphql-core has to run."""
        if operation.operation is OperationType.MUTATION:
            raise Unplannable(operation.operation.value)
        name = operation.name.value if operation.name else ""
        key = (document.text, name, actor.is_staff, _shape(variables))
        known = self.plans.get(key)
        if known is not None:
            return known
        pay(len(document.text) // CHARACTERS_A_POINT)
        plan = self._compile(document, operation, variables, actor)
        return self.plans.put(key, plan, len(plan.statement) + len(document.text))

    def _compile(
        self, document: Document, operation: OperationDefinitionNode, variables: Mapping[str, Any], actor: Actor
    ) -> Plan:
        compiler = self._compiler(document.fragments, variables, actor)
        is_followed = operation.operation is OperationType.SUBSCRIPTION
        root_type = self.schema.subscription_type if is_followed else self.schema.query_type
        assert root_type is not None
        statement = compiler.root(root_type, operation.selection_set)
        return Plan(
            statement, tuple(compiler.slots), tables_of(statement), cost.merged(compiler.costs), compiler.is_secret
        )

    def cost(self, plan: Plan, variables: Mapping[str, Any], actor: Actor, limit: int) -> int:
        """What the plan costs with these variables. Raises `CostExceeded` over the limit, and `BadPage`."""
        return cost.check(plan.costs, Run(variables, actor), limit)

    def estimate(
        self,
        document: Document,
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any],
        actor: Actor,
        limit: int,
    ) -> int:
        """What graphql-core's way would cost. Raises `CostExceeded` over the limit, and `BadPage`."""
        compiler = self._compiler(document.fragments, variables, actor)
        return cost.check(estimate.terms(compiler, operation), Run(variables, actor), limit)

    def _compiler(
        self,
        fragments: Mapping[str, FragmentDefinitionNode],
        variables: Mapping[str, Any],
        actor: Actor,
        *,
        is_walked: bool = False,
    ) -> Compiler:
        selection = Selection(fragments, variables)
        return Compiler(self.schema, self.reader.dialect, selection, actor.is_staff, is_walked)

    async def run(self, plan: Plan, variables: Mapping[str, Any], actor: Actor) -> bytes:
        """The plan's answer: the JSON of `data`, as the database wrote it."""
        _note(plan.tables)
        found = await self._fetch(plan.statement, plan.slots, variables, actor)
        return found or b"null"

    def parameters(self, slots: tuple[Slot, ...] | list[Slot], variables: Mapping[str, Any], actor: Actor) -> list[Any]:
        """The statement's parameters for these variables and this actor."""
        run = Run(variables, actor)
        return [self.reader.dialect.parameter(find(run), sql_type) for find, sql_type in slots]

    def bind(self, plan: Plan, variables: Mapping[str, Any]) -> Bound:
        """The plan's parameters as far as these variables give them."""
        values: list[Any] = []
        later = []
        for index, (find, sql_type) in enumerate(plan.slots):
            try:
                values.append(self.reader.dialect.parameter(find(FixedRun(variables)), sql_type))  # type: ignore[arg-type]
            except NotFixed:
                values.append(None)
                later.append((index, plan.slots[index]))
        return Bound(tuple(values), tuple(later))

    def parameters_of(self, bound: Bound, variables: Mapping[str, Any], actor: Actor) -> list[Any]:
        """The same as `parameters`, where most of it is done."""
        values, run = list(bound.values), Run(variables, actor)
        for index, (find, sql_type) in bound.later:
            values[index] = self.reader.dialect.parameter(find(run), sql_type)
        return values

    async def again(self, plan: Plan, parameters: list[Any]) -> bytes:
        """The answer of a plan whose parameters are known."""
        self.statements += 1
        return await self.reader.fetch(plan.statement, parameters) or b"null"

    def at_once(self, plan: Plan, parameters: list[Any]) -> bytes | None:
        """The same here and now; None where it would have to be waited for."""
        found = self.reader.fetch_at_once(plan.statement, parameters)
        self.statements += found is not None
        return found

    async def _fetch(
        self, statement: str, slots: tuple[Slot, ...] | list[Slot], variables: Mapping[str, Any], actor: Actor
    ) -> bytes | None:
        parameters = self.parameters(slots, variables, actor)
        self.statements += 1
        return await self.reader.fetch(statement, parameters)

    def prepared(self, text: str, variables: Mapping[str, Any], actor: Actor) -> tuple[Plan, dict[str, Any]]:
        """The plan of a document of our own (a page's) and its variables. Raises when it is not one statement."""
        document = self.document(text)
        if document.errors:
            raise document.errors[0]
        operation = document.operation(None)
        coerced = self.variables(operation, variables)
        return self.plan(document, operation, coerced, actor), coerced

    async def fetch(self, text: str, variables: Mapping[str, Any], actor: Actor) -> bytes:
        """The answer of a document of our own. Raises when it is not one statement."""
        plan, coerced = self.prepared(text, variables, actor)
        return await self.run(plan, coerced, actor)

    async def read(self, text: str, variables: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
        """The data of a document of our own. Raises when it is not one statement."""
        data: dict[str, Any] = orjson.loads(await self.fetch(text, variables, actor))
        return data

    async def resolve_root(self, info: Any) -> Any:
        """A root field of an operation that graphql-core runs, by the same planner."""
        actor: Actor = info.context.actor
        compiler = self._compiler(info.fragments, _values(info), actor, is_walked=True)
        statement = compiler.dialect.statement(compiler.root_field(info.parent_type, list(info.field_nodes)))
        _note(tables_of(statement))
        found = await self._fetch(statement, compiler.slots, _values(info), actor)
        return orjson.loads(found) if found is not None else None

    async def resolve_key(self, info: Any, type_name: str, key: Any) -> Any:
        """The selection below a mutation's payload field, for the row with this key."""
        actor: Actor = info.context.actor
        compiler = self._compiler(info.fragments, _values(info), actor, is_walked=True)
        statement = compiler.one_by_key(type_name, key, list(info.field_nodes))
        found = await self._fetch(statement, compiler.slots, _values(info), actor)
        return orjson.loads(found) if found is not None else None


def _note(tables: frozenset[str]) -> None:
    if (noted := read_tables.get()) is not None:
        noted |= tables


def _values(info: Any) -> dict[str, Any]:
    found: dict[str, Any] = info.variable_values.coerced
    return found


def _shape(value: Any) -> Any:
    """What of the variables a plan depends on: presence, switches, enumerations, the level of a place,
    whether a list holds one value or several."""
    if isinstance(value, Mapping):
        return tuple((key, _shape(item)) for key, item in value.items())
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Place):
        return len(value)
    if hasattr(value, "value"):
        return value.name
    if isinstance(value, list):
        return "one" if len(value) == 1 else "several"
    return type(value).__name__
