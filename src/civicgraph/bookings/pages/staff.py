"""The staff's pages of places: set them, see who is coming, write to all, print the list."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph.bookings import operations
from civicgraph.bookings.models import QuotaKind
from civicgraph.bookings.pages.telephone import kept_nowhere, look_form, looked_for
from civicgraph.bookings.subjects import SubjectKind
from civicgraph.i18n import N_, gettext, ngettext
from civicgraph.operations import Operation
from civicgraph.web import page, read, redirect, require, staff_only, submit
from civicgraph.web.forms import Choices, Form
from civicgraph.web.keys import new_key
from civicgraph.web.listing import from_graphql
from civicgraph.web.query import paging, text

VIEWS: dict[str, dict[str, Any]] = {
    "coming": {"states": ["CONFIRMED", "OFFERED"]},
    "waiting": {"states": ["WAITING"]},
    "gone": {"states": ["CANCELLED", "EXPIRED", "NO_SHOW"]},
    "calls": {"isToBeCalled": True},
}
"""Who is shown, by the word in the address."""
SHEET = 100
"""Registrations on the printed list; a longer one is printed page by page."""
_WEEKDAYS = (N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday"), N_("Sunday"))


async def _managed(request: Request, document: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    """What a document says of a quota, for those who look after it."""
    found = await read(request, document, variables)
    if not require(found, "quota")["mayManage"]:
        raise HTTPException(403)
    return found


async def quota(request: Request) -> Response:
    """Who is coming, who waits, who gave it back, who is to be called: searched by name, number or telephone."""
    code, view = request.path_params["code"], request.query_params.get("view", "coming")
    view = view if view in VIEWS else "coming"
    asked, form = text(request), look_form()
    numbers = await looked_for(request, form, code)
    filters: dict[str, Any] = VIEWS[view] | ({"text": asked} if asked else {})
    if numbers is not None:
        view, filters = "", {"numbers": numbers}
    variables = {"code": code, "filter": filters, **paging(request, 50)}
    found = await _managed(request, "staff/bookings/quota", variables)
    search = {
        "name": "q",
        "kind": "search",
        "label": gettext("Name or number"),
        "value": asked,
        "attrs": {"maxlength": 60},
    }
    values = {"view": view, "q": asked, "fields": [search], "look": form, "looked_for": numbers}
    response = await page(
        request,
        "staff/bookings/quota",
        variables,
        values,
        fragment="staff/bookings/_who",
        data=found,
        status=422 if form.is_refused else 200,
    )
    return response if numbers is None else kept_nowhere(response)


async def new_quota(request: Request) -> Response:
    """Offer places of the event or service that the address names."""
    query = request.query_params
    kind = next((one for one in SubjectKind if one.value == query.get("kind")), SubjectKind.EVENT)
    slug = query.get("slug", "")
    usual = QuotaKind.REGISTRATION if kind is SubjectKind.EVENT else QuotaKind.ENROLMENT
    given = {"kind": usual, "capacity": query.get("capacity") or None}
    form = Form(operations.create_quota.input, given, choices=_choices(), leave_out=["subject_kind", "subject_slug"])
    if request.method == "POST":
        row = await submit(request, form, operations.create_quota, subject_kind=kind, subject_slug=slug)
        if row is not None:
            return redirect(request, "staff_quota", said=gettext("Places are offered now."), code=row.code)
    values = {"form": form, "quota": None, "back": {"kind": kind.value, "slug": slug}}
    return await page(request, "staff/bookings/edit", values=values, data={}, status=422 if form.is_refused else 200)


async def edit_quota(request: Request) -> Response:
    """Change places; fewer than are taken is refused with words."""
    code = request.path_params["code"]
    variables = {"code": code}
    found = await _managed(request, "staff/bookings/edit", variables)
    model = operations.update_quota.input
    form = Form(model, from_graphql(model, found["quota"]), choices=_choices(), leave_out=["code"])
    if request.method == "POST" and await submit(request, form, operations.update_quota, code=code) is not None:
        return redirect(request, "staff_quota", said=gettext("Saved."), code=code)
    status = 409 if form.conflict else 422 if form.is_refused else 200
    return await page(
        request, "staff/bookings/edit", variables, {"form": form, "back": None}, data=found, status=status
    )


def _choices() -> dict[str, Choices]:
    return {"weekdays": [(str(number), gettext(name)) for number, name in enumerate(_WEEKDAYS, 1)]}


def _switch(operation: Operation[Any, Any], said: str) -> Callable[[Request], Awaitable[Response]]:
    """Close or open: a button on the quota's page."""

    async def handle(request: Request) -> Response:
        code, form = request.path_params["code"], Form(operation.input, leave_out=["code"])
        done = await submit(request, form, operation, code=code)
        words = gettext(said) if done is not None else " ".join(one["message"] for one in form.errors)
        return redirect(request, "staff_quota", said=words, level="done" if done is not None else "late", code=code)

    return handle


