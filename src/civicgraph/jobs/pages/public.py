"""Work near home, for everybody: the vacancies, one of them, and what became of those who applied."""

from __future__ import annotations

import re
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph import clock, settings
from civicgraph.divisions.choosing import place_field
from civicgraph.i18n import gettext
from civicgraph.jobs.models import WorkKind
from civicgraph.jobs.wording import wage
from civicgraph.web import page, read, require
from civicgraph.web.query import one_of, paging, place, search_field, select_field, text

MONTHS = 12


async def jobs(request: Request) -> Response:
    """The vacancies that one can apply for: by words, sort of work and place."""
    asked = {
        "q": text(request) or "",
        "kind": one_of(request, "kind", WorkKind) or "",
        "within": place(request) or "",
    }
    filters: dict[str, Any] = {
        "text": asked["q"],
        "kind": [asked["kind"]] if asked["kind"] else None,
        "within": asked["within"],
        "isOpen": True,
    }
    variables = {
        "place": asked["within"] or settings.current().city_code,
        "filter": {key: value for key, value in filters.items() if value},
        **paging(request, 24),
    }
    found = await read(request, "jobs/list", variables)
    fields = [*search(request), place_field(request, require(found, "division"), asked["within"])]
    values = {"asked": asked, "fields": fields, "wage": wage}
    return await page(request, "jobs/list", variables, values, fragment="jobs/_results", data=found)


def search(request: Request) -> list[dict[str, Any]]:
    """The controls for words and sort of work."""
    return [search_field(request), select_field(request, "kind", gettext("Sort of work"), WorkKind)]


async def job(request: Request) -> Response:
    """One vacancy: what it is, what it pays, who can do it, how one applies."""
    variables = {"number": request.path_params["number"]}
    found = await read(request, "jobs/job", variables)
    require(found, "vacancy")
    return await page(request, "jobs/job", variables, {"wage": wage}, data=found)


async def figures(request: Request) -> Response:
    """How many applied, how many are at work, and how long it took: by place and month."""
    asked = {"from": _month(request, "from"), "to": _month(request, "to"), "within": place(request) or ""}
    variables = {
        "within": asked["within"] or settings.current().city_code,
        "from": asked["from"] or None,
        "to": asked["to"] or None,
    }
    found = await read(request, "jobs/figures", variables)
    fields = [
        _months(gettext("First month"), "from", asked["from"], gettext("the beginning")),
        _months(gettext("Last month"), "to", asked["to"], gettext("now")),
        place_field(request, require(found, "division"), asked["within"]),
    ]
    parts = [one for one in found["figures"]["byDivision"] if one["referrals"]]
    values = {"asked": asked, "fields": fields, "parts_below": parts}
    return await page(request, "jobs/figures", variables, values, fragment="jobs/_figures", data=found)


def _month(request: Request, name: str) -> str:
    given = request.query_params.get(name, "")
    return given if re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", given, re.ASCII) else ""


def _months(label: str, name: str, value: str, none: str) -> dict[str, Any]:
    today = clock.today()
    counted = [today.year * 12 + today.month - 1 - back for back in range(MONTHS)]
    latest = [f"{one // 12}-{one % 12 + 1:02}" for one in counted]
    latest += [value] if value and value not in latest else []
    choices = [("", none), *((one, one) for one in latest)]
    return {"name": name, "kind": "select", "label": label, "value": value, "choices": choices}


ROUTES = [
    Route("/jobs", jobs, name="jobs"),
    Route("/jobs/figures", figures, name="job_figures"),
    Route("/jobs/{number:int}", job, name="job"),
]
