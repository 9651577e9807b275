"""The staff's index of bookings: everybody who registered for anything in a place, found by name, number or telephone."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph.bookings.models import RegistrationState
from civicgraph.bookings.pages.telephone import kept_nowhere, look_form, looked_for
from civicgraph.bookings.subjects import SubjectKind
from civicgraph.divisions.choosing import editable, granted
from civicgraph.i18n import gettext
from civicgraph.permissions import MANAGE_BOOKINGS
from civicgraph.web import page, staff_only
from civicgraph.web.query import day, kinds, one_of, paging, select_field, text

SIZE = 30


async def bookings(request: Request) -> Response:
    """The latest first; of one state, of events or services, of the days on which they take place; those to be called."""
    if not request.state.actor.may_anywhere(MANAGE_BOOKINGS):
        raise HTTPException(403)
    asked = {
        "q": text(request) or "",
        "state": one_of(request, "state", RegistrationState) or "",
        "subject": one_of(request, "subject", SubjectKind) or "",
        "from": day(request, "from") or "",
        "until": day(request, "until") or "",
        "call": "true" if request.query_params.get("call") == "true" else "",
        "page": request.query_params.get("page", "")[:120],
        **editable(request, MANAGE_BOOKINGS),
    }
    pages, form = paging(request, SIZE), look_form()
    numbers = await looked_for(request, form)
    variables = {
        "filter": _filter(request, asked) if numbers is None else {"numbers": numbers},
        "granted": granted(request, MANAGE_BOOKINGS),
        "number": "" if pages.get("after") or pages.get("before") else asked["q"],  # above the first page alone
        **pages,
    }
    values = {"asked": asked, "fields": _fields(request, asked), "look": form, "looked_for": numbers}
    status = 422 if form.is_refused else 200
    response = await page(
        request, "staff/bookings/all", variables, values, fragment="staff/bookings/_all", status=status
    )
    return response if numbers is None else kept_nowhere(response)


def _filter(request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    until = asked["until"] and f"{date.fromisoformat(asked['until']) + timedelta(days=1)}"
    filters = {
        "within": asked["within"],
        "named": asked["q"],
        "states": kinds(request, "state", RegistrationState),
        "subject": asked["subject"],
        "startsFrom": asked["from"],
        "startsBefore": until,
        "isToBeCalled": asked["call"] == "true",
        "page": asked["page"],
    }
    return {key: value for key, value in filters.items() if value}


def _fields(request: Request, asked: dict[str, Any]) -> list[dict[str, Any]]:
    label = gettext("Name or number")
    return [
        {"name": "q", "kind": "search", "label": label, "value": asked["q"], "attrs": {"maxlength": 60}},
        select_field(request, "state", gettext("State"), RegistrationState),
        select_field(request, "subject", gettext("Registered for"), SubjectKind),
        {"name": "from", "kind": "date", "label": gettext("Takes place from"), "value": asked["from"]},
        {"name": "until", "kind": "date", "label": gettext("Until"), "value": asked["until"]},
        {"name": "call", "kind": "checkbox", "label": gettext("to be called"), "value": asked["call"] == "true"},
    ]


ROUTES = [
    Route("/staff/bookings", staff_only(bookings), name="staff_bookings"),
    Route("/staff/bookings/lookups", staff_only(bookings), name="staff_bookings_lookups", methods=["POST"]),
]
