"""Investment projects in figures: by stage, place and quarter of signing, as of the end of a quarter; as CSV as well."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from civicgraph import clock, settings
from civicgraph.divisions.choosing import place_field
from civicgraph.enterprises.figures.counting import before, quarter_of
from civicgraph.i18n import gettext, label_of
from civicgraph.projects.models import ProjectStage
from civicgraph.projects.pages.public import quarter
from civicgraph.web import page, read, require
from civicgraph.web.formats import place_name
from civicgraph.web.query import one_of, place, select_field
from civicgraph.web.sheets import lines

QUARTERS = 12


async def figures(request: Request) -> Response:
    """The figures of a place, a stage and a quarter."""
    asked, variables = _asked(request)
    found = await read(request, "projects/figures", variables)
    require(found, "division")
    values = {"asked": asked, "fields": _fields(request, found, asked), **_parts(found)}
    return await page(request, "projects/figures", variables, values, fragment="projects/_figures", data=found)


async def figures_sheet(request: Request) -> Response:
    """The same as a table for spreadsheets."""
    asked, variables = _asked(request)
    found = await read(request, "projects/figures", variables)
    require(found, "division")
    parts, whole = _parts(found), found["figures"]
    head = (gettext("By"), gettext("What it is"), gettext("Projects"))
    rows: list[list[Any]] = [
        [*head, gettext("Contracted, CNY"), gettext("Invested so far, CNY")],
        [gettext("Total"), found["division"]["shortName"], *_numbers(whole)],
    ]
    named = (
        ("by_stage", gettext("Stage")),
        ("by_division", gettext("Place")),
        ("by_signing", gettext("Quarter of signing")),
    )
    rows += [[by, one["label"], *_numbers(one)] for key, by in named for one in parts[key]]
    name = f"projects-{variables['within']}-{asked['quarter'] or clock.today()}.csv"
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "private, no-cache"}
    return StreamingResponse(iter(list(lines(rows))), headers=headers, media_type="text/csv; charset=utf-8")


def _numbers(one: dict[str, Any]) -> list[Any]:
    return [one["projects"], *(f"{int(one[name]) / 100:.2f}" for name in ("contractedFen", "investedFen"))]


def _asked(request: Request) -> tuple[dict[str, str], dict[str, Any]]:
    asked = {
        "quarter": quarter(request, "quarter"),
        "stage": one_of(request, "stage", ProjectStage) or "",
        "within": place(request) or "",
    }
    variables = {
        "within": asked["within"] or settings.current().city_code,
        "stage": asked["stage"],
        "to": asked["quarter"],
    }
    return asked, variables


def _fields(request: Request, found: dict[str, Any], asked: dict[str, str]) -> list[dict[str, Any]]:
    latest = quarter_of(clock.today())
    past = [before(latest, back) for back in range(1, QUARTERS)]
    past += [asked["quarter"]] if asked["quarter"] and asked["quarter"] not in past else []
    choices = [("", gettext("now")), *((one, gettext("end of %(quarter)s", quarter=words(one))) for one in past)]
    return [
        {
            "name": "quarter",
            "kind": "select",
            "label": gettext("As they stood"),
            "value": asked["quarter"],
            "choices": choices,
        },
        select_field(request, "stage", gettext("Stage"), ProjectStage),
        place_field(request, found["division"], asked["within"]),
    ]


def words(quarter: str) -> str:
    """A quarter as people write it."""
    return gettext("Quarter %(number)s of %(year)s", number=quarter[5], year=quarter[:4])


def _parts(found: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The parts in which there is anything, with their names."""
    figures = found["figures"]

    def named(key: str, label: Any) -> list[dict[str, Any]]:
        return [{**one, "label": label(one)} for one in figures[key] if one["projects"]]

    return {
        "by_stage": named("byStage", lambda one: label_of("ProjectStage", one["stage"])),
        "by_division": named("byDivision", lambda one: place_name(one["division"])),
        "by_signing": named("bySigning", lambda one: words(one["signed"])),
    }


ROUTES = [
    Route("/projects/figures", figures, name="project_figures"),
    Route("/projects/figures.csv", figures_sheet, name="project_figures_sheet"),
]
