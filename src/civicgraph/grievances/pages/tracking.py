"""Following one's own report by its number and tracking secret, or by an account of the enterprise that reported it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph.grievances import operations
from civicgraph.grievances.pages.asking import danger_named
from civicgraph.grievances.pages.signing import signed
from civicgraph.grievances.pages.story import outlook, story
from civicgraph.grievances.rules import BY_ACCOUNT, typed_number, typed_secret
from civicgraph.grievances.silence import may_reopen
from civicgraph.grievances.workflow import DONE, TRANSITIONS, UNFINISHED
from civicgraph.i18n import N_, gettext
from civicgraph.operations import FieldError, NotFound, Operation
from civicgraph.uploads.forms import submit_with_files, taking_back
from civicgraph.web import read, redirect, seen, signed_in, submit, throttle
from civicgraph.web.forms import Form, read_body
from civicgraph.web.keys import new_key
from civicgraph.web.news import is_stream_wanted, news
from civicgraph.web.shell import html

_ASKED = operations.withdraw_tracked_grievance.input
"""Whose fields `number` and `secret` ask for them."""
_UNKNOWN = N_("Number and secret do not belong together. Please look at both once more.")


async def grievance_track(request: Request) -> Response:
    """Ask for number and secret."""
    form = Form(_ASKED, {"number": typed_number(request.query_params.get("number", ""))})
    if request.method == "POST":
        form.bind(await read_body(request))
        number, secret = typed_number(form.values.get("number", "")), typed_secret(form.values.get("secret", ""))
        if number and secret and _is_there(await _found(request, number, secret)):
            return redirect(request, "tracked_grievance", number=number, secret=secret)
        return await _ask(request, form, 422)
    return await _ask(request, form, 200)


def _is_there(found: Mapping[str, Any]) -> bool:
    """Whether number and secret belong together, be it of a report that a person still looks at."""
    return found["trackedGrievance"] is not None or found["trackedHeldReport"] is not None


async def _ask(request: Request, form: Form, status: int) -> Response:
    if status != 200:
        form.found = [FieldError("secret", "unknown", gettext(_UNKNOWN))]
    return html(request, "grievances/track.html", {"form": form}, status=status)


async def tracked_grievance(request: Request) -> Response:
    """The reporter's own view. An unknown number and a wrong secret look the same."""
    return await _tracked(request)


async def _tracked(request: Request, refused: tuple[str, Form] | None = None) -> Response:
    number, secret = request.path_params["number"], request.path_params["secret"]
    found = await _found(request, number, secret)
    row = found["trackedGrievance"]
    if row is None and found["trackedHeldReport"] is not None:
        held = found["trackedHeldReport"]
        form = refused[1] if refused else Form(operations.tell_where.input, leave_out=["number", "secret"])
        values = {**found, "secret": secret, "danger": danger_named(held["danger"]), "form": form}
        response = html(request, "grievances/tracked_held.html", values, status=422 if refused else 200)
        response.headers["cache-control"] = "no-store"
        return response
    if row is None:
        return await _ask(request, Form(_ASKED, {"number": typed_number(number)}), 404)
    if is_stream_wanted(request):
        return await news(request, "grievances/tracked", {"number": number, "secret": secret})
    if refused and not row["maySendDocuments"]:
        refused[1].leave_out |= {"documents"}
    # Not `page`: the address of "this page as GraphQL" would carry the secret.
    forms = {noun: _form(noun, act, may_send=row["maySendDocuments"]) for noun, act in ACTS.items()} | dict(
        [refused] if refused else []
    )
    values = {
        **found,
        "steps": story(row, is_own=True),
        "signed": signed,
        "outlook": outlook(row),
        "secret": typed_secret(secret),
        "is_by_account": typed_secret(secret) == BY_ACCOUNT,
        "is_unfinished": row["status"] in {one.name for one in UNFINISHED},
        "forms": forms,
        "errors": refused[1].errors if refused else [],
        "seen": seen(request, "grievances/tracked"),
        "danger": danger_named(row["danger"]) if _is_in_danger(row) else None,
    }
    response = html(request, "grievances/tracked.html", values, status=422 if refused else 200)
    response.headers["cache-control"] = "no-store"
    return response


def _is_in_danger(row: Mapping[str, Any]) -> bool:
    """Whether it is still told whom to call: while it is to be done, and after an alarm until the next step."""
    if row["status"] in {"MERGED", *(one.name for one in UNFINISHED)}:
        return True
    steps = [one["verb"] for one in row["updates"]["nodes"] if one["verb"] == "alarm" or _leads_on(one["verb"])]
    return steps[-1:] == ["alarm"]


