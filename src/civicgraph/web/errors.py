"""Error pages: what happened, whether anything was saved, what to do, and a reference."""

from __future__ import annotations

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from civicgraph import settings
from civicgraph.graph.cursors import BadPage
from civicgraph.graph.limits import LimitExceeded
from civicgraph.operations import Forbidden, NotFound, OperationError, TooMany
from civicgraph.web.shell import html, wants_html

PAGES = frozenset({400, 403, 404, 413, 429, 500, 503})


def error_page(request: Request, status: int, name: str = "") -> Response:
    """The page for a status, or one that says it of what was asked for; plain text for clients that take no HTML."""
    known = status if status in PAGES else (400 if status < 500 else 500)
    if not wants_html(request):
        return PlainTextResponse(f"{status}\n", status)
    template = f"{name or f'errors/{known}'}.html"
    values = {"reference": request.state.request_id, "megabytes": settings.current().upload_form_megabytes}
    return html(request, template, values, status=status)


async def on_http_error(request: Request, error: Exception) -> Response:
    """Starlette's own errors: no such page, wrong method."""
    assert isinstance(error, HTTPException)
    response = error_page(request, error.status_code)
    for name, value in (error.headers or {}).items():
        response.headers[name] = value
    return response


async def on_operation_error(request: Request, error: Exception) -> Response:
    """Errors of operations that no form caught."""
    assert isinstance(error, OperationError)
    status = {Forbidden: 403, NotFound: 404, TooMany: 429}.get(type(error), 400)
    return error_page(request, status)


async def on_bad_page(request: Request, error: Exception) -> Response:
    """A cursor that was cut or typed, a value far too long: an address that is not ours."""
    return error_page(request, 400)


HANDLERS: dict[Any, Any] = {
    HTTPException: on_http_error,
    OperationError: on_operation_error,
    BadPage: on_bad_page,
    LimitExceeded: on_bad_page,
}
