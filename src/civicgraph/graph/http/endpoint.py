"""The endpoint: what each operation of a request is answered.

A query takes the short way: cached plan, one statement, the database's bytes into the response.
Mutations, introspection and what the planner does not take run in graphql-core over the same mapping.
"""

from __future__ import annotations

import asyncio
import inspect
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError, OperationDefinitionNode, OperationType
from graphql.execution import execute
from starlette.requests import Request
from starlette.responses import Response

from civicgraph import compression, settings
from civicgraph.budgets import Balance, BudgetExceeded
from civicgraph.graph.engine import BadVariables, Document, Engine, Plan
from civicgraph.graph.http import answers
from civicgraph.graph.http.answers import Answer, refusal
from civicgraph.graph.http.calls import BadRequest, Call, Calls, read_calls
from civicgraph.graph.http.negotiation import JSON_TYPE, accepted
from civicgraph.graph.limits import LimitExceeded
from civicgraph.graph.paging import BadPage
from civicgraph.graph.persisted import TrustedList, UnknownDocument, UntrustedDocument, WrongHash
from civicgraph.graph.plan import Unplannable
from civicgraph.graph.readers import STATEMENT_SECONDS, ReadTimeout, ReadTooDeep
from civicgraph.permissions import Actor

MIN_COST = 1
"""What an operation costs that reads nothing: it was parsed and answered all the same."""
REQUEST_SECONDS = 10
"""For all operations of a request together."""
TOO_SLOW = (
    f"The request was not answered within {REQUEST_SECONDS} seconds and was given up. If it was to change something,"
    " look whether it did before you send it again."
)


@dataclass
class Context:
    """What resolvers get of the request."""

    actor: Actor
    engine: Engine


@dataclass(frozen=True)
class Prepared:
    """What a stranger's read by POST came to mean, for the next that is the same letter for letter."""

    plan: Plan
    variables: dict[str, Any]
    cost: int
    media: str


@dataclass(frozen=True)
class _Asked:
    """One operation on its way to an answer. `may_write` is false by GET, and where a cookie alone asks."""

    call: Call
    engine: Engine
    actor: Actor
    method: str
    may_write: bool
    trusted: TrustedList | None

    @property
    def limit(self) -> int:
        """The most that one operation of this actor may cost."""
        found = settings.current()
        return found.staff_cost_limit if self.actor.is_staff else found.cost_limit

    def spend(self, cost: int) -> Balance:
        """Take the cost from the actor's budget of this minute. Raises `BudgetExceeded`."""
        found = settings.current()
        limit = found.staff_cost_per_minute if self.actor.is_staff else found.cost_per_minute
        key = f"person:{self.actor.person_id}" if self.actor.is_staff else f"address:{self.actor.address_key}"
        return self.engine.budgets.spend(key, max(cost, MIN_COST), limit)


async def handle(
    request: Request, engine: Engine, actor: Actor, *, may_write: bool, trusted: TrustedList | None = None
) -> Response:
    """Answer a GraphQL request.

    `may_write` is false where a cookie alone does not prove intent; of a `trusted` list nothing else is run.
    """
    if request.method == "OPTIONS":
        return Response(status_code=204, headers={"allow": "GET, HEAD, OPTIONS, POST"})
    media = accepted(request.headers.get("accept", ""))
    if media is None:
        return Response("GraphQL answers application/json or application/graphql-response+json.\n", 406)
    try:
        asked = await read_calls(request)
    except BadRequest as error:
        failure = refusal([GraphQLError(str(error))], error.code)
        return _response(media, failure.body, error.status, {})
    try:
        async with asyncio.timeout(REQUEST_SECONDS):
            found = [
                await _answer(_Asked(call, engine, actor, request.method, may_write, trusted)) for call in asked.calls
            ]
    except TimeoutError:
        failure = refusal([GraphQLError(TOO_SLOW)], "LIMIT_EXCEEDED")
        return _response(media, failure.body, 503, {})
    response = _joined(media, asked, found)
    if found[0].prepared is not None and not asked.is_batch and not asked.calls[0].digest and not actor.is_staff:
        request.state.prepared = Prepared(*found[0].prepared, media)
    if request.method != "POST" and not actor.is_staff and found[0].is_kept:
        request.state.is_for_anyone = True
        response.headers["cache-control"] = "private, no-cache"
        return response
    return response if actor.kind == "person" else _encoded(request, response)


def unauthenticated(request: Request) -> Response:
    """The answer to a token that is unknown, expired or revoked."""
    failure = refusal([GraphQLError("This token is unknown, expired or revoked.")], "UNAUTHENTICATED")
    media = accepted(request.headers.get("accept", "")) or JSON_TYPE
    return _response(media, failure.body, 401, {"www-authenticate": "Bearer"})