def _leads_on(verb: str) -> bool:
    return verb in TRANSITIONS and TRANSITIONS[verb].target is not None


async def _found(request: Request, number: str, secret: str) -> dict[str, Any]:
    throttle.count_try(request)
    found = await read(request, "grievances/tracked", {"number": number, "secret": secret})
    if _is_there(found):
        throttle.was_right(request)
    return found


@dataclass(frozen=True)
class Act:
    """What a reporter does with their report, as a noun in the address: POST …/rating."""

    operation: Operation[Any, Any]
    said: str


ACTS: Mapping[str, Act] = {
    "rating": Act(operations.rate_tracked_grievance, N_("Thank you. Your answer is in the history.")),
    "answer": Act(operations.resubmit_tracked_grievance, N_("Thank you. Your answer was sent to the office.")),
    "words": Act(
        operations.add_to_tracked_grievance,
        N_("Thank you. The office has your words, and whoever works on it is told."),
    ),
    "withdrawal": Act(operations.withdraw_tracked_grievance, N_("Your report is withdrawn.")),
}


def _said(act: Act, done: Any) -> str:
    """What the page says after it; words to what is resolved open nothing, so it says what does."""
    if act.operation is not operations.add_to_tracked_grievance or done.status not in DONE:
        return gettext(act.said)
    return gettext(_NOT_SOLVED if may_reopen(done) else _LONG_AGO)


_NOT_SOLVED = N_(
    "Thank you. The office has your words. If it is not solved, please press “No, it is not solved” below: that opens it again."
)
_LONG_AGO = N_(
    "Thank you. The office has your words. It was resolved long ago: if it is not solved, please report it anew and name this number."
)


def _form(noun: str, act: Act, *, may_send: bool = True) -> Form:
    stars = [(str(number), "★" * number + "☆" * (5 - number)) for number in range(5, 0, -1)]
    prefix = "w" if noun == "words" else "f"
    given = {"idempotency_key": new_key()} if "idempotency_key" in act.operation.input.model_fields else {}
    left_out = ["number", "secret", *([] if may_send else ["documents"])]
    return Form(act.operation.input, given, choices={"stars": stars}, leave_out=left_out, prefix=prefix)


def _handler(noun: str, act: Act) -> Callable[[Request], Awaitable[Response]]:
    async def handle(request: Request) -> Response:
        form = _form(noun, act)
        given = {"number": request.path_params["number"], "secret": request.path_params["secret"]}
        throttle.count_try(request)
        try:
            done = await submit_with_files(request, form, act.operation, "documents", **given)
        except NotFound:
            return await _tracked(request)
        throttle.was_right(request)
        if done is None:
            return await _tracked(request, (noun, form))
        return redirect(request, "tracked_grievance", said=_said(act, done), **given)

    return handle


async def tell_where(request: Request) -> Response:
    """Where the problem of a held report is, by whoever sent it."""
    given = {"number": request.path_params["number"], "secret": request.path_params["secret"]}
    form = Form(operations.tell_where.input, leave_out=["number", "secret"])
    throttle.count_try(request)
    if await submit(request, form, operations.tell_where, **given) is None:
        return await _tracked(request, ("where", form))
    throttle.was_right(request)
    return redirect(request, "tracked_grievance", said=gettext(N_("Thank you. The office reads where it is.")), **given)


async def take_back(request: Request) -> Response:
    """A document that the enterprise sent by mistake, by its account."""
    given = {"number": request.path_params["number"], "secret": request.path_params["secret"]}
    said, level = await taking_back(request)
    return redirect(request, "tracked_grievance", said=said, level=level, **given)


ROUTES = [
    Route("/track", grievance_track, name="grievance_track", methods=["GET", "POST"]),
    Route("/track/{number}/{secret}", tracked_grievance, name="tracked_grievance"),
    Route("/track/{number}/{secret}/where", tell_where, name="held_where", methods=["POST"]),
    Route(
        "/track/{number}/{secret}/documents/{file}/withdrawal",
        signed_in(take_back),
        name="tracked_document",
        methods=["POST"],
    ),
    *(
        Route(
            f"/track/{{number}}/{{secret}}/{noun}",
            _handler(noun, act),
            name=f"tracked_grievance_{noun}",
            methods=["POST"],
        )
        for noun, act in ACTS.items()
    ),
]
