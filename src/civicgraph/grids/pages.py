"""Pages of the grids room: a grid and who is in charge of it; the staff's grids."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph import settings
from civicgraph.divisions.choosing import editable, granted, staff_choices
from civicgraph.grids import operations
from civicgraph.i18n import gettext
from civicgraph.permissions import EDIT_GRIDS
from civicgraph.web import Form, listing, page, read, redirect, require, staff_only, submit
from civicgraph.web.query import paging, place


async def grid(request: Request) -> Response:
    """A grid: who is in charge, what it covers, what is open in it."""
    variables = {"code": request.path_params["code"]}
    found = await read(request, "grids/grid", variables)
    require(found, "grid")
    return await page(request, "grids/grid", variables, data=found)


def _shown(request: Request) -> str:
    """The place whose grids are listed: what the address says within the actor's places, else the first of them."""
    within = editable(request, EDIT_GRIDS).get("within") or place(request) or settings.current().city_code
    return str(within)


def _staff_filter(request: Request) -> dict[str, Any]:
    within = _shown(request)
    return {
        "place": within,
        "filter": {"within": within},
        "granted": granted(request, EDIT_GRIDS),
        **paging(request, 40),
    }


def _staff_values(request: Request) -> dict[str, Any]:
    return {"asked": {"within": _shown(request)}, "prefixes": request.state.actor.prefixes(EDIT_GRIDS)}


async def _choices(request: Request) -> dict[str, Any]:
    places = [one for one in await staff_choices(request, EDIT_GRIDS) if len(one[0]) == 12]
    return {"division_code": places}


async def workers(request: Request) -> Response:
    """Who is in charge of a grid, and putting somebody in charge."""
    code = request.path_params["code"]
    found, form = await _workers(request, code)
    if request.method == "POST":
        result = await submit(request, form, operations.assign_grid_worker, code=code)
        if result is not None:
            return redirect(request, "staff_grids_workers", code=code, said=gettext("Saved."))
    return await _draw(request, found, form, form)


async def end(request: Request) -> Response:
    """End somebody's time in charge."""
    code = request.path_params["code"]
    ending = Form(operations.AssignmentNumber)
    result = await submit(request, ending, operations.end_assignment, id=request.path_params["number"])
    if result is not None:
        return redirect(request, "staff_grids_workers", code=code, said=gettext("Saved."))
    found, form = await _workers(request, code)
    return await _draw(request, found, form, ending)


async def _workers(request: Request, code: str) -> tuple[dict[str, Any], Form]:
    """What the page of a grid's workers reads, and its form with the people of the community to choose from."""
    found = await read(request, "staff/grids/workers", {"code": code, "community": code[:12]})
    require(found, "grid")
    people = [(str(one["number"]), _called(one)) for one in found["people"]["nodes"]]
    return found, Form(operations.AssignGridWorker, choices={"person_id": people}, leave_out=["code"])


def _called(person: dict[str, Any]) -> str:
    return f"{person['name']} · {person['title']}" if person["title"] else str(person["name"])


async def _draw(request: Request, found: dict[str, Any], form: Form, sent: Form) -> Response:
    variables = {"code": found["grid"]["code"], "community": found["grid"]["division"]["code"]}
    values = {"worker": form, "errors": sent.errors}
    status = 422 if sent.is_refused else 200
    return await page(request, "staff/grids/workers", variables, values, data=found, status=status)


STAFF = listing.Listing(
    name="staff_grids",
    folder="staff/grids",
    root="grid",
    key="code",
    subject="Grid",
    create=operations.create_grid,
    update=operations.update_grid,
    variables=_staff_filter,
    values=_staff_values,
    choices=_choices,
    row_key="code",
)

ROUTES = [
    Route("/grids/{code}", grid, name="grid"),
    *listing.routes(STAFF, "/staff/grids"),
    Route("/staff/grids/{code}/workers", staff_only(workers), name="staff_grids_workers", methods=["GET", "POST"]),
    Route("/staff/grids/{code}/workers/{number:int}/end", staff_only(end), name="staff_grids_end", methods=["POST"]),
]
