"""The staff's work on grievances: the queue, the work page with its steps, taking a report by telephone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph import settings
from civicgraph.divisions.choosing import staff_choices
from civicgraph.grievances import operations
from civicgraph.grievances.models import Channel, GrievanceStatus
from civicgraph.grievances.pages.choices import asked, categories, category_select, grids, state_filter, state_select
from civicgraph.grievances.pages.report import COMMUNITY_DIGITS, new_key, received, renew_key
from civicgraph.grievances.pages.story import story
from civicgraph.grievances.rules import TRANSITIONS, Needs
from civicgraph.i18n import N_, gettext
from civicgraph.operations import Operation
from civicgraph.permissions import DISPATCH_GRIEVANCES, READ_GRIEVANCES, Actor
from civicgraph.web import page, read, redirect, require, staff_only, submit
from civicgraph.web.forms import Choices, Form


@dataclass(frozen=True)
class Act:
    """A step as a noun in the address: POST …/acceptance. `verb` is its name in the table of transitions."""

    noun: str
    verb: str
    operation: Operation[Any, Any]
    words: str
    said: str


ACTS = (
    Act(
        "acceptance",
        "accept",
        operations.accept_grievance,
        N_("Accept the grievance"),
        N_("Accepted. The reporter can see it."),
    ),
    Act("assignment", "assign", operations.assign_grievance, N_("Assign the work"), N_("The work is assigned.")),
    Act("start", "start", operations.start_grievance, N_("Start work"), N_("Work has begun. The reporter can see it.")),
    Act(
        "resolution",
        "resolve",
        operations.resolve_grievance,
        N_("Resolve"),
        N_("Resolved. The reporter can see what was done."),
    ),
    Act("closure", "close", operations.close_grievance, N_("Close the case"), N_("The case is closed.")),
    Act("notes", "comment", operations.comment_on_grievance, N_("Add a note"), N_("Your note is in the history.")),
    Act("visibility", "set_visibility", operations.set_grievance_visibility, N_("Hide or publish"), N_("Saved.")),
)


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
        "orderBy": "NEWEST" if view == "all" else "DUE_FIRST",
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
    "all": {},
}
VIEWS = tuple(_VIEW_FILTERS)


def _views(kept: Mapping[str, str]) -> list[dict[str, Any]]:
    words = (
        gettext("My work"),
        gettext("To be accepted"),
        gettext("Not done yet"),
        gettext("Overdue"),
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


# The work page -------------------------------------------------------------------------------


async def staff_grievance(request: Request) -> Response:
    """Everything about one grievance, and what can be done with it."""
    return await _work(request)


async def _work(
    request: Request, refused: tuple[Act, Form] | None = None, contact: Mapping[str, str] | None = None
) -> Response:
    variables = {"number": request.path_params["number"]}
    found = await read(request, "staff/grievances/work", variables)
    row = require(found, "grievance")
    panels = [_panel(act, row, refused) for act in ACTS if _is_open_to(act, row)]
    values = {
        "panels": panels,
        "steps": story(row),
        "contact": contact,
        "refused": _errors(refused, {panel["noun"] for panel in panels}),
    }
    return await page(request, "staff/grievances/work", variables, values, data=found, status=_status(refused))


def _status(refused: tuple[Act, Form] | None) -> int:
    if refused is None:
        return 200
    form = refused[1]
    return 409 if form.conflict or any(error.code == "conflict" for error in form.found) else 422


def _is_open_to(act: Act, row: Mapping[str, Any]) -> bool:
    transition = TRANSITIONS[act.verb]
    may = row["mayDispatch"] if transition.needs is Needs.DISPATCHER else row["mayWork"]
    return bool(may) and GrievanceStatus(row["status"].lower()) in transition.sources  # type: ignore[call-arg]


def _panel(act: Act, row: Mapping[str, Any], refused: tuple[Act, Form] | None) -> dict[str, Any]:
    is_refused = refused is not None and refused[0] is act
    form = refused[1] if refused is not None and is_refused else Form(act.operation.input, _start_values(act, row))
    # What was typed stands; the version is the one now shown, so that sending again is a decision.
    form.values |= {"number": row["number"], "version": row["version"]}
    form.choices = _workers(row) if act.verb == "assign" else {}
    if act.verb == "set_visibility":
        form.values["is_public"] = not row["isPublic"]
    words = act.words
    if act.verb == "set_visibility":
        words = N_("Hide from the public") if row["isPublic"] else N_("Publish again")
    return {
        "noun": act.noun,
        "words": gettext(words),
        "fields": [_own(field, act) for field in form.fields],
        "is_open": is_refused,
        "conflict": form.conflict if is_refused else [],
    }


def _start_values(act: Act, row: Mapping[str, Any]) -> dict[str, Any]:
    if act.verb == "assign" and row["assignee"]:
        return {"assignee_id": row["assignee"]["number"], "team": row["team"]}
    return {"team": row["team"]} if act.verb == "assign" else {}


def _workers(row: Mapping[str, Any]) -> dict[str, Choices]:
    found = []
    for one in (row["workers"] or {"nodes": []})["nodes"]:
        found.append((str(one["number"]), f"{one['name']} · {one['title']}" if one["title"] else one["name"]))
    return {"assignee_id": found}


def _own(field: dict[str, Any], act: Act) -> dict[str, Any]:
    """A field with an id of its own: several forms of the page have a `note`."""
    kind = "hidden" if act.verb == "set_visibility" and field["name"] == "is_public" else field["kind"]
    value = "true" if kind == "hidden" and field["value"] is True else field["value"]
    return {**field, "id": f"{act.noun}-{field['name']}", "kind": kind, "value": value}


def _errors(refused: tuple[Act, Form] | None, shown: set[str]) -> list[dict[str, Any]]:
    """What was wrong, for the head of the page; links only to forms that still stand on it."""
    if refused is None:
        return []
    act, form = refused
    return [
        {
            **error,
            "id": f"{act.noun}-{error['id'].removeprefix('f-')}" if error["id"] and act.noun in shown else None,
        }
        for error in form.errors
    ]


def _step(act: Act) -> Callable[[Request], Awaitable[Response]]:
    async def handle(request: Request) -> Response:
        number = request.path_params["number"]
        form = Form(act.operation.input)
        result = await submit(request, form, act.operation, number=number)
        if result is not None:
            return redirect(request, "staff_grievance", said=gettext(act.said), number=number)
        return await _work(request, (act, form))

    return staff_only(handle)


async def contact_view(request: Request) -> Response:
    """The reporter's telephone and e-mail, on this one page; the look is in the audit trail."""
    form = Form(operations.reveal_grievance_contact.input)
    number = request.path_params["number"]
    contact = await submit(request, form, operations.reveal_grievance_contact, number=number)
    response = await _work(request, contact=contact)
    response.headers["cache-control"] = "no-store"
    return response


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
    Route("/staff/grievances/{number}", staff_only(staff_grievance), name="staff_grievance"),
    Route(
        "/staff/grievances/{number}/contact-views",
        staff_only(contact_view),
        name="staff_grievance_contact",
        methods=["POST"],
    ),
    *(
        Route(
            f"/staff/grievances/{{number}}/{act.noun}", _step(act), name=f"staff_grievance_{act.noun}", methods=["POST"]
        )
        for act in ACTS
    ),
]
