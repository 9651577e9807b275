"""Reporting a problem: first where, then what; no account, no JavaScript needed.

What the form asks besides (the category's questions, whether it is the same as one reported already) comes
while one types where scripts run, and as a second step where they do not. Nothing typed and no photo is lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph import settings
from civicgraph.grievances import operations
from civicgraph.grievances.intake import proof
from civicgraph.grievances.models import Channel
from civicgraph.grievances.pages import asking
from civicgraph.grievances.pages.choices import asked, categories, compounds, grids
from civicgraph.i18n import N_, gettext
from civicgraph.operations import FieldError
from civicgraph.uploads.forms import take_files
from civicgraph.web import page, read, require
from civicgraph.web.forms import Choices, Form, read_form
from civicgraph.web.keys import new_key, renew_key
from civicgraph.web.shell import chosen_place, html

COMMUNITY_DIGITS = 12
_LEFT_OUT = ("channel", "division_code", "proof")
LOCATING = "camera=(), geolocation=(self), microphone=(), payment=(), usb=()"
"""On this page alone a phone may be asked where it is, by the person's press of a button."""


@dataclass
class Draft:
    """A form that is being filled in: what it holds, and what is asked besides."""

    found: Mapping[str, Any]
    form: Form
    seen: Mapping[str, str] = field(default_factory=dict)
    """Fields of the form that are no part of the report."""
    same: Sequence[Mapping[str, Any]] = ()
    is_proof_asked: bool = False
    is_second_step: bool = False

    @property
    def code(self) -> str:
        """The community's."""
        return str(self.found["division"]["code"])

    @property
    def questions(self) -> list[dict[str, Any]]:
        """What the chosen category asks."""
        return asking.questions_of(self.found, str(self.form.values.get("category") or ""))


async def grievance_new(request: Request) -> Response:
    """The form for a community; until there is one, the way to it."""
    near = chosen_place(request)
    code = asked(request, "division") or (near["code"] if near else "")
    if request.query_params.get("choose") or len(code) != COMMUNITY_DIGITS:
        return await _where(request)
    draft = await _draft(request, code)
    if request.method == "POST":
        return await _posted(request, draft)
    return await _draw(request, draft)


async def _draft(request: Request, code: str) -> Draft:
    found = await read(request, "grievances/new", {"code": code, "event": asked(request, "event")})
    require(found, "division")
    event = found["event"]["slug"] if found["event"] else ""
    given = {
        "category": asked(request, "category"),
        "event": event,
        "is_public": asked(request, "public") != "no",
        "idempotency_key": new_key(),
    }
    if request.state.actor.is_staff:
        given["enterprise_code"] = asked(request, "enterprise")
    form = Form(operations.file_grievance.input, given, choices=_choices(found), leave_out=_LEFT_OUT)
    return Draft(found, form)


async def _posted(request: Request, draft: Draft) -> Response:
    """A form that came: its photos taken in, then what is still to be asked, then the report."""
    body = await read_form(request)
    errors = await take_files(request.state.actor, body, "photos")
    draft.form.bind(body.pairs)
    draft.seen = dict(body.pairs)
    if draft.seen.get("step") == "questions":
        return await _draw(request, draft)
    if errors:
        draft.form.found, draft.form.is_refused = errors, True
        return await _draw(request, draft)
    is_danger = asking.danger_of(draft.form) is not None  # whoever tells of danger is not asked anything first
    if not is_danger and _looks_like_a_machine(draft.seen) and not proof.is_proof(_proof(draft.seen)):
        return await _draw_with_question(request, draft)
    if await _asks_more(request, draft):
        return await _draw(request, draft)
    fixed = {"channel": Channel.WEB, "division_code": draft.code, "proof": _proof(draft.seen) or None}
    answer = await draft.form.run(operations.file_grievance, request.state.actor, **fixed)
    if answer is not None:
        return await received(request, answer, "grievances/received.html")
    if any(error.code == "proof_needed" for error in draft.form.found):
        return await _draw_with_question(request, draft)
    renew_key(draft.form)
    return await _draw(request, draft)


def _looks_like_a_machine(seen: Mapping[str, str]) -> bool:
    """A field that nobody sees was filled in, or the form came back quicker than anybody writes."""
    age = proof.age_of(seen.get("challenge", ""))
    return bool(seen.get("website")) or age is None or age < settings.current().quickest_report_seconds


def _proof(seen: Mapping[str, str]) -> str:
    """What proves that no machine sends it: the browser's number, or the person's answer."""
    answer = seen.get("solution") or seen.get("small_answer") or ""
    return f"{seen.get('challenge', '')}:{answer.strip()}"[:120] if answer else ""


