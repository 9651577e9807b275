"""The page of markets: what is sold where in a year, in sums and one by one."""

from __future__ import annotations

import re
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph import clock, settings
from civicgraph.divisions.choosing import place_field
from civicgraph.i18n import gettext
from civicgraph.products import wording
from civicgraph.products.units import Unit, in_unit
from civicgraph.web import page, read, require
from civicgraph.web.formats import spelt
from civicgraph.web.query import paging, place, text
from civicgraph.web.shell import address

YEARS = 10


async def markets(request: Request) -> Response:
    """Sales of a year, the last whole one unless the address says which, by the place that they go to."""
    latest = clock.today().year
    wanted = request.query_params.get("year", "")
    year = int(wanted) if re.fullmatch(r"(19|20)\d\d", wanted, re.ASCII) else latest - 1
    asked = {"year": str(year), "market": text(request, "market", 40) or "", "within": place(request) or ""}
    filters = {"year": year, "market": asked["market"], "madeWithin": asked["within"]}
    variables = {
        "place": asked["within"] or settings.current().city_code,
        "within": asked["within"],
        "year": year,
        "filter": {key: value for key, value in filters.items() if value},
        **paging(request, 30),
    }
    found = await read(request, "products/markets", variables)
    sums = found["figures"]["byMarket"]
    values = {
        "asked": asked,
        "fields": _fields(request, found, asked, latest),
        "quantity": wording.quantity,
        "tonnes": lambda grams: in_unit(grams, Unit.TONNE, Unit.TONNE),
        "bars": _bars([one for one in sums if one["massGrams"]], request, asked),
        "others": [one for one in sums if not one["massGrams"]],
    }
    return await page(request, "products/markets", variables, values, fragment="products/_markets", data=found)


def _fields(request: Request, found: dict[str, Any], asked: dict[str, str], latest: int) -> list[dict[str, Any]]:
    years = [str(latest - back) for back in range(YEARS)]
    years += [asked["year"]] if asked["year"] not in years else []
    names = [one["market"] for one in found["figures"]["byMarket"]]
    names += [asked["market"]] if asked["market"] and asked["market"] not in names else []
    choices: dict[str, tuple[str, list[tuple[str, str]]]] = {
        "year": (gettext("Year"), [(one, one) for one in years]),
        "market": (gettext("Sold in"), [("", gettext("all")), *((one, spelt(one)) for one in names)]),
    }
    chosen = [
        {"name": name, "kind": "select", "label": label, "value": asked[name], "choices": options}
        for name, (label, options) in choices.items()
    ]
    made = place_field(request, require(found, "division"), asked["within"])
    return [*chosen, {**made, "label": gettext("Made in")}]


def _bars(sums: list[dict[str, Any]], request: Request, asked: dict[str, str]) -> list[dict[str, Any]]:
    largest = sorted(sums, key=lambda one: (-one["massGrams"], one["market"]))
    return [
        {
            "label": spelt(one["market"]),
            "value": one["massGrams"],
            "text": in_unit(one["massGrams"], Unit.TONNE, Unit.TONNE),
            "href": address(request, "markets", **{**asked, "market": one["market"]}),
        }
        for one in largest
    ]


ROUTES = [Route("/markets", markets, name="markets")]
