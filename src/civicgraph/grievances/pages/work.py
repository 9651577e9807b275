"""The work page of one grievance: everything about it, and the steps that can be taken with it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph.grievances import operations
from civicgraph.grievances.models import GrievanceStatus, HoldReason
from civicgraph.grievances.pages import colleagues, ready
from civicgraph.grievances.pages.asking import danger_named
from civicgraph.grievances.pages.choices import asked, categories
from civicgraph.grievances.pages.related import named, related
from civicgraph.grievances.pages.signing import signed
from civicgraph.grievances.pages.story import story
from civicgraph.grievances.workflow import TRANSITIONS, Needs
from civicgraph.i18n import N_, gettext
from civicgraph.operations import Operation
from civicgraph.uploads.forms import submit_with_files
from civicgraph.web import page, pressed, read, redirect, require, staff_only, submit
from civicgraph.web.forms import Choices, Form
from civicgraph.web.keys import new_key


@dataclass(frozen=True)
class Act:
    """A step as a noun in the address: POST …/acceptance. `verb` is its name in the table of transitions."""

    noun: str
    verb: str
    operation: Operation[Any, Any]
    words: str
    said: str


ACTS = (
    Act("acceptance", "accept", operations.accept_grievance,
        N_("Accept the grievance"), N_("Accepted. The reporter can see it.")),
    Act("assignment", "assign", operations.assign_grievance, N_("Assign the work"), N_("The work is assigned.")),
    Act("start", "start", operations.start_grievance,
        N_("Start work"), N_("Work has begun. The reporter can see it.")),
    Act("resumption", "resume", operations.resume_grievance,
        N_("Take up work again"), N_("Work goes on. The reporter can see it.")),
    Act("resolution", "resolve", operations.resolve_grievance,
        N_("Resolve"), N_("Resolved. The reporter can see what was done.")),
    Act("verification", "verify", operations.verify_grievance,
        N_("I have looked: it is done"), N_("Checked. The reporter can see it.")),
    Act("send-back", "send_back", operations.send_back_grievance,
        N_("Send it back to work"), N_("It is being worked on again.")),
    Act("hold", "hold", operations.hold_grievance, N_("Let it rest"), N_("It rests. The reporter can see why.")),
    Act("question", "return", operations.return_grievance,
        N_("Ask the reporter"), N_("The reporter is asked. It comes back with the answer.")),
    Act("answer-taken", "take_answer", operations.take_grievance_answer,
        N_("Take down the reporter's answer"), N_("Taken down. It waits to be accepted, with new promised times.")),
    Act("transfer", "transfer", operations.transfer_grievance,
        N_("Hand it to another community"), N_("It was handed over.")),
    Act("redirection", "redirect", operations.redirect_grievance,
        N_("Pass it to another body"), N_("The reporter can see to whom it was passed.")),
    Act("recall", "recall", operations.recall_grievance,
        N_("Take it back from the other body"), N_("It is dealt with here again. The reporter was told.")),
    Act("joining", "merge", operations.merge_grievance,
        N_("Join it with an earlier one"), N_("It was joined. The reporter follows the earlier one.")),
    Act("shortfall", "list_shortfall", operations.list_shortfall,
        N_("Put it on the shortfall list"), N_("It stands on the public shortfall list.")),
    Act("review", "review", operations.review_shortfall,
        N_("Say how the shortfall stands"), N_("Saved. Everyone can see it.")),
    Act("reopening", "reopen", operations.reopen_grievance,
        N_("Open it again"), N_("It is open again, with new promised times.")),
    Act("extension", "extend", operations.extend_grievance,
        N_("Give it more time"), N_("The promised time was moved. Everyone can see why.")),
    Act("part", "finish_part", operations.finish_grievance_part,
        N_("My part is done"), N_("Your part is done. Who leads is told.")),
    Act("tags", "tag", operations.tag_grievance, N_("Tag it"), N_("The tags are changed.")),
    Act("level", "change_level", operations.change_grievance_level,
        N_("Change level or category"), N_("Changed. The promised times follow it; everyone can see why.")),
    Act("take-over", "take_over", operations.take_over_grievance,
        N_("Take it over"), N_("It is your work now. The community was told.")),
    Act("advice", "advise", operations.advise_on_grievance,
        N_("Advise those who work on it"), N_("Your advice was passed on.")),
    Act("call", "whistle", operations.call_departments,
        N_("Call departments"), N_("The departments are called. Everyone can see by when they answer.")),
    Act("report", "report_in", operations.report_in,
        N_("Report in for a called department"), N_("It has reported in. Everyone can see it.")),
    Act("answer", "answer", operations.answer_call,
        N_("Answer for a called department"), N_("Answered. The community was told.")),
    Act("notes", "comment", operations.comment_on_grievance, N_("Add a note"), N_("Your note is in the history.")),
    Act("redaction", "redact", operations.redact_grievance,
        N_("Take words out of the public text"), N_("The words are gone from the public text. A mark says why.")),
    Act("restoration", "restore", operations.restore_grievance,
        N_("Put words back"), N_("The words are public again.")),
    Act("visibility", "set_visibility", operations.set_grievance_visibility, N_("Hide or publish"), N_("Saved.")),
)  # fmt: skip

MAY = {
    Needs.DISPATCHER: "mayDispatch",
    Needs.WORKER: "mayWork",
    Needs.HELPER: "mayHelp",
    Needs.CHECKER: "mayCheck",
    Needs.SUPERIOR: "mayDirect",
}
"""What the document answers about each need."""


_NEXT = {
    GrievanceStatus.SUBMITTED: "accept",
    GrievanceStatus.ACCEPTED: "assign",
    GrievanceStatus.ASSIGNED: "start",
    GrievanceStatus.IN_PROGRESS: "resolve",
    GrievanceStatus.ON_HOLD: "resume",
    GrievanceStatus.REOPENED: "assign",
    GrievanceStatus.RESOLVED: "verify",
    GrievanceStatus.SHORTFALL: "review",
}
"""The step that is mostly taken next: it stands first, and open."""


async def staff_grievance(request: Request) -> Response:
    """Everything about one grievance, and what can be done with it."""
    return await _work(request)


async def _work(
    request: Request,
    refused: tuple[Act, Form] | None = None,
    contact: Mapping[str, str] | None = None,
    same_person: list[dict[str, Any]] | None = None,
) -> Response:
    variables = {"number": request.path_params["number"]}
    found = await read(request, "staff/grievances/work", variables)
    row = require(found, "grievance")
    acts = sorted((act for act in ACTS if _is_open_to(act, row)), key=lambda act: act.verb != _next(row))
    choices = await _choices(request, row, {act.verb for act in acts})
    panels = [_panel(request, act, row, choices, refused) for act in acts]
    kind = asked(request, "history")
    values = {
        "panels": panels,
        "steps": story(_told(row, kind)),
        "signed": signed,
        "histories": _histories(kind if kind in _HISTORIES else ""),
        "related": await related(request, row),
        "contact": contact,
        "same_person": same_person,
        "danger": danger_named(row["danger"] or ""),
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
    if act.verb == "restore" and not _marks(row):
        return False
    if act.verb == "finish_part" and not any(one["isMine"] and not one["isLead"] for one in row["workOrders"]):
        return False
    may = bool(_calls(row)) if transition.needs is Needs.CALLED else bool(row[MAY[transition.needs]])
    return may and _status_of(row) in transition.sources


def _next(row: Mapping[str, Any]) -> str | None:
    """The step that is mostly taken next; for who only helps, that their part is done."""
    return "finish_part" if row["mayHelp"] and not row["mayWork"] else _NEXT.get(_status_of(row))


_HISTORIES: Mapping[str, Callable[[Mapping[str, Any]], bool]] = {
    "steps": lambda update: update["verb"] != "comment" and not update["internalNote"],
    "public": lambda update: not update["internalNote"],
    "internal": lambda update: bool(update["internalNote"]),
}
"""Parts of the history that can be looked at alone."""


def _histories(kind: str) -> list[dict[str, Any]]:
    words = {
        "": gettext("Everything"),
        "steps": gettext("Steps"),
        "public": gettext("What the reporter sees"),
        "internal": gettext("Notes among staff"),
    }
    return [{"kind": one, "text": text, "current": one == kind} for one, text in words.items()]


def _told(row: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    """The grievance with the part of its history that is asked for."""
    if kind not in _HISTORIES:
        return row
    kept = [one for one in row["updates"]["nodes"] if _HISTORIES[kind](one)]
    return {**row, "updates": {"nodes": kept}}


def _status_of(row: Mapping[str, Any]) -> GrievanceStatus:
    return GrievanceStatus[row["status"]]


async def _choices(request: Request, row: Mapping[str, Any], verbs: set[str]) -> dict[str, dict[str, Choices]]:
    """The choices of the forms, by verb and field."""
    found: dict[str, dict[str, Choices]] = {}
    if "change_level" in verbs:
        found["change_level"] = {"category": categories(await read(request, "staff/grievances/choices", {}))}
    if "whistle" in verbs:
        above = [row["division"]["parent"], row["division"]["parent"]["parent"]]
        found["whistle"] = {"division_code": [(one["code"], one["shortName"]) for one in above]}
        found["whistle"] |= {"team_ids": bodies} if (bodies := colleagues.teams(row["teams"])) else {}
    for verb in {"report_in", "answer"} & verbs:
        found[verb] = {"call": _calls(row)}
    if "assign" in verbs:
        found["assign"] = colleagues.choices(row)
    if "comment" in verbs and (people := colleagues.names(row)):
        found["comment"] = {"mention_ids": people}
    if "hold" in verbs:
        found["hold"] = {"hold_reason": _rests(row)}
    if "restore" in verbs:
        found["restore"] = {"position": _marks(row)}
    if "transfer" in verbs:
        data = await read(request, "staff/divisions/choices", {"code": row["division"]["code"][:6]})
        found["transfer"] = {"division_code": _communities(data["division"], row["division"]["code"])}
    return found


def _marks(row: Mapping[str, Any]) -> Choices:
    """Words that can be put back."""
    return [
        (str(one["position"]), f"{one['position']}：{one['words']}")
        for one in row["redactions"]
        if one["words"] and not one["restoredAt"]
    ]


def _rests(row: Mapping[str, Any]) -> Choices:
    """What can be waited for, and whether the promised time moves with it."""
    moves = gettext("the promised time moves")
    return [(one.value, f"{one.words} · {moves}" if one.name in row["pausing"] else one.words) for one in HoldReason]


def _calls(row: Mapping[str, Any]) -> Choices:
    """The called departments that have not answered yet, of those that one speaks for."""
    return [
        (str(one["number"]), f"{one['department']} · {one['division']['shortName']}")
        for one in row["calls"]
        if one["mayAnswer"] and not one["answeredAt"]
    ]


def _communities(county: Mapping[str, Any], own: str) -> Choices:
    """The other communities of the county, under their subdistricts."""
    return [
        (community["code"], community["shortName"], subdistrict["shortName"])
        for subdistrict in county["children"]["nodes"]
        for community in subdistrict["children"]["nodes"]
        if community["code"] != own
    ]


def _panel(
    request: Request,
    act: Act,
    row: Mapping[str, Any],
    choices: Mapping[str, dict[str, Choices]],
    refused: tuple[Act, Form] | None,
) -> dict[str, Any]:
    is_refused = refused is not None and refused[0] is act
    form = refused[1] if refused is not None and is_refused else Form(act.operation.input, _start_values(act, row))
    # What was typed stands; the version is the one now shown, so that sending again is a decision.
    form.values |= {"number": row["number"], "version": row["version"], "idempotency_key": new_key()}
    form.choices = choices.get(act.verb, {})
    form.leave_out = frozenset(_ASKED_BY_CHOICE - form.choices.keys())
    texts = ready.texts(request.state.actor, row, act.noun)
    inserted = {} if is_refused else ready.chosen(request, act.noun, texts)
    form.values |= inserted
    words = act.words
    if act.verb == "set_visibility":
        form.values["is_public"] = not row["isPublic"]
        words = N_("Hide from the public") if row["isPublic"] else N_("Publish again")
    return {
        "noun": act.noun,
        "words": gettext(words),
        "fields": [_own(field, act) for field in form.fields],
        "texts": texts,
        "into": ready.INTO[act.noun][0] if texts else "",
        "is_open": is_refused or bool(inserted),
        "conflict": form.conflict if is_refused else [],
    }


_ASKED_BY_CHOICE = frozenset({"lead_team_id", "helper_ids", "helper_team_ids", "mention_ids", "team_ids"})
"""What is asked only where there is something to choose from."""


def _start_values(act: Act, row: Mapping[str, Any]) -> dict[str, Any]:
    if act.verb == "assign":
        return colleagues.start(row)
    if act.verb == "change_level":
        return {"urgency": row["urgency"].lower()}
    if TRANSITIONS[act.verb].needs is Needs.CALLED and len(calls := _calls(row)) == 1:
        return {"call": calls[0][0]}
    if act.verb == "review":
        return {"body": row["bodyInCharge"], "reason": row["reason"]}
    return {}


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
        result = await submit_with_files(request, form, act.operation, "photos", "files", number=number)
        if result is not None:
            return redirect(request, "staff_grievance", said=gettext(act.said), number=number)
        return await _work(request, (act, form))

    return staff_only(handle)


async def contact_view(request: Request) -> Response:
    """The reporter's name, telephone and e-mail, on this one page; the look is in the audit trail."""
    form = Form(operations.reveal_grievance_contact.input)
    number = request.path_params["number"]
    contact = await submit(request, form, operations.reveal_grievance_contact, number=number)
    response = await _work(request, contact=contact)
    response.headers["cache-control"] = "no-store"
    return response


async def same_person_view(request: Request) -> Response:
    """Other reports of the same person, on this one page; the look is in the audit trail."""
    form = Form(operations.find_reports_of_same_person.input)
    number = request.path_params["number"]
    found = await pressed(request, form, operations.find_reports_of_same_person, number=number)
    response = await _work(request, same_person=await named(request, found["numbers"]))
    response.headers["cache-control"] = "no-store"
    return response


ROUTES = [
    Route("/staff/grievances/{number}", staff_only(staff_grievance), name="staff_grievance"),
    Route(
        "/staff/grievances/{number}/contact-views",
        staff_only(contact_view),
        name="staff_grievance_contact",
        methods=["POST"],
    ),
    Route(
        "/staff/grievances/{number}/person-views",
        staff_only(same_person_view),
        name="staff_grievance_same_person",
        methods=["POST"],
    ),
    *(
        Route(
            f"/staff/grievances/{{number}}/{act.noun}", _step(act), name=f"staff_grievance_{act.noun}", methods=["POST"]
        )
        for act in ACTS
    ),
]
