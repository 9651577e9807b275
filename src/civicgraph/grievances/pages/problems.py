"""Problems of enterprises 企业诉求: how many are solved, how many are in progress by their dates, and which."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph import settings
from civicgraph.divisions.choosing import place_field
from civicgraph.grievances.pages.choices import ENTERPRISES, asked, categories, state_filter, state_select
from civicgraph.i18n import gettext
from civicgraph.web import page, read, require
from civicgraph.web.query import paging, place


async def problems(request: Request) -> Response:
    """The figure of the whole place, each kind with the department that owns it, and the problems themselves."""
    kept = {
        "category": asked(request, "category"),
        "state": asked(request, "state"),
        "event": asked(request, "event"),
        "within": place(request) or "",
    }
    within = kept["within"] or settings.current().city_code
    filters: dict[str, Any] = {"group": ENTERPRISES, "within": within, **state_filter(kept["state"])}
    filters |= {key: kept[key] for key in ("category", "event") if kept[key]}
    variables = {
        "within": within,
        "group": ENTERPRISES,
        "event": kept["event"],
        "filter": filters,
        **paging(request, 20),
    }
    found = await read(request, "grievances/problems", variables)
    division = require(found, "division")
    fields = [_category_select(found, kept["category"]), state_select(kept["state"])]
    values = {"kept": kept, "fields": [*fields, place_field(request, division, kept["within"])]}
    return await page(request, "grievances/problems", variables, values, fragment="grievances/_problems", data=found)


def _category_select(found: dict[str, Any], value: str) -> dict[str, Any]:
    names = [(code, name) for code, name, _ in categories(found)]
    choices = [("", gettext("All")), *names]
    return {"name": "category", "kind": "select", "label": gettext("Category"), "value": value, "choices": choices}


ROUTES = [Route("/enterprise-problems", problems, name="problems")]
