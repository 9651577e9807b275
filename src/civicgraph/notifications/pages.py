"""Pages of the notifications room: one's inbox, and the outbox of the places that one oversees."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from civicgraph.i18n import N_, gettext
from civicgraph.notifications import operations
from civicgraph.permissions import READ_OUTBOX
from civicgraph.web import Form, flash, page, read, redirect, staff_only, submit
from civicgraph.web.query import paging

VIEWS: dict[str, tuple[str, dict[str, Any]]] = {
    "parked": (N_("Parked"), {"isParked": True}),
    "waiting": (N_("Waiting"), {"isWaiting": True}),
    "": (N_("All"), {}),
}
"""What the outbox shows by the address's `view`: its words and its filter."""
MESSAGES = {
    "grievance_step": N_("News of a report"),
    "grievance_assigned": N_("Work assigned"),
    "grievance_helping": N_("Asked to help"),
    "grievance_mentioned": N_("Named in a note"),
    "grievance_part_done": N_("A part is done"),
    "grievance_overdue": N_("Reminder of an overdue grievance"),
    "grievance_escalated": N_("Overdue, told to the level above"),
    "grievance_received": N_("Call for an urgent grievance"),
    "grievance_joined": N_("News of a report that was joined with another"),
    "grievance_rating": N_("Question how it was"),
    "grievance_aftercare": N_("Question whether it is lastingly solved"),
    "grievance_resumed": N_("A rest is over"),
    "grievance_review": N_("A shortfall to be looked at again"),
    "grievance_check": N_("Something to be checked on the spot"),
    "grievance_reopened": N_("Opened again"),
}
"""What the templates of messages are about; one without words shows its name."""


async def inbox(request: Request) -> Response:
    """What one was told, latest first."""
    is_unread = request.query_params.get("unread") == "1"
    variables = {"filter": {"isUnread": True} if is_unread else {}, **paging(request, 20)}
    found = await read(request, "staff/notifications/inbox", variables)
    values = {"is_unread": is_unread, "unread": found["unreadMessages"]["totalCount"]}
    return await page(request, "staff/notifications/inbox", variables, values, data=found)


async def open_message(request: Request) -> Response:
    """Mark a message as read and go where it points."""
    form = Form(operations.MessageNumber)
    row = await submit(request, form, operations.read_message, id=request.path_params["number"])
    is_local = row is not None and row.link.startswith("/") and not row.link.startswith(("//", "/\\"))
    return RedirectResponse(row.link, 303) if is_local else redirect(request, "staff_inbox")


async def read_all(request: Request) -> Response:
    """Mark as read what the page showed and all before it."""
    form = Form(operations.UpTo)
    await submit(request, form, operations.read_all_messages, id=request.path_params["number"])
    return redirect(request, "staff_inbox", said=gettext("All are marked as read."))


async def outbox(request: Request) -> Response:
    """Messages on their way; those that keep failing are parked here."""
    view = request.query_params.get("view", "")
    view = view if view in VIEWS else ""
    prefixes = request.state.actor.prefixes(READ_OUTBOX)
    # Named for speed: the index of places answers at once.
    within = {"within": prefixes[0]} if len(prefixes) == 1 and not view else {}
    variables = {"filter": {**VIEWS[view][1], **within}, **paging(request, 30)}
    values = {"view": view, "views": [(key, gettext(words)) for key, (words, _) in VIEWS.items()], "about": _about}
    return await page(request, "staff/notifications/outbox", variables, values, fragment="staff/notifications/_outbox")


def _about(template: str) -> str:
    return gettext(MESSAGES[template]) if template in MESSAGES else template


async def resend(request: Request) -> Response:
    """Send a parked message again."""
    form = Form(operations.MessageNumber)
    response = redirect(request, "staff_outbox", view="parked")
    if await submit(request, form, operations.resend_message, id=request.path_params["number"]) is None:
        return flash(response, " ".join(error.message for error in form.found), "late")
    return flash(response, gettext("It will be sent again."))


ROUTES = [
    Route("/staff/inbox", staff_only(inbox), name="staff_inbox"),
    Route("/staff/inbox/{number:int}/opening", staff_only(open_message), name="staff_inbox_open", methods=["POST"]),
    Route("/staff/inbox/{number:int}/reading", staff_only(read_all), name="staff_inbox_read", methods=["POST"]),
    Route("/staff/outbox", staff_only(outbox), name="staff_outbox"),
    Route("/staff/outbox/{number:int}/resending", staff_only(resend), name="staff_outbox_resend", methods=["POST"]),
]
