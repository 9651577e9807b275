"""One's own application, by its secret link: how far it is, and the ways out of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph.i18n import N_, gettext
from civicgraph.jobs import operations
from civicgraph.jobs.wording import track, wage
from civicgraph.operations import NotFound, Operation
from civicgraph.web import pressed, read, redirect, seen, submit, throttle
from civicgraph.web.forms import Form
from civicgraph.web.news import is_stream_wanted, news
from civicgraph.web.shell import html

_DOCUMENT = "jobs/own"


async def my_job(request: Request) -> Response:
    """The applicant's own view. An unknown number and a wrong secret look the same."""
    return await _drawn(request)


async def _drawn(request: Request, refused: Form | None = None) -> Response:
    given = _named(request)
    throttle.count_try(request)
    row: Mapping[str, Any] | None = (await read(request, _DOCUMENT, given))["trackedReferral"]
    if row is None:
        raise HTTPException(404)
    throttle.was_right(request)
    if is_stream_wanted(request):
        return await news(request, _DOCUMENT, given)
    # Not `page`: the address of "this page as GraphQL" would carry the secret.
    values = {
        "row": row,
        "given": given,
        "track": track(row),
        "wage": wage,
        "form": refused or _form(operations.withdraw_application),
        "errors": refused.errors if refused else [],
        "seen": seen(request, _DOCUMENT),
    }
    response = html(request, "jobs/own.html", values, status=422 if refused else 200)
    response.headers["cache-control"] = "no-store"
    return response


def _named(request: Request) -> dict[str, str]:
    return {"number": request.path_params["number"], "secret": request.path_params["secret"]}


def _form(operation: Operation[Any, Any]) -> Form:
    return Form(operation.input, leave_out=["number", "secret"])


def _handler(operation: Operation[Any, Any], said: str) -> Callable[[Request], Awaitable[Response]]:
    async def handle(request: Request) -> Response:
        given, form = _named(request), _form(operation)
        throttle.count_try(request)
        try:
            done = await submit(request, form, operation, **given)
        except NotFound:
            raise HTTPException(404) from None
        throttle.was_right(request)
        if done is None:
            return await _drawn(request, form)
        return redirect(request, "my_job", said=gettext(said), **given)

    return handle


async def my_job_data(request: Request) -> Response:
    """Everything kept of the applicant, as a file."""
    throttle.count_try(request)
    form = _form(operations.export_application)
    found = await pressed(request, form, operations.export_application, **_named(request))
    throttle.was_right(request)
    headers = {"content-disposition": 'attachment; filename="application.json"', "cache-control": "no-store"}
    return Response(found["data"], media_type="application/json", headers=headers)


_PATH = "/my-job/{number}/{secret}"
_WITHDRAWN = N_("It is withdrawn. Thank you for telling us.")
_ERASED = N_("What was kept of you is erased.")
ROUTES = [
    Route(_PATH, my_job, name="my_job"),
    Route(f"{_PATH}/data", my_job_data, name="my_job_data", methods=["POST"]),
    Route(
        f"{_PATH}/withdrawal", _handler(operations.withdraw_application, _WITHDRAWN), name="my_job_withdrawal",
        methods=["POST"],
    ),
    Route(
        f"{_PATH}/erasure", _handler(operations.erase_application, _ERASED), name="my_job_erasure", methods=["POST"]
    ),
]  # fmt: skip
