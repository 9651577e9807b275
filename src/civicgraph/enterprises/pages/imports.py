"""Files of enterprises that staff send: checked first, entered when they say so, with progress."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

import orjson
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph.enterprises.importing import runs
from civicgraph.enterprises.importing.headings import HEADINGS, UnknownHeadings
from civicgraph.enterprises.importing.upsert import HEAD
from civicgraph.enterprises.models import EnterpriseImport
from civicgraph.enterprises.operations.enter_batch import ImportNumber, start_import, stop_import
from civicgraph.i18n import N_, gettext
from civicgraph.operations import Operation
from civicgraph.permissions import EDIT_ENTERPRISES
from civicgraph.web import Form, page, read, require, staff_only, submit
from civicgraph.web.cells import SUFFIXES, UnreadableFile
from civicgraph.web.csrf import Token, is_same_origin
from civicgraph.web.pages import redirect
from civicgraph.web.query import paging

AT_ONCE_SECONDS = 2.0
"""What is checked or entered before the page answers; the rest follows at the next ticks."""


async def imports(request: Request) -> Response:
    """The files that were sent, and the form to send one."""
    if not request.state.actor.may_anywhere(EDIT_ENTERPRISES):
        raise HTTPException(403)
    wrong = ""
    if request.method == "POST":
        try:
            return await _take(request)
        except _Refused as error:
            wrong = str(error)
    values = {"wrong": wrong, "headings": [(titles[0], name) for name, titles in HEADINGS.items()]}
    return await page(request, "staff/enterprises/imports", paging(request, 20), values, status=422 if wrong else 200)


class _Refused(Exception):
    """What was sent cannot be taken; the words say what to do."""


async def _take(request: Request) -> Response:
    if int(request.headers.get("content-length") or runs.MAX_UPLOAD + 1) > runs.MAX_UPLOAD:
        raise HTTPException(413)
    async with request.form(max_files=1, max_fields=2) as form:
        if not is_same_origin(request) or not Token(request).matches(str(form.get("csrf", ""))):
            raise HTTPException(403)
        sent = form.get("file")
        if not isinstance(sent, UploadFile) or not sent.filename or not sent.size:
            raise _Refused(gettext(N_("Please choose a file.")))
        name = PurePath(sent.filename).name
        if PurePath(name).suffix.lower() not in SUFFIXES:
            raise _Refused(gettext(N_("Please send a CSV or an XLSX file.")))
        try:
            of = await runs.stage(request.state.actor, name, sent.file)
        except UnknownHeadings as error:
            words = N_("The first row has to name the columns; this does not fit: %(what)s.")
            raise _Refused(gettext(words, what=error)) from error
        except UnreadableFile as error:
            raise _Refused(gettext(N_("This file cannot be read. Please save it again as CSV or XLSX."))) from error
    await runs.go_on(AT_ONCE_SECONDS)
    return redirect(request, "staff_enterprises_import", number=of.id)


async def one(request: Request) -> Response:
    """How far a file has come, and what is wrong with its rows."""
    return await _page(request)


async def _page(request: Request, *, refused: Form | None = None) -> Response:
    variables = {"number": request.path_params["number"]}
    found = await read(request, "staff/enterprises/import", variables)
    row = require(found, "enterpriseImport")
    told = orjson.loads(row["errors"])
    values: dict[str, Any] = {"errors": [one for one in told if one["row"] != HEAD], "refused": refused}
    values["unread"] = [one["heading"] for one in told if one["row"] == HEAD]
    values["share"] = 100 * row["position"] / row["total"] if row["total"] else 0
    return await page(
        request,
        "staff/enterprises/import",
        variables,
        values,
        data=found,
        status=422 if refused else 200,
    )


def _step(operation: Operation[ImportNumber, EnterpriseImport], said: str) -> Any:
    async def handle(request: Request) -> Response:
        number = request.path_params["number"]
        form = Form(ImportNumber, leave_out=["id"])
        if await submit(request, form, operation, id=number) is None:
            return await _page(request, refused=form)
        if operation is start_import:
            await runs.go_on(AT_ONCE_SECONDS)
        return redirect(request, "staff_enterprises_import", said=gettext(said), number=number)

    return staff_only(handle)


_ONE = "/staff/enterprises/imports/{number:int}"
ROUTES = [
    Route("/staff/enterprises/imports", staff_only(imports), name="staff_enterprises_imports", methods=["GET", "POST"]),
    Route(_ONE, staff_only(one), name="staff_enterprises_import"),
    Route(
        f"{_ONE}/start",
        _step(start_import, N_("The rows are being entered.")),
        name="staff_enterprises_import_start",
        methods=["POST"],
    ),
    Route(
        f"{_ONE}/stop",
        _step(stop_import, N_("The file is put aside.")),
        name="staff_enterprises_import_stop",
        methods=["POST"],
    ),
]
