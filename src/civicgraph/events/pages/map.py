"""The counties as tiles, each with how many events are coming up there, and each leading to its list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from civicgraph import settings
from civicgraph.events.pages.asked import asked_of, date_fields, fields_of, filter_of
from civicgraph.web import page, read, require
from civicgraph.web.formats import number, place_name
from civicgraph.web.shell import address


async def events_map(request: Request) -> Response:
    """Where something is on, by what is asked for beside a place."""
    asked = {**asked_of(request), "within": "", "past": ""}
    city = settings.current().city_code
    variables = {"city": city, "filter": {**filter_of(asked), "within": city}}
    found = await read(request, "events/map", variables)
    counties = require(found, "division")["children"]["nodes"]
    *fields, price, is_free = (one for one in fields_of(request, found, asked) if one["name"] != "within")
    counts = {one["value"]: one["count"] for one in found["eventFacets"]["divisions"]}
    values = {
        "asked": asked,
        "fields": [*fields, *date_fields(asked), price, is_free],
        "tiles": [_tile(request, one, counts, found["eventFacets"]["isCapped"], asked) for one in counties],
        "for_all": counts.get(city, 0),
    }
    return await page(request, "events/map", variables, values, fragment="events/_map", data=found)


def _tile(
    request: Request, county: dict[str, Any], counts: Mapping[str, int], is_capped: bool, asked: Mapping[str, str]
) -> dict[str, Any]:
    """A county; where more was found than is counted, each number is the least that there are."""
    count = counts.get(county["code"], 0)
    return {
        "code": county["code"],
        "name": county["shortName"],
        "whole": place_name(county),
        "value": count,
        "text": f"{number(count)}+" if is_capped else number(count),
        "href": address(request, "events", **{**asked, "within": county["code"]}),
    }
