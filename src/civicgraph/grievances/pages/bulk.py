"""One step with many grievances at once: each for itself, with its own version, its own audit entry, its own answer."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph.grievances import operations
from civicgraph.grievances.pages import saved
from civicgraph.i18n import gettext
from civicgraph.operations import Operation, OperationError
from civicgraph.web import page, redirect, staff_only
from civicgraph.web.forms import read_body

MOST = 60
"""Grievances of one page of the queue, overdue ones included."""
ACTS: dict[str, Operation[Any, Any]] = {
    "accept": operations.accept_grievance,
    "assign": operations.assign_grievance,
    "tag": operations.tag_grievance,
}


async def bulk(request: Request) -> Response:
    """Take the step with each grievance that was picked, and say of each what became of it."""
    pairs = await read_body(request)
    given = dict(pairs)
    picked = list(dict.fromkeys(value for name, value in pairs if name == "pick"))[:MOST]
    act = given.get("act", "")
    if not picked or act not in ACTS:
        return redirect(
            request, "staff_grievances", said=gettext("Please tick grievances and choose what to do."), level="soon"
        )
    values = _values(act, given)
    results = [await _take(request, act, one, values) for one in picked]
    done = sum(one["is_done"] for one in results)
    status = 200 if done == len(results) else 422
    shown = {"results": results, "done": done, "act": act, "tag_typed": given.get("tag", "")}
    return await page(request, "staff/grievances/bulk", values=shown, status=status)


def _values(act: str, given: dict[str, str]) -> dict[str, Any]:
    if act == "assign":
        kind, _, number = given.get("holder", "").partition(":")
        return {"lead_team_id" if kind == "team" else "assignee_id": number or None}
    return {"add": given.get("tag", "")} if act == "tag" else {}


async def _take(request: Request, act: str, picked: str, values: dict[str, Any]) -> dict[str, Any]:
    number, _, version = picked.partition(":")
    try:
        await ACTS[act](request.state.actor, {"number": number, "version": version, **values})
    except OperationError as error:
        words = " ".join(one.message for one in error.errors)
        return {"number": number, "pick": picked, "is_done": False, "words": words}
    return {"number": number, "pick": picked, "is_done": True, "words": ""}


ROUTES = [
    Route("/staff/grievances/bulk", staff_only(bulk), name="staff_grievances_bulk", methods=["POST"]),
    *saved.ROUTES,
]
