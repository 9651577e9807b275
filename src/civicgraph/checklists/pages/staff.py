"""Staff's pages: the checklists that they keep; the queue of cases, a case with its steps, a case at the window."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph.checklists import operations
from civicgraph.checklists.models import CaseState, ChecklistStatus
from civicgraph.checklists.pages.form import DOCUMENTS, sending, track
from civicgraph.checklists.pages.own import correction, one_form
from civicgraph.divisions.choosing import editable, granted, staff_choices
from civicgraph.i18n import N_, gettext
from civicgraph.operations import Operation
from civicgraph.permissions import EDIT_CHECKLISTS, HANDLE_CASES
from civicgraph.uploads.forms import submit_with_files
from civicgraph.web import Form, listing, page, read, redirect, require, staff_only, submit
from civicgraph.web.query import kinds, one_of, paging, search_field, select_field, text

# Checklists ------------------------------------------------------------------------------------


def _filter(request: Request) -> dict[str, Any]:
    filters = {
        **editable(request, EDIT_CHECKLISTS),
        "text": text(request),
        "statuses": kinds(request, "status", ChecklistStatus),
    }
    return {
        "filter": {key: value for key, value in filters.items() if value},
        "granted": granted(request, EDIT_CHECKLISTS),
        **paging(request, 30),
    }


def _values(request: Request) -> dict[str, Any]:
    chosen = {
        "q": text(request) or "",
        "status": one_of(request, "status", ChecklistStatus) or "",
        **editable(request, EDIT_CHECKLISTS),
    }
    state = select_field(request, "status", gettext("Status"), ChecklistStatus)
    return {"fields": [search_field(request), state], "asked": chosen}


async def _choices(request: Request) -> dict[str, Any]:
    return {"division_code": await staff_choices(request, EDIT_CHECKLISTS)}


def _rows(row: Mapping[str, Any]) -> dict[str, Any]:
    """The rows of the form that are not read as they are."""
    steps = [
        {
            **listing.from_graphql(operations.ChecklistStepFields, one),
            "team": one["teamNumber"],
            "after": ", ".join(map(str, one["after"])),
            "needed_when_no": not one["neededWhen"],
        }
        for one in row["steps"]
    ]
    fields = [
        {
            **listing.from_graphql(operations.ChecklistFieldFields, one),
            "choices": "，".join(one["choices"]),
            "is_optional": not one["isRequired"],
        }
        for one in row["formFields"]
    ]
    return {"steps": steps, "form_fields": fields}


STAFF = listing.Listing(
    name="staff_checklists",
    folder="staff/checklists",
    root="checklist",
    key="number",
    key_type=int,
    subject="Checklist",
    create=operations.create_checklist,
    drafter=EDIT_CHECKLISTS,
    update=operations.update_checklist,
    variables=_filter,
    values=_values,
    choices=_choices,
    verbs=(
        listing.Verb("publication", operations.publish_checklist, N_("Offer it"), N_("Enterprises can ask for it.")),
        listing.Verb("closing", operations.close_checklist, N_("Offer it no longer"), N_("It is no longer offered.")),
    ),
    row_key="id",
    number_key="id",
    more=_rows,
)


# Cases -----------------------------------------------------------------------------------------


async def queue(request: Request) -> Response:
    """Cases by what is due first: those of one's place, or those with a team of one's own."""
    state = one_of(request, "state", CaseState) or ""
    may = request.state.actor.may_anywhere(HANDLE_CASES)
    filters: dict[str, Any] = editable(request, HANDLE_CASES) if may else {"withMe": True}
    filters = {key: value for key, value in filters.items() if key != "isEditable"}
    filters["states"] = [state] if state else ["OPEN", "RETURNED"]
    if not may and state:  # what a team has done is no longer with it; it still sees the case
        filters.pop("withMe")
    variables = {"filter": filters, "granted": granted(request, HANDLE_CASES), **paging(request, 30)}
    asked = {"state": state, **({"within": filters["within"]} if "within" in filters else {})}
    states = select_field(request, "state", gettext("Status"), CaseState)
    states["choices"][0] = ("", gettext("not over yet"))
    values = {"fields": [states], "asked": asked, "may_open": may}
    return await page(request, "staff/one_thing/list", variables, values, fragment="staff/one_thing/_results")


async def new(request: Request) -> Response:
    """A case at the window: first which enterprise and what, then the one form."""
    code = request.query_params.get("code", "").strip().upper()[:18]
    asked = request.query_params.get("checklist", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 0
    variables = {"code": code or "none", "number": number}
    found = await read(request, "staff/one_thing/new", variables)
    if found["enterprise"] and found["checklist"]:
        given = {"variables": variables, "code": code, "template": "staff/one_thing/new"}
        return await one_form(request, found, found["checklist"], given)
    values = {"code": code, "number": number, "form": None, "is_unknown": bool(code and not found["enterprise"])}
    return await page(request, "staff/one_thing/new", variables, values, data=found)


async def case(request: Request) -> Response:
    """A case: its steps with what can be done, and what was filled in."""
    return await _case(request)


async def _case(request: Request, **more: Any) -> Response:
    number = request.path_params["number"].upper()
    found = await read(request, "staff/one_thing/case", {"number": number})
    row = require(found, "oneThingCase")
    values: dict[str, Any] = {"track": track(row["steps"]), "shown": None, "refused": None, "refused_step": 0}
    values |= {**sending(row["steps"], more.pop("sending", None)), **more}
    status = 422 if values["refused"] or values["sending_errors"] else 200
    return await page(request, "staff/one_thing/case", {"number": number}, values, data=found, status=status)


def _step(operation: Operation[Any, Any], words: str, prefix: str) -> Any:
    async def handle(request: Request) -> Response:
        number, position = request.path_params["number"].upper(), request.path_params["position"]
        form = Form(operation.input, leave_out=["number", "position"], prefix=f"{prefix}-{position}")
        if await submit(request, form, operation, number=number, position=position) is None:
            return await _case(request, refused=form, refused_step=position)
        return redirect(request, "staff_one_thing_case", said=gettext(words), number=number)

    return staff_only(handle)


async def send_documents(request: Request) -> Response:
    """What the enterprise brought to the window."""
    number = request.path_params["number"].upper()
    form = Form(operations.send_case_documents.input, leave_out=["number"])
    if await submit_with_files(request, form, operations.send_case_documents, DOCUMENTS, number=number) is None:
        return await _case(request, sending=form)
    return redirect(
        request, "staff_one_thing_case", said=gettext(N_("The documents are with the case.")), number=number
    )


async def withdraw(request: Request) -> Response:
    """The enterprise says at the window that it does not want it any more."""
    number = request.path_params["number"].upper()
    form = Form(operations.withdraw_case.input, leave_out=["number"], prefix="withdraw")
    if await submit(request, form, operations.withdraw_case, number=number) is None:
        return await _case(request, refused=form)
    return redirect(request, "staff_one_thing_case", said=gettext(N_("The case is withdrawn.")), number=number)


async def reveal(request: Request) -> Response:
    """What was filled in, in full; the look is recorded."""
    number = request.path_params["number"].upper()
    form = Form(operations.reveal_case.input, leave_out=["number"])
    found = await submit(request, form, operations.reveal_case, number=number)
    pairs = list(zip(found["labels"], found["values"], strict=True)) if found else None
    return await _case(request, shown=pairs)


async def correct(request: Request) -> Response:
    """The form again, at the window."""
    number = request.path_params["number"].upper()
    found = await read(request, "checklists/my/case", {"number": number})
    row = require(found, "oneThingCase")
    form = Form(operations.correct_case.input, {"version": row["version"]}, leave_out=["number"])
    if request.method == "POST" and await submit_with_files(
        request, form, operations.correct_case, DOCUMENTS, number=number
    ):
        return redirect(
            request, "staff_one_thing_case", said=gettext(N_("The departments go on with it.")), number=number
        )
    values = {**correction(row, form), "is_at_window": True}
    status = 422 if form.is_refused else 200
    return await page(request, "checklists/my/correct", {"number": number}, values, data=found, status=status)


_CASE = "/staff/one-thing/{number}"
_DONE = N_("The step is done; the enterprise is told.")
_RETURNED = N_("The step is returned; the enterprise is told.")
ROUTES = [
    *listing.routes(STAFF, "/staff/checklists"),
    Route("/staff/one-thing", staff_only(queue), name="staff_one_thing"),
    Route("/staff/one-thing/new", staff_only(new), name="staff_one_thing_new", methods=["GET", "POST"]),
    Route(_CASE, staff_only(case), name="staff_one_thing_case"),
    Route(f"{_CASE}/correction", staff_only(correct), name="staff_one_thing_correction", methods=["GET", "POST"]),
    Route(f"{_CASE}/documents", staff_only(send_documents), name="staff_one_thing_documents", methods=["POST"]),
    Route(f"{_CASE}/withdrawal", staff_only(withdraw), name="staff_one_thing_withdrawal", methods=["POST"]),
    Route(f"{_CASE}/form", staff_only(reveal), name="staff_one_thing_form", methods=["POST"]),
    Route(
        _CASE + "/steps/{position:int}/completion", _step(operations.finish_step, _DONE, "finish"),
        name="staff_one_thing_completion", methods=["POST"],
    ),
    Route(
        _CASE + "/steps/{position:int}/return", _step(operations.return_step, _RETURNED, "return"),
        name="staff_one_thing_return", methods=["POST"],
    ),
]  # fmt: skip
