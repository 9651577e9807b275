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
from civicgraph.grievances.intake.models import BY_STAFF
from civicgraph.grievances.models import Channel
from civicgraph.grievances.pages import colleagues, looking
from civicgraph.grievances.pages.choices import asked, categories, category_select, compounds, grids, state_select
from civicgraph.grievances.pages.report import COMMUNITY_DIGITS, received
from civicgraph.grievances.pages.saved import counted
from civicgraph.i18n import gettext
from civicgraph.permissions import DISPATCH_GRIEVANCES, Actor
from civicgraph.uploads.forms import submit_with_files
from civicgraph.web import page, read, staff_only
from civicgraph.web.forms import Choices, Form
from civicgraph.web.keys import new_key, renew_key
from civicgraph.web.news import is_stream_wanted
from civicgraph.web.shell import is_htmx

# The queue -----------------------------------------------------------------------------------


async def staff_grievances(request: Request) -> Response:
    """What is to be done in the actor's places: overdue first."""
    actor: Actor = request.state.actor
    kept = looking.kept(actor, {name: asked(request, name, 60) for name in (*request.query_params,)})
    filters, within = looking.filters(actor, kept), looking.place(actor, kept["within"])
    # What is overdue stands first: a promise of an answer may be older than one of a resolution.
    is_paged = any(request.query_params.get(name) for name in ("after", "before"))
    is_split = kept["view"] in looking.SPLIT_VIEWS and not kept["sort"]
    late = {**filters, "isOverdue": True}
    if is_split:
        filters["isOverdue"] = False
    size = "last" if asked(request, "before") else "first"
    is_dispatcher = actor.may(DISPATCH_GRIEVANCES, within)
    variables = {
        "filter": filters,
        "late": late,
        "isSplit": is_split and not is_paged,
        "orderBy": looking.order(kept),
        "within": within,
        "isDispatcher": is_dispatcher,
        "after": request.query_params.get("after"),
        "before": request.query_params.get("before"),
        size: 30,
    }
    if is_htmx(request) or is_stream_wanted(request):
        counts: dict[str, Any] = {"views": [], "saved": []}
    else:
        counts = await counted(request, kept, within)
    found = await read(request, "staff/grievances/list", variables)
    values = {
        "kept": kept,
        "fields": _fields(found, kept),
        "is_wide": len(within) < COMMUNITY_DIGITS,
        "is_dispatcher": is_dispatcher,
        "workers": colleagues.listed(found.get("people")),
        **counts,
    }
    return await page(
        request, "staff/grievances/list", variables, values, fragment="staff/grievances/_results", data=found
    )


def _fields(found: Mapping[str, Any], kept: Mapping[str, str]) -> list[dict[str, Any]]:
    search = {
        "name": "q", "kind": "search", "label": gettext("Words"), "value": kept["q"], "attrs": {"maxlength": 60},
    }  # fmt: skip
    tag = {"name": "tag", "label": gettext("Tag"), "value": kept["tag"], "attrs": {"maxlength": 20}}
    fields = [search, category_select(found, kept["category"]), tag]
    if kept["view"] == "all":
        fields.append(state_select(kept["state"]))
    places = {one["division"]["code"]: one["division"]["shortName"] for one in found["me"]["grants"]}
    if len(places) > 1:
        choices = [("", gettext("Please choose")), *places.items()]
        fields.append(
            {"name": "within", "kind": "select", "label": gettext("Place"), "value": kept["within"], "choices": choices}
        )
    return [*fields, looking.sort_choices(kept)]


# By telephone --------------------------------------------------------------------------------


async def staff_grievance_new(request: Request) -> Response:
    """Take a report on somebody's behalf."""
    places = [one for one in await staff_choices(request, DISPATCH_GRIEVANCES) if len(one[0]) == COMMUNITY_DIGITS]
    is_one = len(places) == 1
    only = places[0][0] if is_one else settings.current().city_code
    found = await read(request, "staff/grievances/new", {"code": only, "isOnePlace": is_one})
    channels = [(one.value, one.words) for one in Channel if one in BY_STAFF and one is not Channel.STAFF]
    choices: dict[str, Choices] = {"category": categories(found), "division_code": places, "channel": channels}
    forums = [(one["slug"], one["title"]) for one in found["events"]["nodes"]]
    choices["event"] = [("", gettext("no")), *forums]
    if is_one:
        choices |= {"grid_code": grids(found["division"]), "compound_number": compounds(found["division"])}
    given = {"idempotency_key": new_key(), "division_code": only if is_one else "", "channel": Channel.PHONE}
    left_out = ["answers", "proof", *([] if is_one else ["grid_code", "compound_number"])]
    form = Form(operations.file_grievance.input, given, choices=choices, leave_out=left_out)
    if request.method == "POST":
        answer = await submit_with_files(request, form, operations.file_grievance, "photos")
        if answer is not None:
            return await received(request, answer, "staff/grievances/received.html")
        renew_key(form)
    elif request.query_params.get("channel") in dict(channels):
        form.values["channel"] = request.query_params["channel"]
    status = 422 if form.is_refused else 200
    return await page(request, "staff/grievances/new", {}, {"form": form}, data=found, status=status)


ROUTES = [
    Route("/staff/grievances", staff_only(staff_grievances), name="staff_grievances"),
    Route(
        "/staff/grievances/new", staff_only(staff_grievance_new), name="staff_grievance_new", methods=["GET", "POST"]
    ),
]
