"""Rescue teams and drills: the public register, the figures with their trend, and the staff's pages."""

from __future__ import annotations

import re
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from civicgraph import clock, settings
from civicgraph.divisions.choosing import place_field, staff_choices
from civicgraph.events.models import Hazard
from civicgraph.events.rescue import operations
from civicgraph.events.rescue.models import RescueKind
from civicgraph.i18n import gettext, label_of
from civicgraph.permissions import EDIT_EVENTS
from civicgraph.web import listing, page, read, require
from civicgraph.web.query import one_of, paging, place, search_field, select_field, text
from civicgraph.web.sheets import lines

MONTHS = 12


# The public register ----------------------------------------------------------------------------


async def rescue_teams(request: Request) -> Response:
    """The teams of a place, by what they are for."""
    asked = {
        "q": text(request) or "",
        "kind": one_of(request, "kind", RescueKind) or "",
        "within": place(request) or "",
    }
    filters = {
        "kind": [asked["kind"]] if asked["kind"] else None,
        "within": asked["within"] or None,
        "name": asked["q"] or None,
        "isActive": True,
    }
    variables = {
        "place": asked["within"] or settings.current().city_code,
        "filter": {key: value for key, value in filters.items() if value is not None},
        **paging(request, 30),
    }
    found = await read(request, "rescue/list", variables)
    fields = [
        search_field(request),
        select_field(request, "kind", gettext("What it is for"), RescueKind),
        place_field(request, require(found, "division"), asked["within"]),
    ]
    values = {"asked": asked, "fields": fields}
    return await page(request, "rescue/list", variables, values, fragment="rescue/_results", data=found)


async def rescue_team(request: Request) -> Response:
    """A team: what it has, whom to call, the drills that it took part in."""
    variables = {"number": request.path_params["number"]}
    found = await read(request, "rescue/team", variables)
    require(found, "rescueTeam")
    return await page(request, "rescue/team", variables, {}, data=found)


# Figures ----------------------------------------------------------------------------------------


async def drills(request: Request) -> Response:
    """Twelve months of drills: how many, how many people, by place and hazard, and the same a year before."""
    asked, variables = _asked(request)
    found = await read(request, "rescue/drills", variables)
    require(found, "division")
    values = {
        "asked": asked,
        "fields": _fields(request, found, asked),
        "months": _months(found["figures"]["byMonth"], asked["to"]),
        "from_month": variables["from"],
        **_parts(found),
    }
    return await page(request, "rescue/drills", variables, values, fragment="rescue/_drills", data=found)


async def drills_sheet(request: Request) -> Response:
    """The same as a table for spreadsheets."""
    asked, variables = _asked(request)
    found = await read(request, "rescue/drills", variables)
    require(found, "division")
    names = ("announced", "held", "planned", "participants")
    whole, parts = found["figures"], _parts(found)
    rows: list[list[Any]] = [
        [
            *(gettext("By"), gettext("What it is"), gettext("Drills announced"), gettext("Drills held")),
            *(gettext("Planned participants"), gettext("Participants")),
        ],
        [gettext("Total"), found["division"]["shortName"], *(whole[name] for name in names)],
    ]
    for by, key in (
        (gettext("Month"), "by_month"),
        (gettext("Place"), "by_division"),
        (gettext("Hazard"), "by_hazard"),
    ):
        rows += [[by, one["label"], *(one[name] for name in names)] for one in parts[key]]
    for one in parts["by_kind"]:
        rows.append([gettext("Rescue teams"), one["label"], one["teams"], "", "", one["members"]])
    headers = {
        "content-disposition": f'attachment; filename="drills-{variables["within"]}-{asked["to"]}.csv"',
        "cache-control": "private, no-cache",
    }
    return StreamingResponse(iter(list(lines(rows))), headers=headers, media_type="text/csv; charset=utf-8")


