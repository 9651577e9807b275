"""What is still to be resolved, as tiles: the counties of the city, then what lies in one, down to its communities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph import settings
from civicgraph.grievances.desk.loads import CAP
from civicgraph.grievances.pages import looking
from civicgraph.permissions import Actor
from civicgraph.web import page, query, read, require, staff_only
from civicgraph.web.shell import address

_COMMUNITY = 12


async def public_map(request: Request) -> Response:
    """Everyone's: open and overdue by place, hidden ones counted as well, as in the figures."""
    within = query.place(request) or settings.current().city_code
    return await _tiles(request, "grievances/map", within, "grievances_map", "grievances")


async def staff_map(request: Request) -> Response:
    """The staff's: of the places that their grants cover, leading to the queue."""
    actor: Actor = request.state.actor
    within = looking.place(actor, query.place(request) or "")
    return await _tiles(request, "staff/map", within, "staff_backlog", "staff_grievances")


async def _tiles(request: Request, name: str, within: str, here: str, listed: str) -> Response:
    variables = {"within": within}
    found = await read(request, name, variables)
    division = require(found, "division")
    children = division["children"]["nodes"] or [division]
    tiles = [_tile(request, one, here, listed) for one in children]
    values = {"tiles": tiles, "trail": _trail(division), "is_city": len(within) == 4, "here_name": here, "cap": CAP}
    values["late_href"] = _late(request, listed, within)
    return await page(request, name, variables, values, data=found)


def _tile(request: Request, one: Mapping[str, Any], here: str, listed: str) -> dict[str, Any]:
    """A place with its counts; a community leads to its list, anything above to its own tiles."""
    is_last = len(one["code"]) >= _COMMUNITY
    href = _late(request, listed, one["code"]) if is_last else address(request, here, within=one["code"])
    open_, late = one["backlog"]["open"], one["backlog"]["overdue"]
    share = 0 if not open_ else min(10, max(1, round(10 * late / open_))) if late else 0
    return {**one, "open": open_, "overdue": late, "step": share, "href": href}


def _late(request: Request, listed: str, code: str) -> str:
    if listed == "staff_grievances":
        return address(request, listed, view="overdue", within=code)
    return address(request, listed, state="overdue", within=code)


def _trail(division: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    above = division.get("parent")
    while above:
        found.insert(0, above)
        above = above.get("parent")
    return found


ROUTES = [
    Route("/grievances/map", public_map, name="grievances_map"),
    Route("/staff/map", staff_only(staff_map), name="staff_backlog"),
]
