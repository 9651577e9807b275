"""GraphQL over HTTP: one endpoint for partner apps and for the explorer.

A query takes the short way: cached plan, one statement, the database's bytes into the response.
Mutations, introspection and what the planner does not take run in graphql-core over the same mapping.
"""

from __future__ import annotations

import inspect
import secrets
from dataclasses import dataclass
from typing import Any

import orjson
import structlog
from graphql import GraphQLError, OperationType
from graphql.execution import execute
from starlette.requests import Request
from starlette.responses import Response

from civicgraph.graph import limits
from civicgraph.graph.engine import BadVariables, Document, Engine
from civicgraph.graph.mutations import unexpected
from civicgraph.graph.paging import BadPage
from civicgraph.graph.plan import Unplannable
from civicgraph.graph.readers import ReadTimeout, ReadTooDeep
from civicgraph.permissions import Actor

log = structlog.get_logger()

GRAPHQL_TYPE = "application/graphql-response+json"


class BadRequest(Exception):
    """A request that is not GraphQL over HTTP; the status says how."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


@dataclass
class Context:
    """What resolvers get of the request."""

    actor: Actor
    engine: Engine
    is_write: bool = False


@dataclass
class Call:
    """One operation that a client asks for."""

    query: str
    variables: dict[str, Any]
    operation_name: str | None


async def handle(request: Request, engine: Engine, actor: Actor, *, may_write: bool) -> Response:
    """Answer a GraphQL request. `may_write` is false where a cookie alone does not prove intent."""
    media = accepted(request)
    if media is None:
        return Response("GraphQL answers application/json or application/graphql-response+json.", 406)
    try:
        call = await read_call(request)
    except BadRequest as error:
        return respond(media, errors_body([GraphQLError(str(error))], "BAD_USER_INPUT"), error.status)
    document = engine.document(call.query)
    if document.errors:
        code = "LIMIT_EXCEEDED" if isinstance(document.errors[0], limits.LimitExceeded) else "GRAPHQL_VALIDATION_FAILED"
        return respond(media, errors_body(document.errors, code), failed(media))
    try:
        operation = document.operation(call.operation_name)
        variables = engine.variables(operation, call.variables)
    except BadVariables as error:
        return respond(media, errors_body(error.errors, "BAD_USER_INPUT"), failed(media))
    except GraphQLError as error:
        return respond(media, errors_body([error], "BAD_USER_INPUT"), failed(media))
    if operation.operation is not OperationType.QUERY and (request.method == "GET" or not may_write):
        status, words = (
            (405, "Mutations are sent by POST.") if request.method == "GET" else (403, "This origin may not write.")
        )
        return respond(media, errors_body([GraphQLError(words)], "FORBIDDEN"), status)
    return await _answer(media, engine, document, call, variables, actor)


async def _answer(
    media: str, engine: Engine, document: Document, call: Call, variables: dict[str, Any], actor: Actor
) -> Response:
    operation = document.operation(call.operation_name)
    try:
        plan = engine.plan(document, operation, variables, actor)
        found = await engine.run(plan, variables, actor)
        return respond(media, b'{"data":' + found + b"}", 200)
    except Unplannable:
        engine.fallbacks += operation.operation is OperationType.QUERY and not _is_introspection(operation)
        return await _execute(media, engine, document, call, actor)
    except BadPage as error:
        return respond(media, errors_body([error], "BAD_USER_INPUT"), failed(media))
    except ReadTimeout:
        slow = GraphQLError("The read took too long and was stopped. Ask for less at a time.")
        return respond(media, errors_body([slow], "LIMIT_EXCEEDED"), failed(media))
    except ReadTooDeep:
        deep = GraphQLError("The document nests too deeply. Ask for it in two steps.")
        return respond(media, errors_body([deep], "LIMIT_EXCEEDED"), failed(media))
    except Exception:
        return respond(media, _masked(actor), 500)


def _is_introspection(operation: Any) -> bool:
    return all(
        getattr(node, "name", None) and node.name.value.startswith("__") for node in operation.selection_set.selections
    )


async def _execute(media: str, engine: Engine, document: Document, call: Call, actor: Actor) -> Response:
    assert document.parsed is not None
    context = Context(actor, engine)
    result: Any = execute(
        engine.schema,
        document.parsed,
        context_value=context,
        variable_values=call.variables,
        operation_name=call.operation_name,
    )
    if inspect.isawaitable(result):
        result = await result
    body: dict[str, Any] = {"data": result.data}
    if result.errors:
        body = {"errors": [_shown(error, actor) for error in result.errors], **body}
    return respond(media, orjson.dumps(body), 200)


def _shown(error: GraphQLError, actor: Actor) -> dict[str, Any]:
    if isinstance(error.original_error, BadPage) or error.original_error is None:
        return {**error.formatted, "extensions": {"code": "BAD_USER_INPUT"}}
    reference = secrets.token_hex(4)
    log.error("graphql.failed", reference=reference, request_id=actor.request_id, exc_info=error.original_error)
    shown = {"message": unexpected(reference), "extensions": {"code": "INTERNAL", "reference": reference}}
    return {**{key: value for key, value in error.formatted.items() if key in ("path", "locations")}, **shown}


def _masked(actor: Actor) -> bytes:
    reference = secrets.token_hex(4)
    log.exception("graphql.failed", reference=reference, request_id=actor.request_id)
    return orjson.dumps(
        {"errors": [{"message": unexpected(reference), "extensions": {"code": "INTERNAL", "reference": reference}}]}
    )


def accepted(request: Request) -> str | None:
    """The response type that the client takes; None when it takes neither."""
    accept = request.headers.get("accept", "*/*").lower()
    kinds = [part.split(";")[0].strip() for part in accept.split(",")]
    for kind in kinds:
        if kind == GRAPHQL_TYPE:
            return GRAPHQL_TYPE
        if kind in ("application/json", "application/*", "*/*", ""):
            return "application/json"
    return None


def failed(media: str) -> int:
    """The status of a request that was understood but not run: 400 in the new type, 200 in the old one."""
    return 400 if media == GRAPHQL_TYPE else 200


def respond(media: str, body: bytes, status: int) -> Response:
    """A response in the negotiated type; what people may see differs, so nobody caches it."""
    return Response(body, status, {"cache-control": "no-store"}, f"{media}; charset=utf-8")


def errors_body(errors: list[GraphQLError], code: str) -> bytes:
    """The body of a request that was not run."""
    return orjson.dumps({"errors": [{**error.formatted, "extensions": {"code": code}} for error in errors[:5]]})


async def read_call(request: Request) -> Call:
    """The operation that the request asks for. Raises `BadRequest`."""
    if request.method == "GET":
        values: Any = dict(request.query_params)
        for key in ("variables", "extensions"):
            if key in values:
                values[key] = _json(values[key].encode(), key)
    else:
        kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
        if kind != "application/json":
            raise BadRequest("Send application/json.", 415)
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > limits.MAX_BYTES:
                raise BadRequest(f"The request is larger than {limits.MAX_BYTES} bytes.", 413)
        values = _json(bytes(body), "The body")
    return _checked(values)


def _json(raw: bytes, name: str) -> Any:
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise BadRequest(f"{name} is not JSON.") from None


def _checked(values: Any) -> Call:
    if not isinstance(values, dict):
        raise BadRequest("The body is not an object.")
    query, variables, name = values.get("query"), values.get("variables"), values.get("operationName")
    if not isinstance(query, str) or not query:
        raise BadRequest("`query` is missing or not a text.")
    if variables is not None and not isinstance(variables, dict):
        raise BadRequest("`variables` is not an object.")
    if name is not None and not isinstance(name, str):
        raise BadRequest("`operationName` is not a text.")
    if not isinstance(values.get("extensions") or {}, dict):
        raise BadRequest("`extensions` is not an object.")
    return Call(query, variables or {}, name)