async def _asks_more(request: Request, draft: Draft) -> bool:
    """Whether a second step comes: questions that were not shown yet, or the same problem reported nearby."""
    category = str(draft.form.values.get("category") or "")
    questions = draft.questions
    is_new = draft.seen.get("asked") != category and asking.are_unanswered(questions, draft.form)
    if draft.seen.get("compared") != "1" and asking.danger_of(draft.form) is None:
        draft.same = await asking.same_nearby(request, draft.code, draft.form)
    is_complete = bool(category) and len(str(draft.form.values.get("description") or "")) >= 5
    draft.is_second_step = is_complete and (bool(questions and is_new) or bool(draft.same))
    return draft.is_second_step


async def _draw_with_question(request: Request, draft: Draft) -> Response:
    draft.is_proof_asked = True
    words = gettext(N_("Please answer the small question as well. What you wrote is still here."))
    draft.form.found, draft.form.is_refused = [FieldError("small_answer", "proof_needed", words)], True
    return await _draw(request, draft)


async def _draw(request: Request, draft: Draft) -> Response:
    challenge = proof.challenge()
    values = {
        "form": draft.form,
        "questions": asking.question_fields(draft.questions, draft.form),
        "same": draft.same,
        "compared": "1" if draft.same or draft.seen.get("compared") == "1" else "",
        "danger": asking.danger_of(draft.form),
        "challenge": challenge,
        "bits": proof.BITS,
        "small_question": proof.question(challenge) if draft.is_proof_asked else "",
        "is_second_step": draft.is_second_step,
    }
    status = 422 if draft.form.is_refused else 200
    variables = {"code": draft.code, "event": asked(request, "event")}
    response = await page(request, "grievances/new", variables, values, data=draft.found, status=status)
    response.headers["permissions-policy"] = LOCATING
    return response


async def report_hints(request: Request) -> Response:
    """While one types: whom to call in danger, and whether the same was reported nearby."""
    draft = await _draft(request, asked(request, "division"))
    draft.form.bind((await read_form(request)).pairs)
    danger = asking.danger_of(draft.form)
    same = [] if danger else await asking.same_nearby(request, draft.code, draft.form)
    return html(request, "grievances/_hints.html", {"danger": danger, "same": same})


async def report_questions(request: Request) -> Response:
    """The questions of the category that was just chosen."""
    draft = await _draft(request, asked(request, "division"))
    draft.form.bind((await read_form(request)).pairs)
    fields = asking.question_fields(draft.questions, draft.form)
    category = str(draft.form.values.get("category") or "")
    return html(request, "grievances/_questions.html", {"questions": fields, "asked": category})


async def _where(request: Request) -> Response:
    """The way to a community: by its name, or down from the county."""
    text = asked(request, "q")
    code = asked(request, "division") or settings.current().city_code
    filters: dict[str, Any] = {"text": text, "level": ["COMMUNITY"]} if text else {}
    variables = {"code": code, "filter": filters, "isSearch": bool(text)}
    found = await read(request, "grievances/where", variables)
    require(found, "division")
    values = {"q": text, **{name: asked(request, name) for name in ("category", "event", "enterprise")}}
    return await page(request, "grievances/where", variables, values, fragment="grievances/_where", data=found)


def _choices(found: Mapping[str, Any]) -> dict[str, Choices]:
    division = found["division"]
    return {"category": categories(found), "grid_code": grids(division), "compound_number": compounds(division)}


async def received(request: Request, answer: Mapping[str, Any], template: str) -> Response:
    """Number and tracking secret, shown this once. A reload sends the same key and gets the same answer."""
    secret = answer["tracking_secret"]
    if answer["is_held"]:
        values = {"number": answer["number"], "secret": secret, "danger": None}
        response = html(request, "grievances/held.html", values)
    else:
        found = await read(request, "grievances/received", {"number": answer["number"], "secret": secret})
        danger = asking.danger_named(found["trackedGrievance"]["danger"])
        # Not `page`: the address of "this page as GraphQL" would carry the secret.
        response = html(request, template, {**found, "secret": secret, "danger": danger})
    response.headers["cache-control"] = "no-store"
    return response


ROUTES = [
    Route("/report", grievance_new, name="grievance_new", methods=["GET", "POST"]),
    Route("/report/hints", report_hints, name="report_hints", methods=["POST"]),
    Route("/report/questions", report_questions, name="report_questions", methods=["POST"]),
]
