"""A work order on one sheet of paper, for whoever goes out with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import segno
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph import settings
from civicgraph.grievances import operations
from civicgraph.web import page, read, require, staff_only, submit
from civicgraph.web.forms import Form
from civicgraph.web.shell import address


async def work_order(request: Request) -> Response:
    """What is to be done, where and by when; the reporter's contact only when it is asked for, which is recorded."""
    number = request.path_params["number"]
    variables = {"number": number}
    found = await read(request, "staff/grievances/work_order", variables)
    row = require(found, "grievance")
    if not row["mayHelp"]:
        raise HTTPException(403)
    contact = None
    if request.method == "POST":
        form = Form(operations.reveal_grievance_contact.input)
        contact = await submit(request, form, operations.reveal_grievance_contact, number=number)
    values = {"contact": contact, "order": _order(request, row), "code": _code(request, number)}
    response = await page(request, "staff/grievances/work_order", variables, values, data=found)
    response.headers["cache-control"] = "no-store"
    return response


def _order(request: Request, row: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The order that the address names, else that of the lead."""
    wanted = request.query_params.get("order", "")
    orders = row["workOrders"]
    named = next((one for one in orders if str(one["number"]) == wanted), None)
    return named or next((one for one in orders if one["isLead"]), None)


def _code(request: Request, number: str) -> Markup:
    """The address of the staff's page as a QR code; without a grant it opens nothing."""
    base = settings.current().base_url.rstrip("/")
    made = segno.make(base + address(request, "staff_grievance", number=number), error="m")
    return Markup(made.svg_inline(scale=4, border=2, dark="#000", light="#fff"))  # noqa: S704 - drawn by segno from our own address


ROUTES = [
    Route(
        "/staff/grievances/{number}/work-order",
        staff_only(work_order),
        name="staff_work_order",
        methods=["GET", "POST"],
    ),
]
