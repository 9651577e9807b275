"""How the city fares with grievances: the public figures, a month's report to print, and both as CSV."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph import clock, settings
from civicgraph.grievances.models import Channel
from civicgraph.grievances.pages.choices import asked, categories
from civicgraph.grievances.pages.periods import Period, back, month_words, period_of, periods
from civicgraph.grievances.pages.sheet import sheet
from civicgraph.i18n import gettext
from civicgraph.web import page, query, read, require
from civicgraph.web.shell import chosen_place


async def figures(request: Request) -> Response:
    """The figures of a place, a period, a category and a channel: what came in, what came of it, and how fast."""
    period, kept, variables = _asked(request)
    found = await _read(request, variables)
    values = {
        "period": period,
        "kept": kept,
        "fields": _fields(found, kept),
        "trail": _trail(found["division"]),
        "near": chosen_place(request),
        **_parts(found),
    }
    return await page(request, "grievances/figures", variables, values, fragment="grievances/_figures", data=found)


async def figures_sheet(request: Request) -> Response:
    """The same as a table for spreadsheets."""
    period, kept, variables = _asked(request)
    found = await _read(request, variables)
    crossed = await _crossed(request, variables, found) if variables["isWhole"] else {}
    named = (
        kept["within"] or settings.current().city_code,
        period.value or period.last,
        kept["category"],
        kept["channel"],
    )
    return sheet(f"figures-{'-'.join(filter(None, named))}.csv", found, crossed)


async def month_report(request: Request) -> Response:
    """A month's report of a place, made to be printed."""
    period = period_of(request.path_params["month"], clock.today())
    if not period.is_month:
        raise HTTPException(404)
    within = query.place(request) or settings.current().city_code
    variables = {"within": within, "month": period.first, "before": back(_first(period.first), 1)}
    found = await read(request, "grievances/month", variables)
    require(found, "division")
    values = {"period": period, "months": _neighbours(period), "trail": _trail(found["division"]), **_parts(found)}
    return await page(request, "grievances/month", variables, values, data=found)


def _asked(request: Request) -> tuple[Period, dict[str, str], dict[str, Any]]:
    """The period, what links have to keep of the address, and the document's variables."""
    period = period_of(asked(request, "period"), clock.today())
    within, category, channel = query.place(request) or "", asked(request, "category"), asked(request, "channel")
    channel = channel if channel in set(Channel) else ""
    variables = {
        "within": within or settings.current().city_code,
        "from": period.first,
        "to": period.last,
        "category": category,
        "channel": channel.upper() or None,
        "isAll": not category,
        "isWhole": not (category or channel),
    }
    return period, {"within": within, "period": period.value, "category": category, "channel": channel}, variables


async def _crossed(
    request: Request, variables: dict[str, Any], found: dict[str, Any]
) -> dict[str, list[dict[str, Any]]]:
    """By each channel in which anything came in: its categories. One read a channel, for all at once cost too much."""
    names = ("within", "from", "to")
    period = {name: variables[name] for name in names}
    ways = [one["channel"] for one in found["figures"]["byChannel"] if one["received"]]
    return {
        way: (await read(request, "grievances/feeds/crossed", {**period, "channel": way}))["figures"]["byCategory"]
        for way in ways
    }


async def _read(request: Request, variables: dict[str, Any]) -> dict[str, Any]:
    found = await read(request, "grievances/figures", variables)
    require(found, "division")
    return found


def _fields(found: dict[str, Any], kept: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "name": "period",
            "kind": "select",
            "label": gettext("Period"),
            "value": kept["period"],
            "choices": periods(clock.today()),
        },
        {
            "name": "category",
            "kind": "select",
            "label": gettext("Category"),
            "value": kept["category"],
            "choices": [("", gettext("All")), *categories(found)],
        },
        {
            "name": "channel",
            "kind": "select",
            "label": gettext("How it came in"),
            "value": kept["channel"],
            "choices": [("", gettext("All")), *((one.value, one.words) for one in Channel)],
        },
    ]


def _parts(found: dict[str, Any]) -> dict[str, Any]:
    """Parts in which anything was reported, categories by how much it was."""
    whole = found["figures"]
    by_category = [one for one in whole.get("byCategory", []) if one["received"]]
    return {
        "divisions": whole["byDivision"],
        "by_category": sorted(by_category, key=lambda one: -one["received"]),
        "by_month": [{**one, "words": month_words(_first(one["month"]))} for one in whole.get("byMonth", [])],
    }


def _first(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


def _trail(division: dict[str, Any]) -> list[dict[str, Any]]:
    """The divisions above, from the city down."""

    def above(one: dict[str, Any]) -> Iterator[dict[str, Any]]:
        if parent := one.get("parent"):
            yield from above(parent)
            yield parent

    return list(above(division))


def _neighbours(period: Period) -> dict[str, str | None]:
    """The months before and after; none that is still to come."""
    first = _first(period.first)
    following = back(first, -1)
    return {"before": back(first, 1), "after": following if following <= f"{clock.today():%Y-%m}" else None}


ROUTES = [
    Route("/figures", figures, name="figures"),
    Route("/figures.csv", figures_sheet, name="figures_sheet"),
    Route("/figures/{month}", month_report, name="figures_month"),
]