async def remove(request: Request) -> Response:
    """Places that nobody ever took are taken back; back to what they were for."""
    code = request.path_params["code"]
    of = (await _managed(request, "staff/bookings/edit", {"code": code}))["quota"]
    form = Form(operations.remove_quota.input, leave_out=["code"])
    if await submit(request, form, operations.remove_quota, code=code) is None:
        words = " ".join(one["message"] for one in form.errors)
        return redirect(request, "staff_quota", said=words, level="late", code=code)
    where, _, slug = of["link"].rpartition("/")
    room = "staff_events_edit" if where == "/events" else "staff_services_edit"
    return redirect(request, room, said=gettext("These places are offered no more; nobody had taken one."), slug=slug)


async def sheet(request: Request) -> Response:
    """The list for the door, to be printed. With the answers only when they are asked for, which is recorded."""
    code = request.path_params["code"]
    variables = {"code": code, "filter": VIEWS["coming"], **paging(request, SHEET)}
    found = await _managed(request, "staff/bookings/sheet", variables)
    answers: dict[str, list[dict[str, str]]] = {}
    if request.method == "POST":
        form = Form(operations.export_registrations.input, leave_out=["quota_code"])
        exported = await submit(request, form, operations.export_registrations, quota_code=code)
        answers = {row.number: given for row, given in exported["rows"]} if exported else {}
    values = {"answers": answers, "has_answers": request.method == "POST"}
    return await page(request, "staff/bookings/sheet", variables, values, data=found)


async def message(request: Request) -> Response:
    """Words to everybody who comes, each once."""
    code = request.path_params["code"]
    variables = {"code": code}
    found = await _managed(request, "staff/bookings/message", variables)
    form = Form(operations.message_registrants.input, {"idempotency_key": new_key()}, leave_out=["quota_code"])
    if request.method == "POST":
        done = await submit(request, form, operations.message_registrants, quota_code=code)
        if done is not None:
            said = gettext(
                N_("%(told)s are written to. %(silent)s left no e-mail address: please call them."),
                told=done["told"],
                silent=done["without_address"],
            )
            if done["unreached"]:
                unreached = ngettext(
                    "One left neither an e-mail address nor a telephone.",
                    "%(num)s left neither an e-mail address nor a telephone.",
                    done["unreached"],
                )
                said = f"{said} {unreached}"
            return redirect(request, "staff_quota", said=said, code=code)
    status = 422 if form.is_refused else 200
    return await page(request, "staff/bookings/message", variables, {"form": form}, data=found, status=status)


_PATH = "/staff/bookings/{code}"
ROUTES = [
    Route("/staff/bookings/new", staff_only(new_quota), name="staff_quota_new", methods=["GET", "POST"]),
    Route(_PATH, staff_only(quota), name="staff_quota"),
    Route(f"{_PATH}/lookups", staff_only(quota), name="staff_quota_lookups", methods=["POST"]),
    Route(f"{_PATH}/edit", staff_only(edit_quota), name="staff_quota_edit", methods=["GET", "POST"]),
    Route(f"{_PATH}/messages", staff_only(message), name="staff_quota_messages", methods=["GET", "POST"]),
    Route(f"{_PATH}/removal", staff_only(remove), name="staff_quota_removal", methods=["POST"]),
    Route(f"{_PATH}/sheet", staff_only(sheet), name="staff_quota_sheet", methods=["GET", "POST"]),
    *(
        Route(f"{_PATH}/{noun}", staff_only(_switch(operation, said)), name=f"staff_quota_{noun}", methods=["POST"])
        for noun, operation, said in (
            ("closure", operations.close_quota, N_("No more places are given out. Whoever waits still moves up.")),
            ("opening", operations.open_quota, N_("Places are given out again.")),
            ("cancellation", operations.call_off_quota, N_("It is called off. Whoever comes or waits is told.")),
            ("reinstatement", operations.reinstate_quota, N_("It takes place after all. Everybody is told.")),
        )
    ),
]
