"""Choosing a division in a form of the staff: what their grants cover, grouped by the division above."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from civicgraph.permissions import Actor
from civicgraph.web import read
from civicgraph.web.forms import Choices


async def staff_choices(request: Request, capability: str) -> Choices:
    """The divisions under the actor's grants with `capability` as (code, name, group)."""
    actor: Actor = request.state.actor
    found: list[tuple[str, ...]] = []
    for prefix in actor.prefixes(capability):
        data = await read(request, "staff/divisions/choices", {"code": prefix})
        if data["division"]:
            _add(found, data["division"], "")
    return found


def _add(found: list[tuple[str, ...]], division: dict[str, Any], group: str) -> None:
    found.append((division["code"], division["shortName"], group or division["shortName"]))
    below = division.get("children", {}).get("nodes", [])
    for child in below:
        _add(found, child, division["shortName"])
