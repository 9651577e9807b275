"""What one operation is answered, whichever way it came.

A query takes the short way: cached plan, one statement, the database's bytes into the response.
Mutations, introspection and what the planner does not take run in graphql-core over the same mapping.
A subscription is a query's plan that somebody follows (`graph.live`).
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Any, NamedTuple

from graphql import GraphQLError, OperationDefinitionNode, OperationType
from graphql.execution import execute

from civicgraph import settings
from civicgraph.budgets import Balance, BudgetExceeded
from civicgraph.graph.cursors import BadPage
from civicgraph.graph.engine import BadVariables, Document, Engine
from civicgraph.graph.http import answers
from civicgraph.graph.http.answers import Answer, refusal
from civicgraph.graph.http.calls import Call
from civicgraph.graph.limits import LimitExceeded
from civicgraph.graph.live import Followed, TooManyFollowed
from civicgraph.graph.persisted import TrustedList, UnknownDocument, UntrustedDocument, WrongHash
from civicgraph.graph.plan import Unplannable
from civicgraph.graph.readers import STATEMENT_SECONDS, ReadTimeout, ReadTooDeep
from civicgraph.graph.selection import NullArgument
from civicgraph.permissions import Actor

MIN_COST = 1
"""What an operation costs that reads nothing: it was parsed and answered all the same."""
_FOLLOWING = (
    "Subscriptions are followed over a WebSocket (graphql-transport-ws), or by asking for text/event-stream alone."
)


@dataclass
class Context:
    """What resolvers get of the request."""

    actor: Actor
    engine: Engine


@dataclass(frozen=True)
class Caller:
    """Who asks: `may_write` is false where a cookie alone does not prove intent; of a `trusted` list nothing else is run."""

    actor: Actor
    may_write: bool = False
    trusted: TrustedList | None = None


@dataclass(frozen=True)
class Asked:
    """One operation on its way to an answer."""

    call: Call
    engine: Engine
    caller: Caller
    method: str = "POST"

    @property
    def actor(self) -> Actor:
        """Who asks."""
        return self.caller.actor

    @property
    def payer(self) -> str:
        """Whose budget it goes on: the person's, or the address's."""
        actor = self.actor
        return f"person:{actor.person_id}" if actor.is_staff else f"address:{actor.address_key}"

    @property
    def limit(self) -> int:
        """The most that one operation of this actor may cost."""
        found = settings.current()
        return found.staff_cost_limit if self.actor.has_office else found.cost_limit

    def spend(self, cost: int) -> Balance:
        """Take the cost from the actor's budget of this minute. Raises `BudgetExceeded`."""
        found = settings.current()
        limit = found.staff_cost_per_minute if self.actor.has_office else found.cost_per_minute
        return self.engine.budgets.spend(self.payer, max(cost, MIN_COST), limit)


class Understood(NamedTuple):
    """An operation that may be run: its document is valid, its variables fit, and it came the right way."""

    document: Document
    operation: OperationDefinitionNode
    variables: dict[str, Any]

    @property
    def is_followed(self) -> bool:
        """Whether it is a subscription."""
        return self.operation.operation is OperationType.SUBSCRIPTION


async def answer(asked: Asked) -> Answer:
    """The answer to one operation, whatever happens to it."""
    try:
        found = await understood(asked)
        if isinstance(found, Answer):
            return found
        return refusal([GraphQLError(_FOLLOWING)], "BAD_USER_INPUT") if found.is_followed else await run(asked, found)
    except Exception as error:
        return failed(error, asked.actor)


def failed(error: Exception, actor: Actor) -> Answer:
    """The answer to an operation that `error` ended."""
    match error:
        case BadPage() | LimitExceeded() | NullArgument():
            return refusal([error], error.code)
        case BudgetExceeded():
            failure = refusal([GraphQLError(str(error))], "LIMIT_EXCEEDED", 429)
            failure.headers = error.headers
            return failure
        case TooManyFollowed():
            return refusal([GraphQLError(str(error))], "LIMIT_EXCEEDED", 429)
        case ReadTimeout():
            slow = GraphQLError(
                f"The read took longer than {STATEMENT_SECONDS} s, which is the limit, and was stopped."
                " Ask for less at a time."
            )
            return refusal([slow], "LIMIT_EXCEEDED")
        case ReadTooDeep():
            deep = GraphQLError("The document nests too deeply. Ask for it in two steps.")
            return refusal([deep], "LIMIT_EXCEEDED")
        case _:
            return answers.masked(actor)


