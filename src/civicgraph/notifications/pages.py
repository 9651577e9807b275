"""Pages of the notifications room: one's inbox, and the outbox of the places that one oversees."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from civicgraph.i18n import gettext
from civicgraph.notifications import operations
from civicgraph.notifications.models import MessageState
from civicgraph.web import Form, flash, page, redirect, staff_only, submit
from civicgraph.web.query import kinds


async def inbox(request: Request) -> Response:
    """What one was told, latest first."""
    return await page(request, "staff/notifications/inbox", {"after": request.query_params.get("after")})


async def open_message(request: Request) -> Response:
    """Mark a message as read and go where it points."""
    row = await submit(
        request, Form(operations.MessageNumber), operations.read_message, id=request.path_params["number"]
    )
    is_local = row is not None and row.link.startswith("/") and not row.link.startswith("//")
    return RedirectResponse(row.link, 303) if is_local else redirect(request, "staff_inbox")


async def outbox(request: Request) -> Response:
    """Messages on their way; those that keep failing are parked here."""
    states = kinds(request, "state", MessageState)
    variables = {"filter": {"states": states} if states else {}, "after": request.query_params.get("after")}
    values = {"q": request.query_params, "states": MessageState}
    return await page(request, "staff/notifications/outbox", variables, values, fragment="staff/notifications/_outbox")


async def resend(request: Request) -> Response:
    """Send a parked message again."""
    form = Form(operations.MessageNumber)
    row = await submit(request, form, operations.resend_message, id=request.path_params["number"])
    response = redirect(request, "staff_outbox", state="PARKED")
    if row is None:
        return flash(response, " ".join(error.message for error in form.found), "error")
    return flash(response, gettext("It will be sent again."))


ROUTES = [
    Route("/staff/inbox", staff_only(inbox), name="staff_inbox"),
    Route("/staff/inbox/{number:int}/opening", staff_only(open_message), name="staff_inbox_open", methods=["POST"]),
    Route("/staff/outbox", staff_only(outbox), name="staff_outbox"),
    Route("/staff/outbox/{number:int}/resending", staff_only(resend), name="staff_outbox_resend", methods=["POST"]),
]
