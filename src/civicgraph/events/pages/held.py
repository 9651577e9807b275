"""Events by where they are: near the visitor, at a venue, by an organiser."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from civicgraph.events.models import EventKind
from civicgraph.events.pages.asked import asked_of
from civicgraph.events.pages.feeds import subscriptions
from civicgraph.i18n import gettext
from civicgraph.web import page, read, require
from civicgraph.web.query import select_field
from civicgraph.web.shell import address, chosen_place, html

LEVELS = (("community", 12), ("street", 9), ("county", 6), ("city", 4))
"""From near to far: what is on in each, and of the last what is for all of it."""


async def events_near(request: Request) -> Response:
    """What is on in the visitor's community, then in its subdistrict, then in its county, then for the whole city.

    Where somebody lives is what they chose themselves: it stands in the address, or in their browser's cookie.
    """
    asked = asked_of(request)
    chosen = chosen_place(request)
    code = asked["within"] or (chosen["code"] if chosen else "")
    if len(code) < 6:
        here = address(request, "events_near", kind=asked["kind"])
        return html(
            request, "events/near_nowhere.html", {"asked": asked, "choose_url": address(request, "place", next=here)}
        )
    wanted = {"kind": [asked["kind"]] if asked["kind"] else None, "isUpcoming": True}
    kept = {key: value for key, value in wanted.items() if value is not None}
    variables = {"place": code, "city": {**kept, "above": code[:6]}}
    variables |= {name: {**kept, "within": code[:digits]} for name, digits in LEVELS[:-1]}
    found = await read(request, "events/near", variables)
    require(found, "division")
    values = {
        "asked": asked,
        "code": code,
        "fields": [select_field(request, "kind", gettext("Kind"), EventKind)],
        "levels": _levels(found, code),
        "subscribed": subscriptions(request, {**asked, "q": "", "within": code[:6]}),
    }
    return await page(request, "events/near", variables, values, fragment="events/_near", data=found)


def _levels(found: dict[str, Any], code: str) -> list[dict[str, Any]]:
    """The lists from near to far, each event in the nearest that holds it."""
    seen: set[str] = set()
    levels = []
    place = found["division"]
    for name, digits in LEVELS:
        if len(code) < digits:
            continue
        while place and len(place["code"]) > digits:
            place = place["parent"]
        events = [row for row in found[name]["nodes"] if row["slug"] not in seen]
        seen.update(row["slug"] for row in events)
        levels.append({"place": place, "events": events, "has_more": found[name]["pageInfo"]["hasNextPage"]})
    return levels


async def venue(request: Request) -> Response:
    """A venue: where it is, and what was and will be there."""
    return await _held(request, "venue")


async def organiser(request: Request) -> Response:
    """An organiser: what they hold and held."""
    return await _held(request, "organiser")


async def _held(request: Request, by: str) -> Response:
    name = request.path_params["called"][:120]
    variables = {"coming": {by: name, "isUpcoming": True}, "past": {by: name, "isUpcoming": False}}
    found = await read(request, "events/held", variables)
    rows = [*found["coming"]["nodes"], *found["past"]["nodes"]]
    require({"rows": rows or None}, "rows")
    other = "organiser" if by == "venue" else "venue"
    asked = {**dict.fromkeys(asked_of(request), ""), by: name}
    values = {
        "by": by,
        "name": name,
        "addresses": list(dict.fromkeys(row["address"] for row in rows if row["address"])) if by == "venue" else [],
        "places": list({row["division"]["code"]: row["division"] for row in rows}.values()),
        "others": list(dict.fromkeys(row[other] for row in rows if row[other])),
        "beside": other,
        "phones": list(dict.fromkeys(row["contactPhone"] for row in rows if row["contactPhone"])),
        "subscribed": subscriptions(request, asked),
    }
    return await page(request, "events/held", variables, values, data=found)
