"""What everyone may read: the anonymised list, and one grievance."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph import clock, settings
from civicgraph.divisions.choosing import place_field
from civicgraph.grievances.pages.choices import asked, category_select, number_in, state_filter, state_select
from civicgraph.grievances.pages.signing import signed
from civicgraph.grievances.pages.story import story
from civicgraph.i18n import gettext
from civicgraph.web import page, read, require
from civicgraph.web.errors import error_page
from civicgraph.web.query import place


async def grievances(request: Request) -> Response:
    """Everything that was reported, to be narrowed by words, category, place and state."""
    state = asked(request, "state") or ("overdue" if asked(request, "overdue") else "")
    # Links to the form of a report say `division`: whoever writes it here means the same.
    text, category, within = asked(request, "q", 60), asked(request, "category"), _within(request)
    filters: dict[str, Any] = {**state_filter(state)}
    filters |= {key: value for key, value in (("text", text), ("category", category), ("within", within)) if value}
    if number := number_in(text):
        filters = {"number": number}
    size = "last" if asked(request, "before") else "first"
    variables = {
        "place": within or settings.current().city_code,
        "month": f"{clock.today():%Y-%m}",
        "filter": filters,
        "orderBy": "DUE_FIRST" if state == "overdue" else "NEWEST",
        "after": request.query_params.get("after"),
        "before": request.query_params.get("before"),
        size: 20,
    }
    found = await read(request, "grievances/list", variables)
    require(found, "division")
    kept = {"q": text, "category": category, "within": within, "state": state}
    values = {"kept": kept, "fields": _fields(request, found, kept)}
    return await page(request, "grievances/list", variables, values, fragment="grievances/_results", data=found)


def _within(request: Request) -> str:
    return asked(request, "within") or asked(request, "division")


def _fields(request: Request, found: dict[str, Any], kept: dict[str, str]) -> list[dict[str, Any]]:
    search = {"name": "q", "kind": "search", "label": gettext("Words"), "value": kept["q"], "attrs": {"maxlength": 60}}
    around = place_field(request, found["division"], kept["within"])
    return [search, around, category_select(found, kept["category"]), state_select(kept["state"])]


async def grievance(request: Request) -> Response:
    """One grievance: what was reported, what was promised, what has been done, what comes next."""
    variables = {"number": request.path_params["number"]}
    found = await read(request, "grievances/grievance", variables)
    row = found["grievance"]
    if row is None:
        return not_public(request)
    return await page(request, "grievances/grievance", variables, {"steps": story(row), "signed": signed}, data=found)


def not_public(request: Request) -> Response:
    """Under a number that nothing public has: whoever follows what was hidden reads so, and a stranger learns nothing."""
    return error_page(request, 404, "grievances/not_public")


async def shortfalls(request: Request) -> Response:
    """The shortfall list 短板清单: what cannot be done yet, by place."""
    within = place(request)
    size = "last" if asked(request, "before") else "first"
    variables = {
        "place": within or settings.current().city_code,
        "after": request.query_params.get("after"),
        "before": request.query_params.get("before"),
        size: 20,
    }
    found = await read(request, "grievances/shortfalls", variables)
    division = require(found, "division")
    kept = {"within": within or ""}
    values = {"kept": kept, "fields": [place_field(request, division, within)]}
    return await page(
        request, "grievances/shortfalls", variables, values, fragment="grievances/_shortfalls", data=found
    )


ROUTES = [
    Route("/shortfalls", shortfalls, name="shortfalls"),
    Route("/grievances", grievances, name="grievances"),
    Route("/grievances/{number}", grievance, name="grievance"),
]