def _encoded(request: Request, response: Response) -> Response:
    """The answer in the encoding asked for; whoever comes with a cookie gets it plain (`compression`)."""
    encoding = compression.accepted(request.headers.get("accept-encoding", ""))
    if encoding and len(response.body) >= compression.MIN_BYTES:
        response.body = compression.encode(bytes(response.body), encoding)
        response.headers["content-encoding"] = encoding
        response.headers["content-length"] = str(len(response.body))
    return response


def _joined(media: str, asked: Calls, found: list[Answer]) -> Response:
    if asked.is_batch:
        body = b"[" + b",".join(one.body for one in found) + b"]"
        return _response(media, body, 200, found[-1].headers)
    one = found[0]
    status = 200 if media == JSON_TYPE and not one.is_run and one.status == 400 else one.status
    return _response(media, one.body, status, one.headers)


def _response(media: str, body: bytes, status: int, headers: dict[str, str]) -> Response:
    """A response in the negotiated type; what people may see differs, so nobody keeps it."""
    kept = {"cache-control": "no-store", "vary": "Accept, Accept-Encoding, Authorization, Cookie", **headers}
    return Response(body, status, kept, f"{media}; charset=utf-8")


async def _answer(asked: _Asked) -> Answer:
    """The answer to one operation, whatever happens to it."""
    try:
        return await _understood(asked)
    except (BadPage, LimitExceeded) as error:
        return refusal([error], error.code)
    except BudgetExceeded as error:
        failure = refusal([GraphQLError(str(error))], "LIMIT_EXCEEDED", 429)
        failure.headers = error.headers
        return failure
    except ReadTimeout:
        slow = GraphQLError(
            f"The read took longer than {STATEMENT_SECONDS} s, which is the limit, and was stopped. Ask for less at a time."
        )
        return refusal([slow], "LIMIT_EXCEEDED")
    except ReadTooDeep:
        return refusal([GraphQLError("The document nests too deeply. Ask for it in two steps.")], "LIMIT_EXCEEDED")
    except Exception:
        return answers.masked(asked.actor)


async def _understood(asked: _Asked) -> Answer:
    insider = asked.actor.is_staff
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
    if operation.operation is not OperationType.QUERY:
        if asked.method != "POST":
            failure = refusal([GraphQLError("Mutations are sent by POST.")], "FORBIDDEN", 405)
            failure.headers["allow"] = "POST"
            return failure
        if not asked.may_write:
            return refusal([GraphQLError("This origin may not write.")], "FORBIDDEN", 403)
    return await _run(asked, document, operation, variables)


async def _document(asked: _Asked) -> Document:
    """The document itself, found by its hash where only that was sent.

    Raises `UnknownDocument`, `UntrustedDocument`, `WrongHash`.
    """
    call, engine = asked.call, asked.engine
    if asked.trusted is not None:
        return engine.document(await engine.persisted.find_trusted(asked.trusted, call.digest, call.query), asked.spend)
    if not call.query:
        return engine.document(engine.persisted.find(call.digest), asked.spend)
    document = engine.document(call.query, asked.spend)
    if call.digest and not document.errors:
        engine.persisted.keep(call.digest, call.query)
    return document


async def _run(
    asked: _Asked, document: Document, operation: OperationDefinitionNode, variables: dict[str, Any]
) -> Answer:
    engine, actor = asked.engine, asked.actor
    try:
        plan = engine.plan(document, operation, variables, actor, asked.spend)
    except Unplannable:
        engine.fallbacks += operation.operation is OperationType.QUERY and not document.asks_schema
        cost = engine.estimate(document, operation, variables, actor, asked.limit)
        balance = asked.spend(cost)
        return await _execute(asked, document, cost, balance)
    cost = engine.cost(plan, variables, actor, asked.limit)
    balance = asked.spend(cost)
    found = await engine.run(plan, variables, actor)
    # What a GET is answered can be kept and compared: nothing in it changes from one time to the next.
    if asked.method != "POST":
        return answers.data(found, b"", is_kept=not plan.is_secret)
    answer = answers.data(found, told(cost, asked.limit, balance), is_kept=False)
    answer.headers = balance.headers
    answer.prepared = (plan, variables, max(cost, MIN_COST))
    return answer


def told(cost: int, limit: int, balance: Balance) -> bytes:
    """Cost and budget as the client is told of them, in `extensions`."""
    return b'{"cost":{"requested":%d,"limit":%d,"remaining":%d,"resetsIn":%d}}' % (
        *(cost, limit),
        *(balance.remaining, balance.resets_in),
    )


async def _execute(asked: _Asked, document: Document, cost: int, balance: Balance) -> Answer:
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
    answer = answers.executed(result, asked.actor, told(cost, asked.limit, balance) if is_post else b"")
    answer.headers = balance.headers if is_post else {}
    return answer
