"""Choosing a division: in a form of the staff what their grants cover, in a filter of a list what lies around."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from civicgraph.i18n import gettext
from civicgraph.permissions import Actor
from civicgraph.web import read
from civicgraph.web.formats import place_name
from civicgraph.web.forms import Choices
from civicgraph.web.query import place
from civicgraph.web.shell import chosen_place


async def staff_choices(request: Request, capability: str) -> Choices:
    """The divisions under the actor's grants with `capability` as (code, name, group)."""
    actor: Actor = request.state.actor
    found: list[tuple[str, ...]] = []
    for prefix in actor.prefixes(capability):
        found += await below(request, prefix)
    return found


async def below(request: Request, code: str) -> Choices:
    """A division and what lies below it, as (code, name, group)."""
    found: list[tuple[str, ...]] = []
    data = await read(request, "staff/divisions/choices", {"code": code})
    if data["division"]:
        _add(found, data["division"], "")
    return found


def _add(found: list[tuple[str, ...]], division: dict[str, Any], group: str) -> None:
    found.append((division["code"], division["shortName"], group or division["shortName"]))
    below = division.get("children", {}).get("nodes", [])
    for child in below:
        _add(found, child, division["shortName"])


def place_field(request: Request, division: dict[str, Any], within: str | None) -> dict[str, Any]:
    """The filter `within` of a list: the whole city, the visitor's community, and what lies above and below
    `division`, which the list's document read with its parents and children."""
    choices: list[tuple[str, ...]] = [("", gettext("The whole city"))]
    near = chosen_place(request)
    if near and near["code"] != within:
        choices.append((near["code"], near["name"]))
    above = division.get("parent")
    ancestors: list[dict[str, Any]] = [division] if within else []
    while above:
        ancestors.insert(0, above)
        above = above.get("parent")
    choices += [(one["code"], place_name(one)) for one in ancestors if len(one["code"]) > 4]
    inside = gettext("Inside %(place)s", place=place_name(division))
    choices += [(one["code"], place_name(one), inside) for one in division["children"]["nodes"]]
    return {"name": "within", "kind": "select", "label": gettext("Place"), "value": within or "", "choices": choices}


def editable(request: Request, capability: str) -> dict[str, Any]:
    """The part of a filter that keeps a staff list to what the actor may edit: one of the places of their grants
    (the first, unless the address says which), since the index of places answers at once."""
    prefixes = request.state.actor.prefixes(capability)
    asked = place(request)
    if asked and any(asked.startswith(prefix) for prefix in prefixes):
        return {"within": asked}
    return {"within": prefixes[0]} if prefixes else {"isEditable": True}


def granted(request: Request, capability: str) -> list[str]:
    """The places of the actor's grants, for a staff list to choose from where they are several."""
    prefixes: tuple[str, ...] = request.state.actor.prefixes(capability)
    return list(prefixes) if len(prefixes) > 1 else ["none"]
