"""Pages of the privacy room: what is kept of people, and a copy or the erasure of one's own data."""

from __future__ import annotations

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph.accounts.operations.own_data import export_own_account
from civicgraph.grievances import operations
from civicgraph.i18n import gettext
from civicgraph.privacy.rules import KEPT
from civicgraph.web import pressed, redirect, staff_only, submit, throttle
from civicgraph.web.forms import Form
from civicgraph.web.shell import html


async def privacy(request: Request) -> Response:
    """What is kept of people, why, how long, and who sees it."""
    return html(request, "privacy/kept.html", {"kept": KEPT.values()})


async def tracked_data(request: Request) -> Response:
    """Everything kept of a reporter: to read, or as a file."""
    given = {"number": request.path_params["number"], "secret": request.path_params["secret"]}
    throttle.count_try(request)
    form = Form(operations.export_tracked_data.input)
    found = await pressed(request, form, operations.export_tracked_data, **given)
    throttle.was_right(request)
    if request.query_params.get("as") == "file":
        return _file(found["data"], f"{given['number']}.json")
    values = {"kept": orjson.loads(found["data"]), **given}
    response = html(request, "privacy/own.html", values)
    response.headers["cache-control"] = "no-store"
    return response


async def tracked_erasure(request: Request) -> Response:
    """Ask whether one is sure, and erase what is kept of a reporter."""
    given = {"number": request.path_params["number"], "secret": request.path_params["secret"]}
    throttle.count_try(request)
    form = Form(operations.erase_tracked_data.input, leave_out=["number", "secret"])
    if await submit(request, form, operations.erase_tracked_data, **given) is not None:
        throttle.was_right(request)
        said = gettext("What was kept of you is erased. The masked report stays in the list.")
        return redirect(request, "tracked_grievance", said=said, **given)
    response = html(request, "privacy/erasure.html", {"form": form, **given, "route": "tracked_erasure"}, status=422)
    response.headers["cache-control"] = "no-store"
    return response


async def held_erasure(request: Request) -> Response:
    """Ask whether one is sure, and erase a report that waits to be looked at."""
    given = {"number": request.path_params["number"], "secret": request.path_params["secret"]}
    throttle.count_try(request)
    form = Form(operations.erase_held_report.input, leave_out=["number", "secret"])
    if await submit(request, form, operations.erase_held_report, **given) is not None:
        throttle.was_right(request)
        return redirect(request, "tracked_grievance", said=gettext("What you had sent is erased."), **given)
    response = html(request, "privacy/erasure.html", {"form": form, **given, "route": "held_erasure"}, status=422)
    response.headers["cache-control"] = "no-store"
    return response


async def account_data(request: Request) -> Response:
    """Everything kept of one's own account, as a file."""
    found = await submit(request, Form(export_own_account.input), export_own_account)
    return _file(found["data"], "account.json")


def _file(text: str, name: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(text, media_type="application/json", headers=headers)


ROUTES = [
    Route("/privacy", privacy, name="privacy"),
    Route("/track/{number}/{secret}/data", tracked_data, name="tracked_data", methods=["POST"]),
    Route("/track/{number}/{secret}/erasure", tracked_erasure, name="tracked_erasure", methods=["POST"]),
    Route("/track/{number}/{secret}/held-erasure", held_erasure, name="held_erasure", methods=["POST"]),
    Route("/staff/account/data", staff_only(account_data), name="staff_account_data", methods=["POST"]),
]
