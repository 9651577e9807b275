"""An enterprise's own cases: the one form, how far it is, correcting, withdrawing, a copy and erasure."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph.checklists import operations
from civicgraph.checklists.pages.form import (
    DOCUMENTS,
    document_fields,
    document_rows,
    form_errors,
    form_fields,
    sending,
    track,
)
from civicgraph.i18n import N_, gettext
from civicgraph.uploads.forms import submit_with_files, taking_back
from civicgraph.web import Form, page, pressed, read, redirect, require, signed_in, submit
from civicgraph.web.keys import new_key, renew_key

_ONE = "/my/enterprises/{credit_code}/one-thing/{number}"


async def new(request: Request) -> Response:
    """The one form; sent, it leads to the case."""
    code = request.path_params["credit_code"].upper()
    variables = {"code": code, "number": request.path_params["checklist"]}
    found = await read(request, "checklists/my/open", variables)
    row = require(found, "checklist")
    if not require(found, "enterprise")["isMine"]:
        require({}, "enterprise")
    return await one_form(request, found, row, {"variables": variables, "code": code, "template": "checklists/my/open"})


async def one_form(request: Request, found: dict[str, Any], row: dict[str, Any], given: dict[str, Any]) -> Response:
    """The form of a checklist for an enterprise: of its own account, or of the window."""
    ticked = [one for one in request.query_params.getlist("yes") if one.isascii() and one.isdigit()]
    form = Form(
        operations.OpenCase, {"idempotency_key": new_key(), "yes": ticked}, leave_out=["checklist_id", "credit_code"]
    )
    if request.method == "POST":
        fixed = {"checklist_id": row["number"], "credit_code": given["code"]}
        case = await submit_with_files(request, form, operations.open_case, DOCUMENTS, **fixed)
        if case is not None:
            said = gettext(N_("The case is open. Its number is %(number)s."), number=case.number)
            if "staff" in given["template"]:
                return redirect(request, "staff_one_thing_case", said=said, number=case.number)
            return redirect(request, "my_one_thing", said=said, credit_code=given["code"], number=case.number)
        renew_key(form)
    fields, rows = form_fields(row["formFields"], form), document_rows(row["steps"], form)
    values = {
        "form": form,
        "fields": fields,
        "document_rows": rows,
        "errors": form_errors(form, [*fields, *document_fields(rows)]),
        "yes": [int(one) for one in form.values.get("yes") or [] if str(one).isdigit()],
        "code": given["code"],
    }
    status = 422 if form.is_refused else 200
    return await page(request, given["template"], given["variables"], values, data=found, status=status)


async def case(request: Request) -> Response:
    """Where a case stands."""
    return await _case(request)


async def _case(request: Request, **more: Any) -> Response:
    code, number = request.path_params["credit_code"].upper(), request.path_params["number"].upper()
    found = await read(request, "checklists/my/case", {"number": number})
    row = require(found, "oneThingCase")
    if not row["isMine"] or row["enterprise"]["creditCode"] != code:
        require({}, "oneThingCase")
    values: dict[str, Any] = {"track": track(row["steps"]), "code": code, "shown": None, "refused": None}
    values |= {**sending(row["steps"], more.pop("sending", None)), **more}
    status = 422 if values["refused"] or values["sending_errors"] else 200
    return await page(request, "checklists/my/case", {"number": number}, values, data=found, status=status)


async def send_documents(request: Request) -> Response:
    """Documents for steps of the case."""
    code, number = request.path_params["credit_code"].upper(), request.path_params["number"].upper()
    form = Form(operations.send_case_documents.input, leave_out=["number"])
    if await submit_with_files(request, form, operations.send_case_documents, DOCUMENTS, number=number) is None:
        return await _case(request, sending=form)
    said = gettext(N_("Thank you. The departments have your documents."))
    return redirect(request, "my_one_thing", said=said, credit_code=code, number=number)


async def take_back(request: Request) -> Response:
    """A document that was sent by mistake."""
    code, number = request.path_params["credit_code"].upper(), request.path_params["number"].upper()
    said, level = await taking_back(request)
    return redirect(request, "my_one_thing", said=said, level=level, credit_code=code, number=number)


async def correct(request: Request) -> Response:
    """The form again, with what stands in it."""
    code, number = request.path_params["credit_code"].upper(), request.path_params["number"].upper()
    found = await read(request, "checklists/my/case", {"number": number})
    row = require(found, "oneThingCase")
    form = Form(operations.correct_case.input, {"version": row["version"]}, leave_out=["number"])
    if request.method == "POST" and await submit_with_files(
        request, form, operations.correct_case, DOCUMENTS, number=number
    ):
        said = gettext(N_("Thank you. The departments go on with it."))
        return redirect(request, "my_one_thing", said=said, credit_code=code, number=number)
    values = {**correction(row, form), "code": code, "is_at_window": False}
    status = 422 if form.is_refused else 200
    return await page(request, "checklists/my/correct", {"number": number}, values, data=found, status=status)


def correction(row: dict[str, Any], form: Form) -> dict[str, Any]:
    """What the page of a correction draws: the form as it was filled in, and documents for what was returned."""
    returned = [one for one in row["steps"] if one["state"] == "RETURNED"]
    fields, rows = form_fields(row["answers"], form, is_kept=True), document_rows(returned, form)
    errors = form_errors(form, [*fields, *document_fields(rows)])
    return {"form": form, "fields": fields, "document_rows": rows, "errors": errors, "returned": returned}


async def withdraw(request: Request) -> Response:
    """The enterprise does not want it any more."""
    code, number = request.path_params["credit_code"].upper(), request.path_params["number"].upper()
    form = Form(operations.withdraw_case.input, leave_out=["number"], prefix="withdraw")
    if await submit(request, form, operations.withdraw_case, number=number) is None:
        return await _case(request, refused=form)
    return redirect(
        request, "my_one_thing", said=gettext(N_("The case is withdrawn.")), credit_code=code, number=number
    )


async def reveal(request: Request) -> Response:
    """What was filled in, in full; the look is recorded."""
    number = request.path_params["number"].upper()
    found = await submit(
        request, Form(operations.reveal_case.input, leave_out=["number"]), operations.reveal_case, number=number
    )
    pairs = list(zip(found["labels"], found["values"], strict=True)) if found else None
    return await _case(request, shown=pairs)


async def data(request: Request) -> Response:
    """Everything that is kept of the case, as a file."""
    number = request.path_params["number"].upper()
    form = Form(operations.export_case.input, leave_out=["number"])
    found = await pressed(request, form, operations.export_case, number=number)
    headers = {"content-disposition": f'attachment; filename="{number}.json"', "cache-control": "no-store"}
    return Response(found["data"], media_type="application/json", headers=headers)


async def erase(request: Request) -> Response:
    """Erase what was filled in."""
    code, number = request.path_params["credit_code"].upper(), request.path_params["number"].upper()
    form = Form(operations.erase_case.input, leave_out=["number"], prefix="erase")
    if await submit(request, form, operations.erase_case, number=number) is None:
        return await _case(request, refused=form)
    said = gettext(N_("What was filled in is erased."))
    return redirect(request, "my_one_thing", said=said, credit_code=code, number=number)


ROUTES = [
    Route(
        "/my/enterprises/{credit_code}/one-thing/new/{checklist:int}", signed_in(new), name="my_one_thing_new",
        methods=["GET", "POST"],
    ),
    Route(_ONE, signed_in(case), name="my_one_thing"),
    Route(f"{_ONE}/correction", signed_in(correct), name="my_one_thing_correction", methods=["GET", "POST"]),
    Route(f"{_ONE}/documents", signed_in(send_documents), name="my_one_thing_documents", methods=["POST"]),
    Route(f"{_ONE}/documents/{{file}}/withdrawal", signed_in(take_back), name="my_one_thing_document", methods=["POST"]),
    Route(f"{_ONE}/withdrawal", signed_in(withdraw), name="my_one_thing_withdrawal", methods=["POST"]),
    Route(f"{_ONE}/form", signed_in(reveal), name="my_one_thing_form", methods=["POST"]),
    Route(f"{_ONE}/data", signed_in(data), name="my_one_thing_data", methods=["POST"]),
    Route(f"{_ONE}/erasure", signed_in(erase), name="my_one_thing_erasure", methods=["POST"]),
]  # fmt: skip
