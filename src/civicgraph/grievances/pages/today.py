"""A grid worker's day on the phone: own tasks and their next steps, which may be written without a connection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from civicgraph.grievances.models import GrievanceStatus
from civicgraph.grievances.pages.work import ACTS, MAY, Act
from civicgraph.grievances.workflow import TRANSITIONS
from civicgraph.i18n import gettext
from civicgraph.operations import OperationError
from civicgraph.uploads.forms import submit_with_files
from civicgraph.web import page, read, redirect, staff_only
from civicgraph.web.forms import Form
from civicgraph.web.keys import new_key
from civicgraph.web.offline import refused, wants_json

NOUNS = ("start", "resumption", "resolution", "verification", "send-back", "part", "notes")
"""Steps that are taken on the spot."""
_ASKS = {
    "notes": ("note", "files"),
    "resolution": ("outcome", "photos"),
    "part": ("words", "files"),
    "send-back": ("reason",),
}
"""What a step asks for on this page: as little as can be typed with a thumb."""


async def today(request: Request) -> Response:
    """What is on one's plate: to lead, to check, and to help with; what is due first stands first."""
    return await _today(request)


async def _today(request: Request, tried: tuple[str, Act, Form] | None = None) -> Response:
    found = await read(request, "staff/today", {})
    lists = [
        {"title": gettext("To do"), "tasks": [_task(one, tried) for one in found["mine"]["nodes"]]},
        {
            "title": gettext("To check on the spot"),
            "tasks": [_task(one, tried) for one in found["checking"]["nodes"]],
        },
        {"title": gettext("To help with"), "tasks": [_task(one, tried) for one in found["helping"]["nodes"]]},
    ]
    values = {
        "lists": [lists[0], *(one for one in lists[1:] if one["tasks"])],
        "refused": tried[2].errors if tried else [],
    }
    status = 422 if tried else 200
    return await page(request, "staff/today", {}, values, data=found, status=status)


def _task(row: Mapping[str, Any], tried: tuple[str, Act, Form] | None) -> dict[str, Any]:
    steps = []
    for act in (one for one in ACTS if one.noun in NOUNS):
        if not _is_open(act, row):
            continue
        is_refused = tried is not None and tried[:2] == (row["number"], act)
        form = tried[2] if tried is not None and is_refused else Form(act.operation.input)
        form.values |= {"number": row["number"], "version": row["version"], "idempotency_key": new_key()}
        asked = [form[name] for name in _ASKS.get(act.noun, ())]
        fields = [{**one, "id": f"{row['number']}-{act.noun}-{one['name']}"} for one in asked]
        hidden = {name: form.values[name] for name in ("version", "idempotency_key")}
        has_files = any(one["kind"] in ("photos", "files") for one in asked)
        made = {"noun": act.noun, "words": gettext(act.words), "fields": fields, "hidden": hidden}
        steps.append({**made, "has_files": has_files})
    return {**row, "steps": steps}


def _is_open(act: Act, row: Mapping[str, Any]) -> bool:
    is_helping = not row["mayWork"]
    may = row[MAY[TRANSITIONS[act.verb].needs]]
    fits = is_helping if act.noun == "part" else True
    return bool(may) and fits and GrievanceStatus[row["status"]] in TRANSITIONS[act.verb].sources


async def step(request: Request) -> Response:
    """Take a step. A script is answered in JSON: the new version, or why it was refused."""
    number, noun = request.path_params["number"], request.path_params["noun"]
    act = next((one for one in ACTS if one.noun == noun and noun in NOUNS), None)
    if act is None:
        raise HTTPException(404)
    form = Form(act.operation.input)
    try:
        row = await submit_with_files(request, form, act.operation, "photos", "files", number=number)
    except OperationError as error:
        if not wants_json(request):
            raise
        return JSONResponse({"words": [one.message for one in error.errors]}, 403)
    if wants_json(request):
        if row is None:
            return refused(form)
        return JSONResponse({"version": row.version, "said": gettext(act.said)})
    if row is None:
        return await _today(request, (number, act, form))
    return redirect(request, "staff_today", said=gettext(act.said))


ROUTES = [
    Route("/staff/today", staff_only(today), name="staff_today"),
    Route("/staff/today/{number}/{noun}", staff_only(step), name="staff_today_step", methods=["POST"]),
]
