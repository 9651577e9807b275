"""What a request asks for: one operation, or a few at once, by GET or by POST."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import orjson
from starlette.requests import Request

from civicgraph.graph import limits

MAX_BATCH = 10


class BadRequest(Exception):
    """A request that is not GraphQL over HTTP, or more than one may be; the status says how."""

    def __init__(self, message: str, status: int = 400, code: str = "BAD_USER_INPUT") -> None:
        super().__init__(message)
        self.status = status
        self.code = code


@dataclass
class Call:
    """One operation that a client asks for, by its text or by the hash of it."""

    query: str = ""
    variables: dict[str, Any] = field(default_factory=dict)
    operation_name: str | None = None
    digest: str = ""
    """The hash; SHA-256 but for lists of trusted documents, which may go by the hashes of their tools."""


@dataclass
class Calls:
    """All operations of a request, and whether their answers go into one array."""

    calls: list[Call]
    is_batch: bool = False


async def read_calls(request: Request) -> Calls:
    """The operations that the request asks for. Raises `BadRequest`."""
    if request.method in ("GET", "HEAD"):
        values: dict[str, Any] = dict(request.query_params)
        for key in ("variables", "extensions"):
            if key in values:
                values[key] = _json(values[key].encode(), f"`{key}`")
        return Calls([checked(values)])
    given = _json(await _body(request), "The body")
    if not isinstance(given, list):
        return Calls([checked(given)])
    if not 1 <= len(given) <= MAX_BATCH:
        raise BadRequest(
            f"The batch holds {len(given)} operations; it must be between 1 and {MAX_BATCH}.", code="LIMIT_EXCEEDED"
        )
    return Calls([checked(one) for one in given], is_batch=True)


async def _body(request: Request) -> bytes:
    kind, *parameters = (part.strip() for part in request.headers.get("content-type", "").lower().split(";"))
    if kind != "application/json":
        raise BadRequest("Send application/json.", 415)
    charsets = [one.removeprefix("charset=").strip('"') for one in parameters if one.startswith("charset=")]
    if not set(charsets) <= {"utf-8", "utf8"}:
        raise BadRequest("Send application/json as UTF-8.", 415)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limits.MAX_BYTES:
            raise BadRequest(
                f"The request has more bytes than {limits.MAX_BYTES}, which is the limit.", 413, "LIMIT_EXCEEDED"
            )
    return bytes(body)


def _json(raw: bytes, name: str) -> Any:
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise BadRequest(f"{name} is not JSON.") from None


def checked(values: Any) -> Call:
    """One operation of a client's, as far as its outside goes. Raises `BadRequest`."""
    if not isinstance(values, dict):
        raise BadRequest("The body is not an object.")
    query, variables, name = values.get("query"), values.get("variables"), values.get("operationName")
    if query is not None and not isinstance(query, str):
        raise BadRequest("`query` is not a text.")
    if variables is not None and not isinstance(variables, dict):
        raise BadRequest("`variables` is not an object.")
    if name is not None and not isinstance(name, str):
        raise BadRequest("`operationName` is not a text.")
    call = Call(query or "", variables or {}, name, _hash(values))
    if not call.query and not call.digest:
        raise BadRequest("`query` is missing.")
    return call


def _hash(values: dict[str, Any]) -> str:
    """The document's hash, by the specification's `documentId` or by Apollo's extension."""
    document_id, extensions = values.get("documentId"), values.get("extensions")
    if extensions is not None and not isinstance(extensions, dict):
        raise BadRequest("`extensions` is not an object.")
    if document_id is not None:
        if not isinstance(document_id, str):
            raise BadRequest("`documentId` is not a text.")
        return document_id.removeprefix("sha256:").lower()
    persisted = (extensions or {}).get("persistedQuery")
    if persisted is None:
        return ""
    if not isinstance(persisted, dict) or persisted.get("version") != 1:
        raise BadRequest("`persistedQuery` must be an object of version 1.")
    if not isinstance(persisted.get("sha256Hash"), str):
        raise BadRequest("`sha256Hash` is missing or not a text.")
    return str(persisted["sha256Hash"]).lower()
