"""The public pages of investment projects: the list, and one with its stages, milestones and amounts."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph import settings
from civicgraph.divisions.choosing import place_field
from civicgraph.enterprises.figures.counting import OLDEST, before, last_day
from civicgraph.i18n import N_, current, gettext
from civicgraph.projects.models import ProjectStage
from civicgraph.projects.stages import TRACK, is_back
from civicgraph.web import page, read, require
from civicgraph.web.formats import day
from civicgraph.web.query import one_of, paging, place, search_field, select_field, text

ORDERS = {"": N_("Latest entered first"), "LARGEST": N_("Most contracted first")}


async def projects(request: Request) -> Response:
    """The projects of a place, by stage, industry and the quarter of their signing."""
    signed = quarter(request, "signed")
    asked = {
        "q": text(request) or "",
        "stage": one_of(request, "stage", ProjectStage) or "",
        "industry": industry(request),
        "within": place(request) or "",
        "signed": signed,
        "order": "LARGEST" if request.query_params.get("order") == "LARGEST" else "",
    }
    filters = {
        "text": asked["q"],
        "stages": [asked["stage"]] if asked["stage"] else None,
        "industry": asked["industry"],
        "within": asked["within"],
        "signedFrom": (last_day(before(signed, 1)) + timedelta(days=1)).isoformat() if signed > OLDEST else None,
        "signedUntil": last_day(signed).isoformat() if signed else None,
        "isPublished": True,
    }
    variables = {
        "place": asked["within"] or settings.current().city_code,
        "filter": {key: value for key, value in filters.items() if value},
        "order": asked["order"],
        **paging(request, 30),
    }
    found = await read(request, "projects/list", variables)
    fields = [
        search_field(request),
        select_field(request, "stage", gettext("Stage"), ProjectStage),
        industry_field(found, asked["industry"]),
        place_field(request, require(found, "division"), asked["within"]),
        {
            "name": "order",
            "kind": "select",
            "label": gettext("Order"),
            "value": asked["order"],
            "choices": [(key, gettext(words)) for key, words in ORDERS.items()],
        },
    ]
    values = {"asked": asked, "fields": fields}
    return await page(request, "projects/list", variables, values, fragment="projects/_results", data=found)


def quarter(request: Request, name: str) -> str:
    """A quarter as figures write it."""
    asked = request.query_params.get(name, "")
    return asked if re.fullmatch(r"20\d\dQ[1-4]", asked) else ""


def industry(request: Request) -> str:
    """An industry on any level."""
    code = request.query_params.get("industry", "").upper()
    return code if re.fullmatch(r"[A-T]|[0-9]{2,4}", code) else ""


def industry_field(found: dict[str, Any], chosen: str) -> dict[str, Any]:
    """The control for a section of industry."""
    choices = [(one["code"], industry_name(one)) for one in found["industries"]["nodes"]]
    return {
        "name": "industry",
        "kind": "select",
        "label": gettext("Industry"),
        "value": chosen,
        "choices": [("", gettext("all")), *choices],
    }


def industry_name(one: dict[str, Any]) -> str:
    """The name of an industry in the reader's language."""
    return str(one["name" if current.get() == "zh" else "nameEn"])


async def project(request: Request) -> Response:
    """One project: how far it is, what is promised by when, what is contracted and invested."""
    variables = {"number": request.path_params["number"]}
    found = await read(request, "projects/project", variables)
    row = require(found, "investmentProject")
    return await page(request, "projects/project", variables, {"track": track(row)}, data=found)


def track(row: dict[str, Any]) -> list[dict[str, Any]]:
    """The way of a project as a timeline: what it has passed, with its days, and what comes."""
    steps: list[dict[str, Any]] = []
    for change in row["stageChanges"]:
        stage = ProjectStage[change["stage"]]
        goes_on = change["before"] == ProjectStage.STOPPED.name
        title = gettext("Goes on: %(stage)s", stage=stage.words) if goes_on else stage.words
        if is_back(ProjectStage[change["before"]] if change["before"] else None, stage):
            title = gettext("Back to: %(stage)s", stage=stage.words)
        steps.append(
            {"title": title, "expected": day(change["on"]), "note": change["reason"], "state": "past", **_by(change)}
        )
    steps[-1]["state"] = {"STOPPED": "late", "PRODUCING": "past"}.get(row["stage"], "now")
    if row["stage"] != ProjectStage.STOPPED.name:
        ahead = TRACK[TRACK.index(ProjectStage[row["stage"]]) + 1 :]
        steps += [{"title": stage.words, "state": "next"} for stage in ahead]
    return steps


def _by(change: dict[str, Any]) -> dict[str, Any]:
    return {"by": change["person"]["name"]} if change.get("person") else {}


ROUTES = [
    Route("/projects", projects, name="projects"),
    Route("/projects/{number:int}", project, name="project"),
]
