"""At the door: check in by the scanned code, by number or by the list; and one registration with what staff do with it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from civicgraph.bookings import operations, rules
from civicgraph.i18n import N_, gettext, ngettext
from civicgraph.operations import Operation, OperationError
from civicgraph.web import page, read, redirect, require, staff_only, submit
from civicgraph.web.formats import time
from civicgraph.web.forms import Form
from civicgraph.web.keys import new_key
from civicgraph.web.offline import refused, wants_json
from civicgraph.web.query import text

AT_THE_DOOR = 1_000
"""Registrations on the page of the door: all of them, for the page is kept and used where the server cannot be asked. Of
more, the words above the list find the one."""
_DOCUMENT, _PAGE = "staff/bookings/check_in", 100


async def check_in(request: Request) -> Response:
    """Who is expected and has not come yet; scanned, typed or picked, one is checked in by a press."""
    code, asked = request.path_params["code"], text(request)
    if request.method == "POST" and wants_json(request):
        return await _noted(request, code)
    filters: dict[str, Any] = {"states": ["CONFIRMED", "OFFERED"], "hasCome": False} | (
        {"text": asked} if asked else {}
    )
    variables = {"code": code, "filter": filters, "number": _scanned(request), "first": _PAGE}
    found = await read(request, _DOCUMENT, variables)
    if not require(found, "quota")["mayManage"]:
        raise HTTPException(403)
    given = {"ticket": request.query_params.get("ticket", ""), "scan_key": new_key()}
    form = Form(operations.check_in.input, given, leave_out=["quota_code", "scanned_at"])
    if request.method == "POST":
        done = await submit(request, form, operations.check_in, quota_code=code)
        if done is not None:
            return redirect(request, "staff_check_in", code=code, **_said(done))
    search = {
        "name": "q",
        "kind": "search",
        "label": gettext("Name or number"),
        "value": asked,
        "attrs": {"maxlength": 60},
    }
    expected, is_cut = await _expected(request, variables, found)
    values = {
        "form": form,
        "fields": [search],
        "q": asked,
        "scan_key": new_key(),
        "expected": expected,
        "is_cut": is_cut,
    }
    status = 422 if form.is_refused else 200
    return await page(request, _DOCUMENT, variables, values, data=found, status=status)


async def _expected(
    request: Request, variables: Mapping[str, Any], found: Mapping[str, Any]
) -> tuple[list[Mapping[str, Any]], bool]:
    """Who is expected, page by page, and whether there are more than `AT_THE_DOOR`."""
    rows = found["quota"]["registrations"]
    nodes, pages = list(rows["nodes"]), rows["pageInfo"]
    while pages["hasNextPage"] and len(nodes) < AT_THE_DOOR:
        more = await read(request, _DOCUMENT, {**variables, "after": pages["endCursor"]})
        rows = more["quota"]["registrations"]
        nodes, pages = [*nodes, *rows["nodes"]], rows["pageInfo"]
    return nodes, pages["hasNextPage"]


async def _noted(request: Request, code: str) -> Response:
    """What the page kept while there was no connection (`door.js`), with the time of its scan."""
    form = Form(operations.check_in.input, leave_out=["quota_code"])
    try:
        done = await submit(request, form, operations.check_in, quota_code=code)
    except OperationError as error:
        return JSONResponse({"words": [one.message for one in error.errors]}, 403)
    if done is None:
        return refused(form)
    return JSONResponse({"words": [_said(done)["said"]]}, 409 if done["is_repeated"] else 200)


def _scanned(request: Request) -> str:
    return rules.scanned_number(request.query_params.get("ticket", "")) or "-"


def _said(done: Mapping[str, Any]) -> dict[str, str]:
    row = done["registration"]
    if done["is_repeated"]:
        words = gettext(
            N_("%(name)s (%(number)s) was checked in before, at %(when)s. Nothing is counted twice."),
            name=row.contact_name,
            number=row.number,
            when=time(row.checked_in_at),
        )
        return {"said": words, "level": "soon"}
    words = ngettext(
        "%(name)s: one person is here.", "%(name)s: %(num)s people are here.", row.attended, name=row.contact_name
    )
    return {"said": words}


async def ticket(request: Request) -> Response:
    """Where the square code of a ticket leads staff: to the door of what it is for."""
    given = request.path_params["ticket"]
    number = rules.scanned_number(given)
    found = (await read(request, "staff/bookings/registration", {"number": number or "-"}))["registration"]
    if found is None:
        raise HTTPException(404)
    return redirect(request, "staff_check_in", code=found["quota"]["code"], ticket=given)


@dataclass(frozen=True)
class Act:
    """What staff do with a registration, as a noun in the address. `words` is on its button."""

    operation: Operation[Any, Any]
    said: str
    view: str = ""
    """The list to go on with: calls are made one after another."""


ACTS: Mapping[str, Act] = {
    "advancement": Act(operations.move_up_registration, N_("The next free places are theirs.")),
    "removal": Act(operations.remove_registration, N_("It is taken off; the person is told why.")),
    "call": Act(operations.note_call, N_("Noted: they have been called."), view="calls"),
    "absence": Act(operations.mark_no_show, N_("Noted. Their places are free again.")),
    "undoing": Act(operations.undo_check_in, N_("The check-in is taken back.")),
}


async def registration(request: Request) -> Response:
    """One registration; its contact only when it is asked for, which is recorded."""
    contact = None
    if request.method == "POST":
        form = Form(operations.reveal_registration_contact.input, leave_out=["number"])
        number = request.path_params["number"]
        contact = await submit(request, form, operations.reveal_registration_contact, number=number)
    return await _drawn(request, contact=contact)


async def _drawn(
    request: Request, *, contact: Mapping[str, str] | None = None, refused: tuple[str, Form] | None = None
) -> Response:
    variables = {"number": request.path_params["number"]}
    found = await read(request, "staff/bookings/registration", variables)
    require(found, "registration")
    forms = {noun: _form(noun) for noun in ACTS} | dict([refused] if refused else [])
    values = {"forms": forms, "contact": contact, "errors": refused[1].errors if refused else []}
    status = 422 if refused else 200
    response = await page(request, "staff/bookings/registration", variables, values, data=found, status=status)
    response.headers["cache-control"] = "no-store"
    return response


def _form(noun: str) -> Form:
    return Form(ACTS[noun].operation.input, leave_out=["number"], prefix=noun)


def _handler(noun: str, act: Act) -> Callable[[Request], Awaitable[Response]]:
    async def handle(request: Request) -> Response:
        number, form = request.path_params["number"], _form(noun)
        if await submit(request, form, act.operation, number=number) is None:
            return await _drawn(request, refused=(noun, form))
        if act.view:
            found = (await read(request, "staff/bookings/registration", {"number": number}))["registration"]
            code = found["quota"]["code"]
            return redirect(request, "staff_quota", said=gettext(act.said), code=code, view=act.view)
        return redirect(request, "staff_registration", said=gettext(act.said), number=number)

    return handle


_PATH = "/staff/registrations/{number}"
ROUTES = [
    Route("/staff/check-in/{ticket}", staff_only(ticket), name="staff_ticket"),
    Route("/staff/bookings/{code}/check-in", staff_only(check_in), name="staff_check_in", methods=["GET", "POST"]),
    Route(_PATH, staff_only(registration), name="staff_registration", methods=["GET", "POST"]),
    *(
        Route(f"{_PATH}/{noun}", staff_only(_handler(noun, act)), name=f"staff_registration_{noun}", methods=["POST"])
        for noun, act in ACTS.items()
    ),
]
