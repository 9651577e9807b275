"""Reports that a person looks at first, for the staff of their places."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph import settings
from civicgraph.divisions.choosing import staff_choices
from civicgraph.grievances import operations
from civicgraph.grievances.pages.choices import categories
from civicgraph.grievances.pages.drafts import COMMUNITY_DIGITS
from civicgraph.i18n import N_, gettext
from civicgraph.operations import Operation
from civicgraph.permissions import DISPATCH_GRIEVANCES
from civicgraph.web import page, read, redirect, staff_only, submit
from civicgraph.web.forms import Form


async def held_reports(request: Request) -> Response:
    """What waits, the longest first."""
    return await _list(request)


async def _list(request: Request, refused: Form | None = None) -> Response:
    within = next(iter(request.state.actor.prefixes(DISPATCH_GRIEVANCES)), "")
    code = within or settings.current().city_code
    variables = {"filter": {"state": "WAITING", "within": code}, "code": code}
    found = await read(request, "staff/grievances/held", variables)
    needs_places = any(len(one["divisionCode"]) < COMMUNITY_DIGITS for one in found["heldReports"]["nodes"])
    every = await staff_choices(request, DISPATCH_GRIEVANCES) if needs_places else []
    places = [("", gettext("Please choose")), *(one for one in every if len(one[0]) == COMMUNITY_DIGITS)]
    kinds = categories(found)
    values: dict[str, Any] = {
        "places": places,
        "categories": [("", gettext(N_("As it came"))), *kinds],
        "categories_to_choose": [("", gettext("Please choose")), *kinds],
    }
    values |= {"errors": refused.errors if refused else []}
    values["is_category_refused"] = any(error.field == "category" for error in refused.found) if refused else False
    status = 422 if refused else 200
    return await page(request, "staff/grievances/held", variables, values, data=found, status=status)


def _decision(operation: Operation[Any, Any], said: str) -> Callable[[Request], Awaitable[Response]]:
    async def decide(request: Request) -> Response:
        form = Form(operation.input)
        if await submit(request, form, operation, number=request.path_params["number"]) is None:
            return await _list(request, form)
        return redirect(request, "staff_held", said=gettext(said))

    return staff_only(decide)


ROUTES = [
    Route("/staff/held", staff_only(held_reports), name="staff_held"),
    Route(
        "/staff/held/{number}/release",
        _decision(operations.release_report, N_("It is a grievance now.")),
        name="staff_held_release",
        methods=["POST"],
    ),
    Route(
        "/staff/held/{number}/drop",
        _decision(operations.drop_report, N_("It was dropped.")),
        name="staff_held_drop",
        methods=["POST"],
    ),
]
