"""Pages of the grids room: a grid and who is in charge of it; the staff's grids."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph import settings
from civicgraph.divisions.choosing import staff_choices
from civicgraph.grids import operations
from civicgraph.i18n import gettext
from civicgraph.permissions import EDIT_GRIDS
from civicgraph.web import Form, listing, page, read, redirect, require, staff_only, submit
from civicgraph.web.query import place


async def grid(request: Request) -> Response:
    """A grid: who is in charge, what it covers, what is open in it."""
    variables = {"code": request.path_params["code"]}
    found = await read(request, "grids/grid", variables)
    require(found, "grid")
    return await page(request, "grids/grid", variables, data=found)


def _staff_filter(request: Request) -> dict[str, Any]:
    prefixes = request.state.actor.prefixes(EDIT_GRIDS)
    within = place(request) or (prefixes[0] if prefixes else settings.current().city_code)
    return {"filter": {"within": within}, "after": request.query_params.get("after")}


async def _choices(request: Request) -> dict[str, Any]:
    places = [one for one in await staff_choices(request, EDIT_GRIDS) if len(one[0]) == 12]
    return {"division_code": places}


async def assign(request: Request) -> Response:
    """Put somebody in charge of a grid."""
    code = request.path_params["code"]
    found = await read(request, "staff/grids/edit", {"code": code})
    row = require(found, "grid")
    form = Form(operations.AssignGridWorker, leave_out=["code"])
    result = await submit(request, form, operations.assign_grid_worker, code=code)
    if result is not None:
        return redirect(request, "staff_grids_edit", code=code, said=gettext("Saved."))
    edit = Form(operations.UpdateGrid, listing.from_graphql(operations.UpdateGrid, row), leave_out=["code"])
    values = {"listing": STAFF, "form": edit, "is_new": False, "worker": form}
    return await page(request, "staff/grids/edit", {"code": code}, values, data=found, status=422)


STAFF = listing.Listing(
    name="staff_grids",
    folder="staff/grids",
    root="grid",
    key="code",
    subject="Grid",
    create=operations.create_grid,
    update=operations.update_grid,
    variables=_staff_filter,
    choices=_choices,
    row_key="code",
    values=lambda request: {"worker": Form(operations.AssignGridWorker, leave_out=["code"])},
)

ROUTES = [
    Route("/grids/{code}", grid, name="grid"),
    *listing.routes(STAFF, "/staff/grids"),
    Route("/staff/grids/{code}/assignments", staff_only(assign), name="staff_grids_assign", methods=["POST"]),
]
