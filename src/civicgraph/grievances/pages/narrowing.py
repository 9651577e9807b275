"""The fields by which the queue is narrowed: the first three on the page, the others folded under them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from civicgraph.divisions.choosing import below
from civicgraph.grievances.models import Channel, Urgency
from civicgraph.grievances.pages import looking
from civicgraph.grievances.pages.choices import category_select
from civicgraph.i18n import Labelled, gettext
from civicgraph.permissions import READ_GRIEVANCES
from civicgraph.web.formats import place_name
from civicgraph.web.forms import Choices

CITY_DIGITS = 4
_COUNTY_DIGITS = 6


async def fields(
    request: Request, found: Mapping[str, Any], kept: Mapping[str, str], workers: Choices, bodies: Choices
) -> list[dict[str, Any]]:
    """Words, place and level first: what a county's centre looks for is mostly found by these."""
    words = {"kind": "search", "label": gettext("Words"), "attrs": {"maxlength": 60}}
    narrowed = [
        _field(kept, "q", **words),
        *await _place(request, found, kept),
        _enum(kept, "level", gettext("How urgent"), Urgency),
        category_select(found, kept["category"]),
        *_holder(kept, workers, bodies),
        *_state(kept),
        _enum(kept, "channel", gettext("How it came in"), Channel),
        _field(kept, "from", kind="date", label=gettext("Reported from")),
        _field(kept, "until", kind="date", label=gettext("Reported until")),
        _field(kept, "tag", label=gettext("Tag"), attrs={"maxlength": 20}),
    ]
    return [*narrowed, looking.sort_choices(kept)]


def _field(kept: Mapping[str, str], name: str, **values: Any) -> dict[str, Any]:
    return {"name": name, "value": kept[name], **values}


def _select(kept: Mapping[str, str], name: str, label: str, choices: Choices) -> dict[str, Any]:
    return _field(kept, name, kind="select", label=label, choices=choices)


def _enum(kept: Mapping[str, str], name: str, label: str, enum: type[Labelled]) -> dict[str, Any]:
    return _select(kept, name, label, [("", gettext("All")), *((one.value, one.words) for one in enum)])


def _state(kept: Mapping[str, str]) -> list[dict[str, Any]]:
    """Where it stands, in the views that do not say it themselves."""
    choices = looking.states_of(kept["view"])
    return [_select(kept, "state", gettext("How it stands"), choices)] if choices else []


def _holder(kept: Mapping[str, str], workers: Choices, bodies: Choices) -> list[dict[str, Any]]:
    """Who works on it: a person who leads, or a team that has a part."""
    people, teams = gettext("People"), gettext("Teams")
    choices: list[tuple[str, ...]] = [("", gettext("All"))]
    choices += [(f"person:{one[0]}", one[1], people) for one in workers]
    choices += [(f"team:{one[0]}", one[1], teams) for one in bodies]
    if kept["holder"] not in {one[0] for one in choices}:  # of another place, or on the staff no more
        choices.append((kept["holder"], gettext("Somebody of another place")))
    return [_select(kept, "holder", gettext("Who works on it"), choices)] if len(choices) > 1 else []


async def _place(request: Request, found: Mapping[str, Any], kept: Mapping[str, str]) -> list[dict[str, Any]]:
    """Everything below what the actor reads; of the whole city its counties, and what lies in the one looked at."""
    prefixes = request.state.actor.prefixes(READ_GRIEVANCES)
    choices: list[tuple[str, ...]] = []
    for prefix in prefixes:
        if len(prefix) > CITY_DIGITS:
            choices += await below(request, prefix)
            continue
        city = found["city"]
        choices.append((city["code"], place_name(city)))
        choices += [(one["code"], place_name(one), place_name(city)) for one in city["children"]["nodes"]]
        inside = kept["within"][:_COUNTY_DIGITS]
        choices += (await below(request, inside))[1:] if len(inside) == _COUNTY_DIGITS else []
    # The first place is the one that is looked at where the address says none.
    named = [("" if one[0] == prefixes[0] else one[0], *one[1:]) for one in choices]
    return [_select(kept, "within", gettext("Place"), named)] if len(named) > 1 else []
