"""The words of answers: bodies, error codes, and what a stranger is told of an error inside."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from typing import Any

import orjson
import structlog
from graphql import GraphQLError

from civicgraph.graph.cursors import BadPage
from civicgraph.graph.engine import Plan
from civicgraph.graph.limits import LimitExceeded
from civicgraph.graph.mutations import unexpected
from civicgraph.permissions import Actor

log = structlog.get_logger()

_HINT = re.compile(r" Did you mean .*\?$", re.DOTALL)


@dataclass
class Answer:
    """The answer to one operation, before it is known in which type it goes out."""

    body: bytes
    status: int = 200
    """The status in the specification's own type."""
    is_run: bool = True
    """Whether the operation was run: in plain JSON a request that was not run is answered 200 as well."""
    is_kept: bool = False
    """Whether it is data without errors or secrets, the same for whoever may see the same."""
    headers: dict[str, str] = field(default_factory=dict)
    prepared: tuple[Plan, dict[str, Any], int] | None = None
    """Plan, variables and cost of a read that can be asked again."""


def data(found: bytes, extensions: bytes, *, is_kept: bool) -> Answer:
    """The answer of a read: the database's bytes, and extensions where the client asked for them."""
    tail = b',"extensions":' + extensions + b"}" if extensions else b"}"
    return Answer(b'{"data":' + found + tail, is_kept=is_kept)


def refusal(errors: list[GraphQLError], code: str, status: int = 400, *, is_insider: bool = False) -> Answer:
    """The answer to an operation that was not run; at most 5 errors, without hints for strangers."""
    shown = []
    for error in errors[:5]:
        words = error.formatted
        message = words["message"] if is_insider else _HINT.sub("", words["message"])
        shown.append({**words, "message": message, "extensions": {"code": code}})
    return Answer(orjson.dumps({"errors": shown}), status, is_run=False)


def executed(result: Any, actor: Actor, extensions: bytes) -> Answer:
    """The answer of an operation that graphql-core ran."""
    body: dict[str, Any] = {"data": result.data}
    if result.errors:
        body = {"errors": [_shown(error, actor) for error in result.errors], **body}
    if extensions:
        body["extensions"] = orjson.Fragment(extensions)
    return Answer(orjson.dumps(body))


def masked(actor: Actor) -> Answer:
    """The answer when something failed inside: a reference that the log explains, and nothing else."""
    reference = secrets.token_hex(4)
    log.exception("graphql.failed", reference=reference, request_id=actor.request_id)
    error = {"message": unexpected(reference), "extensions": {"code": "INTERNAL", "reference": reference}}
    return Answer(orjson.dumps({"errors": [error]}), 500)


def _shown(error: GraphQLError, actor: Actor) -> dict[str, Any]:
    if isinstance(error.original_error, (BadPage, LimitExceeded)) or error.original_error is None:
        code = getattr(error.original_error, "code", "BAD_USER_INPUT")
        return {**error.formatted, "extensions": {"code": code}}
    reference = secrets.token_hex(4)
    log.error("graphql.failed", reference=reference, request_id=actor.request_id, exc_info=error.original_error)
    shown = {"message": unexpected(reference), "extensions": {"code": "INTERNAL", "reference": reference}}
    return {**{key: value for key, value in error.formatted.items() if key in ("path", "locations")}, **shown}
