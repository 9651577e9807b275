"""Reporting a problem: first where, then what; no account, no JavaScript needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph import settings
from civicgraph.grievances import operations
from civicgraph.grievances.intake import proof
from civicgraph.grievances.models import Channel
from civicgraph.grievances.pages import asking, drafts
from civicgraph.grievances.pages.choices import asked
from civicgraph.grievances.pages.drafts import COMMUNITY_DIGITS, Draft
from civicgraph.i18n import N_, gettext
from civicgraph.operations import FieldError
from civicgraph.web import page, read, require
from civicgraph.web.keys import renew_key
from civicgraph.web.shell import chosen_place

_LEFT_OUT = ("channel", "division_code", "proof")
_CARRIED = ("category", "group", "event", "enterprise", "grid")
"""What an address brings along on the way to a community."""


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
    given: dict[str, Any] = {"is_public": asked(request, "public") != "no"}
    if request.state.actor.is_staff:
        given["enterprise_code"] = asked(request, "enterprise")
    variables = {"code": code, "event": asked(request, "event")}
    draft = await drafts.begin(request, "grievances/new", variables, given, _LEFT_OUT)
    draft.form.values["event"] = draft.found["event"]["slug"] if draft.found["event"] else ""
    return draft


async def _posted(request: Request, draft: Draft) -> Response:
    """A form that came: its photos taken in, then what is still to be asked, then the report."""
    if not await drafts.bind(request, draft):
        return await _draw(request, draft)
    is_danger = asking.danger_of(draft.form) is not None  # whoever tells of danger is not asked anything first
    if not is_danger and _looks_like_a_machine(draft.seen) and not proof.is_proof(_proof(draft.seen)):
        return await _draw_with_question(request, draft)
    if await drafts.asks_more(request, draft):
        return await _draw(request, draft)
    fixed = {"channel": Channel.WEB, "division_code": draft.code, "proof": _proof(draft.seen) or None}
    answer = await draft.form.run(operations.file_grievance, request.state.actor, **fixed)
    if answer is not None:
        return await drafts.received(request, answer, "grievances/received.html")
    if any(error.code == "proof_needed" for error in draft.form.found):
        return await _draw_with_question(request, draft)
    renew_key(draft.form)
    return await _draw(request, draft)


def _looks_like_a_machine(seen: Mapping[str, str]) -> bool:
    """A field that nobody sees was filled in, or the form came back quicker than anybody writes."""
    age = proof.age_of(_began(seen))
    return bool(seen.get("website")) or age is None or age < settings.current().quickest_report_seconds


def _began(seen: Mapping[str, str]) -> str:
    """The challenge of the first page that somebody wrote on, a second step included; empty where there is none."""
    given = (seen.get(name, "") for name in ("began", "challenge"))
    return next((one for one in given if proof.age_of(one) is not None), "")


def _proof(seen: Mapping[str, str]) -> str:
    """What proves that no machine sends it: the browser's number, or the person's answer."""
    answer = seen.get("solution") or seen.get("small_answer") or ""
    return f"{seen.get('challenge', '')}:{answer.strip()}"[:120] if answer else ""


async def _draw_with_question(request: Request, draft: Draft) -> Response:
    draft.is_proof_asked = True
    words = gettext(N_("Please answer the small question as well. What you wrote is still here."))
    draft.form.found, draft.form.is_refused = [FieldError("small_answer", "proof_needed", words)], True
    return await _draw(request, draft)


async def _draw(request: Request, draft: Draft) -> Response:
    challenge = proof.challenge()
    began = _began(draft.seen) or challenge
    small_question = proof.question(challenge) if draft.is_proof_asked else ""
    return await drafts.draw(
        request,
        draft,
        "grievances/new",
        challenge=challenge,
        began=began,
        bits=proof.BITS,
        small_question=small_question,
    )


async def report_hints(request: Request) -> Response:
    """While one types: whom to call in danger, and whether the same was reported nearby."""
    return await drafts.hints(request, await _draft(request, asked(request, "division")))


async def report_questions(request: Request) -> Response:
    """The questions of the category that was just chosen."""
    return await drafts.questions(request, await _draft(request, asked(request, "division")))


async def _where(request: Request) -> Response:
    """The way to a community: by its name, or down from the county."""
    text = asked(request, "q")
    code = asked(request, "division") or settings.current().city_code
    filters: dict[str, Any] = {"text": text, "level": ["COMMUNITY"]} if text else {}
    variables = {"code": code, "filter": filters, "isSearch": bool(text)}
    found = await read(request, "grievances/where", variables)
    require(found, "division")
    carried = {name: asked(request, name) or None for name in _CARRIED}
    values = {"q": text, "carried": carried, "form_page": "grievance_new"}
    return await page(request, "grievances/where", variables, values, fragment="grievances/_where", data=found)


ROUTES = [
    Route("/report", grievance_new, name="grievance_new", methods=["GET", "POST"]),
    Route("/report/hints", report_hints, name="report_hints", methods=["POST"]),
    Route("/report/questions", report_questions, name="report_questions", methods=["POST"]),
]
