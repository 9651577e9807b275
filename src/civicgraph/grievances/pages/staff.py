"""The staff's queue of grievances, and taking a report by telephone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph import settings
from civicgraph.divisions.choosing import staff_choices
from civicgraph.grievances import operations
from civicgraph.grievances.models import Channel
from civicgraph.grievances.pages.choices import asked, categories, category_select, grids, state_filter, state_select
from civicgraph.grievances.pages.report import COMMUNITY_DIGITS, new_key, received, renew_key
from civicgraph.i18n import gettext
from civicgraph.permissions import DISPATCH_GRIEVANCES, READ_GRIEVANCES, Actor
from civicgraph.web import page, read, staff_only, submit
from civicgraph.web.forms import Choices, Form

# The queue -----------------------------------------------------------------------------------


async def staff_grievances(request: Request) -> Response:
    """What is to be done in the actor's places: overdue first."""
    actor: Actor = request.state.actor
    default = "open" if actor.may_anywhere(DISPATCH_GRIEVANCES) else "mine"
    view = asked(request, "view") if asked(request, "view") in VIEWS else default
    text, category, state = asked(request, "q", 60), asked(request, "category"), asked(request, "state")
    within = _within(actor, asked(request, "within"))
    filters = {"within": within, **_VIEW_FILTERS[view], **(state_filter(state) if view == "all" else {})}
    filters |= {key: value for key, value in (("text", text), ("category", category)) if value}
    # What is overdue stands first: a promise of an answer may be older than one of a resolution.
    is_split = view in ("mine", "open") and not any(request.query_params.get(name) for name in ("after", "before"))
    late = {**filters, "isOverdue": True}
    if view in ("mine", "open"):
        filters["isOverdue"] = False
    size = "last" if asked(request, "before") else "first"
    variables = {
        "filter": filters,
        "late": late,
        "isSplit": is_split,
        "orderBy": "NEWEST" if view in _CLOSED_VIEWS else "DUE_FIRST",
        "after": request.query_params.get("after"),
        "before": request.query_params.get("before"),
        size: 30,
    }
    found = await read(request, "staff/grievances/list", variables)
    kept = {"view": view, "q": text, "category": category, "within": asked(request, "within"), "state": state}
    is_wide = len(within) < COMMUNITY_DIGITS
    values = {"kept": kept, "views": _views(kept), "fields": _fields(found, kept), "is_wide": is_wide}
    return await page(
        request, "staff/grievances/list", variables, values, fragment="staff/grievances/_results", data=found
    )


def _within(actor: Actor, wanted: str) -> str:
    """The place asked for where the actor's grants cover it, else the first that they do."""
    if wanted.isdigit() and actor.may(READ_GRIEVANCES, wanted):
        return wanted
    return next(iter(actor.prefixes(READ_GRIEVANCES)), settings.current().city_code)


_VIEW_FILTERS: Mapping[str, Mapping[str, Any]] = {
    "mine": {"assignedToMe": True, "isOpen": True},
    "new": {"status": "SUBMITTED"},
    "open": {"isOpen": True},
    "overdue": {"isOverdue": True},
    "check": {"status": "RESOLVED"},
    "shortfalls": {"status": "SHORTFALL"},
    "all": {},
}
_CLOSED_VIEWS = ("check", "shortfalls", "all")
"""Whose promised times are no more to be kept."""
VIEWS = tuple(_VIEW_FILTERS)


def _views(kept: Mapping[str, str]) -> list[dict[str, Any]]:
    words = (
        gettext("My work"),
        gettext("To be accepted"),
        gettext("Not done yet"),
        gettext("Overdue"),
        gettext("To be checked"),
        gettext("Shortfalls"),
        gettext("All grievances"),
    )
    return [
        {"view": view, "text": text, "current": view == kept["view"]} for view, text in zip(VIEWS, words, strict=True)
    ]


def _fields(found: Mapping[str, Any], kept: Mapping[str, str]) -> list[dict[str, Any]]:
    search = {
        "name": "q", "kind": "search", "label": gettext("Words"), "value": kept["q"], "attrs": {"maxlength": 60},
    }  # fmt: skip
    fields = [search, category_select(found, kept["category"])]
    if kept["view"] == "all":
        fields.append(state_select(kept["state"]))
    places = {one["division"]["code"]: one["division"]["shortName"] for one in found["me"]["grants"]}
    if len(places) > 1:
        choices = [("", gettext("Please choose")), *places.items()]
        fields.append(
            {"name": "within", "kind": "select", "label": gettext("Place"), "value": kept["within"], "choices": choices}
        )
    return fields


# By telephone --------------------------------------------------------------------------------


async def staff_grievance_new(request: Request) -> Response:
    """Take a report on somebody's behalf."""
    places = [one for one in await staff_choices(request, DISPATCH_GRIEVANCES) if len(one[0]) == COMMUNITY_DIGITS]
    is_one = len(places) == 1
    only = places[0][0] if is_one else settings.current().city_code
    found = await read(request, "staff/grievances/new", {"code": only, "isOnePlace": is_one})
    choices: dict[str, Choices] = {"category": categories(found), "division_code": places}
    if is_one:
        choices["grid_code"] = grids(found["division"])
    given = {"idempotency_key": new_key(), "division_code": only if is_one else ""}
    left_out = ["channel"] if is_one else ["channel", "grid_code"]
    form = Form(operations.file_grievance.input, given, choices=choices, leave_out=left_out)
    if request.method == "POST":
        answer = await submit(request, form, operations.file_grievance, channel=Channel.STAFF)
        if answer is not None:
            return await received(request, answer, "staff/grievances/received.html")
        renew_key(form)
    status = 422 if form.is_refused else 200
    return await page(request, "staff/grievances/new", {}, {"form": form}, data=found, status=status)


ROUTES = [
    Route("/staff/grievances", staff_only(staff_grievances), name="staff_grievances"),
    Route(
        "/staff/grievances/new", staff_only(staff_grievance_new), name="staff_grievance_new", methods=["GET", "POST"]
    ),
]