def _asked(request: Request) -> tuple[dict[str, str], dict[str, Any]]:
    last = request.query_params.get("to", "")
    if not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", last):
        last = f"{clock.today():%Y-%m}"
    asked = {"to": last, "hazard": one_of(request, "hazard", Hazard) or "", "within": place(request) or ""}
    first = before(last, MONTHS - 1)
    variables = {
        "within": asked["within"] or settings.current().city_code,
        "hazard": asked["hazard"],
        "from": first,
        "to": last,
        "yearFrom": before(first, MONTHS),
        "yearTo": before(last, MONTHS),
    }
    return asked, variables


def before(month: str, months: int) -> str:
    """The month so many before."""
    ordinal = int(month[:4]) * 12 + int(month[5:]) - 1 - months
    return f"{ordinal // 12:04d}-{ordinal % 12 + 1:02d}"


def _fields(request: Request, found: dict[str, Any], asked: dict[str, str]) -> list[dict[str, Any]]:
    this = f"{clock.today():%Y-%m}"
    ends = list(
        dict.fromkeys([this, *(f"{year}-12" for year in range(int(this[:4]) - 1, int(this[:4]) - 5, -1)), asked["to"]])
    )
    label = gettext("Twelve months until")
    return [
        {"name": "to", "kind": "select", "label": label, "value": asked["to"], "choices": [(one, one) for one in ends]},
        select_field(request, "hazard", gettext("Hazard"), Hazard),
        place_field(request, found["division"], asked["within"]),
    ]


def _months(found: list[dict[str, Any]], last: str) -> list[dict[str, Any]]:
    """All twelve months for the chart; those without a drill as nothing."""
    known = {one["month"]: one for one in found}
    names = [before(last, back) for back in reversed(range(MONTHS))]
    return [
        {
            "month": name,
            "received": known.get(name, {}).get("announced", 0),
            "resolved": known.get(name, {}).get("held", 0),
        }
        for name in names
    ]


def _parts(found: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The parts in which there is anything, with their names."""
    figures, teams = found["figures"], found["teams"]
    there = {one["division"]["code"]: one for one in teams["byDivision"]}
    divisions = [
        {**one, **{"teams": there.get(one["division"]["code"], {"teams": 0, "members": 0})}}
        for one in figures["byDivision"]
    ]
    return {
        "by_month": [{**one, "label": one["month"]} for one in figures["byMonth"]],
        "by_division": [
            {
                **one,
                "label": one["division"]["shortName"],
                "members": one["teams"]["members"],
                "teams": one["teams"]["teams"],
            }
            for one in divisions
            if one["announced"] or one["teams"]["teams"]
        ],
        "by_hazard": [
            {**one, "label": label_of("Hazard", one["hazard"])} for one in figures["byHazard"] if one["announced"]
        ],
        "by_kind": [{**one, "label": label_of("RescueKind", one["kind"])} for one in teams["byKind"] if one["teams"]],
    }


# The staff's pages ------------------------------------------------------------------------------


def _variables(request: Request) -> dict[str, Any]:
    prefixes = request.state.actor.prefixes(EDIT_EVENTS)
    within = prefixes[0] if prefixes else settings.current().city_code
    return {"filter": {"within": within}, "after": request.query_params.get("after")}


async def _choices(request: Request) -> dict[str, Any]:
    return {"division_code": await staff_choices(request, EDIT_EVENTS)}


STAFF_TEAMS = listing.Listing(
    name="staff_rescue_teams",
    folder="staff/rescue",
    root="rescueTeam",
    key="number",
    key_type=int,
    input_key="id",
    subject="RescueTeam",
    create=operations.create_rescue_team,
    update=operations.update_rescue_team,
    variables=_variables,
    choices=_choices,
    row_key="id",
)
ROUTES = [
    Route("/rescue-teams", rescue_teams, name="rescue_teams"),
    Route("/rescue-teams/{number:int}", rescue_team, name="rescue_team"),
    Route("/drills", drills, name="drills"),
    Route("/drills.csv", drills_sheet, name="drills_sheet"),
    *listing.routes(STAFF_TEAMS, "/staff/rescue-teams"),
]
