"""Pages of the divisions room: the city's tree, a place's page; staff pages of places and compounds."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph import clock, settings
from civicgraph.divisions import operations
from civicgraph.divisions.choosing import staff_choices
from civicgraph.permissions import EDIT_DIVISIONS
from civicgraph.web import listing, page, read, require


async def divisions(request: Request) -> Response:
    """The tree from the city down, or what a search for a name finds."""
    text = request.query_params.get("q", "").strip()[:40]
    variables = {
        "code": settings.current().city_code,
        "filter": {"text": text} if text else {"within": settings.current().city_code, "level": ["COUNTY"]},
        "after": request.query_params.get("after"),
        "first": 40,
    }
    return await page(request, "divisions/list", variables, {"q": text}, fragment="divisions/_results")


async def division(request: Request) -> Response:
    """A place: where it lies, who is in charge, and everything in its subtree."""
    code = request.path_params["code"]
    variables = {"code": code, "month": f"{clock.today():%Y-%m}"}
    found = await read(request, "divisions/division", variables)
    row = require(found, "division")
    return await page(request, "divisions/division", variables, {"trail": _trail(row)}, data=found)


def _trail(row: dict[str, Any]) -> list[dict[str, Any]]:
    """The division's ancestors, from the city down."""
    found: list[dict[str, Any]] = []
    above = row.get("parent")
    while above:
        found.insert(0, above)
        above = above.get("parent")
    return found


def _staff_filter(request: Request) -> dict[str, Any]:
    text = request.query_params.get("q", "").strip()[:40]
    prefixes = request.state.actor.prefixes(EDIT_DIVISIONS)
    within = request.query_params.get("within") or (prefixes[0] if prefixes else settings.current().city_code)
    filters: dict[str, Any] = {"within": within}
    if text:
        filters["text"] = text
    return {"filter": filters, "after": request.query_params.get("after"), "before": request.query_params.get("before")}


async def _compound_choices(request: Request) -> dict[str, Any]:
    return {"division_code": await staff_choices(request, EDIT_DIVISIONS)}


PLACES = listing.Listing(
    name="staff_divisions",
    folder="staff/divisions",
    root="division",
    key="code",
    subject="Division",
    update=operations.update_division,
    variables=_staff_filter,
    row_key="code",
)
COMPOUNDS = listing.Listing(
    name="staff_compounds",
    folder="staff/compounds",
    root="compound",
    key="number",
    key_type=int,
    input_key="id",
    subject="Compound",
    create=operations.create_compound,
    update=operations.update_compound,
    variables=_staff_filter,
    choices=_compound_choices,
    row_key="id",
)

ROUTES = [
    Route("/places", divisions, name="divisions"),
    Route("/places/{code}", division, name="division"),
    *listing.routes(PLACES, "/staff/places"),
    *listing.routes(COMPOUNDS, "/staff/compounds"),
]
