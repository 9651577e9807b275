"""What the address of a list of events asks for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from starlette.requests import Request

from civicgraph import clock
from civicgraph.divisions.choosing import place_field
from civicgraph.events.models import Accessibility, AudienceGroup, EventKind
from civicgraph.i18n import gettext
from civicgraph.web import require
from civicgraph.web.query import (
    day,
    fen,
    is_free_asked,
    one_of,
    place,
    price_fields,
    search_field,
    select_field,
    text,
    yuan,
)
from civicgraph.web.templating import environment


def asked_of(request: Request) -> dict[str, str]:
    """What the address filters by, as the page's own addresses carry it on."""
    return {
        "q": text(request) or "",
        "kind": one_of(request, "kind", EventKind) or "",
        "within": place(request) or "",
        "above": place(request, "above") or "",
        "from": day(request, "from") or "",
        "until": day(request, "until") or "",
        "group": one_of(request, "group", AudienceGroup) or "",
        "access": one_of(request, "access", Accessibility) or "",
        "free": "true" if is_free_asked(request) else "",
        "price": yuan(request) or "",
        "venue": text(request, "venue", 120) or "",
        "organiser": text(request, "organiser", 120) or "",
        "past": "1" if request.query_params.get("past") == "1" else "",
    }


def filter_of(asked: dict[str, str]) -> dict[str, Any]:
    """The same for GraphQL. Without days, what is not over yet; a day finds what is on then, not only what begins.

    Of a place, what its residents look for: what is on in it, and what is for the whole county or city.
    """
    until = date.fromisoformat(asked["until"]) + timedelta(days=1) if asked["until"] else None
    found: dict[str, Any] = {
        "kind": [asked["kind"]] if asked["kind"] else None,
        "concerns": asked["within"],
        "above": asked["above"],
        "text": asked["q"],
        "group": asked["group"],
        "accessibility": asked["access"],
        "isFree": True if asked["free"] else None,
        "maxPriceFen": fen(asked["price"]),
        "venue": asked["venue"],
        "organiser": asked["organiser"],
        "endsFrom": asked["from"],
        "startsBefore": until and until.isoformat(),
    }
    if asked["past"]:
        found["isUpcoming"] = False
    elif not asked["from"] and not until:
        found["isUpcoming"] = True
    return {key: value for key, value in found.items() if value not in (None, "")}


_KEPT = ("q", "kind", "within", "group", "access", "free", "price")
_LASTING = (*_KEPT, "above", "venue", "organiser")


def kept_of(asked: Mapping[str, str]) -> dict[str, str]:
    """What of it another view of the events is asked for as well: each has days of its own."""
    return {name: asked[name] for name in _KEPT}


def feed_of(asked: Mapping[str, str]) -> dict[str, str]:
    """What of it a feed keeps: days pass, a feed goes on."""
    return {name: asked[name] for name in _LASTING if asked[name]}


def weekend() -> tuple[str, str]:
    """The Saturday and the Sunday that are next, or on."""
    today = clock.today()
    saturday = today + timedelta(days=5 - today.weekday() if today.weekday() < 6 else -1)
    return saturday.isoformat(), (saturday + timedelta(days=1)).isoformat()


environment().globals |= {"weekend": weekend, "kept_of": kept_of}


def for_all(chosen: Mapping[str, Any], place: str, days: tuple[date, date] | None = None) -> dict[str, Any]:
    """What a list, a month or a week of a place asks besides: how much of it is for all of what lies above."""
    if not place:
        return {"forAll": None, "isWithin": False}
    others = {key: value for key, value in chosen.items() if key not in ("concerns", "above")}
    on = {"endsFrom": f"{days[0]}", "startsBefore": f"{days[1]}"} if days else {}
    return {"forAll": {**others, "above": place, **on}, "isWithin": True}


def fields_of(request: Request, found: dict[str, Any], asked: dict[str, str]) -> list[dict[str, Any]]:
    return [
        search_field(request),
        select_field(request, "kind", gettext("Kind"), EventKind),
        place_field(request, require(found, "division"), asked["within"]),
        select_field(request, "group", gettext("Made especially for"), AudienceGroup),
        select_field(request, "access", gettext("So that everybody can take part"), Accessibility),
        *price_fields(request),
    ]


def date_fields(asked: Mapping[str, str]) -> list[dict[str, Any]]:
    """From one day until another, where a page has no days of its own."""
    return [
        {"name": "from", "kind": "date", "label": gettext("From"), "value": asked["from"]},
        {"name": "until", "kind": "date", "label": gettext("Until"), "value": asked["until"]},
    ]