async def understood(asked: Asked) -> Understood | Answer:
    """The operation, or why it is not run."""
    insider = asked.actor.has_office
    try:
        document = await _document(asked)
    except UntrustedDocument:
        return refusal([GraphQLError("This token runs trusted documents alone, and this is none.")], "FORBIDDEN", 403)
    except UnknownDocument:
        return refusal([GraphQLError("PersistedQueryNotFound")], "PERSISTED_QUERY_NOT_FOUND", 200)
    except WrongHash:
        return refusal([GraphQLError("The document has another hash than the one sent with it.")], "BAD_USER_INPUT")
    if document.errors:
        exceeds = isinstance(document.errors[0], LimitExceeded)
        return refusal(document.errors, "LIMIT_EXCEEDED" if exceeds else "BAD_USER_INPUT", is_insider=insider)
    if document.asks_schema and not (insider or settings.current().is_introspection_open):
        return refusal([GraphQLError("The schema is not told here: ask for schema.graphql.")], "FORBIDDEN", 403)
    try:
        operation = document.operation(asked.call.operation_name)
        variables = asked.engine.variables(operation, asked.call.variables)
    except BadVariables as error:
        return refusal(error.errors, "BAD_USER_INPUT", is_insider=insider)
    except GraphQLError as error:
        return refusal([error], "BAD_USER_INPUT", is_insider=insider)
    if operation.operation is OperationType.MUTATION:
        if asked.method != "POST":
            failure = refusal([GraphQLError("Mutations are sent by POST.")], "FORBIDDEN", 405)
            failure.headers["allow"] = "POST"
            return failure
        if not asked.caller.may_write:
            return refusal([GraphQLError("This origin may not write.")], "FORBIDDEN", 403)
    return Understood(document, operation, variables)


async def _document(asked: Asked) -> Document:
    """The document itself, found by its hash where only that was sent.

    Raises `UnknownDocument`, `UntrustedDocument`, `WrongHash`.
    """
    call, engine = asked.call, asked.engine
    if (trusted := asked.caller.trusted) is not None:
        return engine.document(await engine.persisted.find_trusted(trusted, call.digest, call.query), asked.spend)
    if not call.query:
        return engine.document(engine.persisted.find(call.digest), asked.spend)
    document = engine.document(call.query, asked.spend)
    if call.digest and not document.errors:
        engine.persisted.keep(call.digest, call.query)
    return document


def followed(asked: Asked, found: Understood) -> Followed:
    """What a subscription follows, as the caller sees it. Raises what a read does that may not be run."""
    engine, actor = asked.engine, asked.actor
    plan = engine.plan(found.document, found.operation, found.variables, actor, asked.spend)
    limit = min(asked.limit, settings.current().live_cost_limit)
    return Followed(plan, found.variables, actor, max(engine.cost(plan, found.variables, actor, limit), MIN_COST))


async def run(asked: Asked, found: Understood) -> Answer:
    """Run a query or a mutation."""
    engine, actor = asked.engine, asked.actor
    document, operation, variables = found
    try:
        plan = engine.plan(document, operation, variables, actor, asked.spend)
    except Unplannable:
        engine.fallbacks += operation.operation is OperationType.QUERY and not document.asks_schema
        cost = engine.estimate(document, operation, variables, actor, asked.limit)
        balance = asked.spend(cost)
        return await _execute(asked, document, cost, balance)
    cost = engine.cost(plan, variables, actor, asked.limit)
    balance = asked.spend(cost)
    data = await engine.run(plan, variables, actor)
    # What a GET is answered can be kept and compared: nothing in it changes from one time to the next.
    if asked.method != "POST":
        return answers.data(data, b"", is_kept=not plan.is_secret)
    made = answers.data(data, told(cost, asked.limit, balance), is_kept=False)
    made.headers = balance.headers
    made.prepared = (plan, variables, max(cost, MIN_COST))
    return made


def told(cost: int, limit: int, balance: Balance) -> bytes:
    """Cost and budget as the client is told of them, in `extensions`."""
    return b'{"cost":{"requested":%d,"limit":%d,"remaining":%d,"resetsIn":%d}}' % (
        *(cost, limit),
        *(balance.remaining, balance.resets_in),
    )


async def _execute(asked: Asked, document: Document, cost: int, balance: Balance) -> Answer:
    assert document.parsed is not None
    result: Any = execute(
        asked.engine.schema,
        document.parsed,
        context_value=Context(asked.actor, asked.engine),
        variable_values=asked.call.variables,
        operation_name=asked.call.operation_name,
    )
    if inspect.isawaitable(result):
        result = await result
    is_post = asked.method == "POST"
    made = answers.executed(result, asked.actor, told(cost, asked.limit, balance) if is_post else b"")
    made.headers = balance.headers if is_post else {}
    return made
