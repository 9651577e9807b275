"""A report that is being written, by a resident or by staff for one: what its form holds, and what is asked besides.

What the form asks besides (the category's questions, whether it is the same as one reported already) comes while
one types where scripts run, and as a second step where they do not. Nothing typed and no photo is lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from civicgraph.grievances import operations
from civicgraph.grievances.operations.report_input import SHORTEST
from civicgraph.grievances.pages import asking
from civicgraph.grievances.pages.choices import asked, categories, compounds, grids
from civicgraph.uploads.forms import bind_with_files
from civicgraph.web import page, read, require
from civicgraph.web.forms import Choices, Form, read_form
from civicgraph.web.keys import new_key
from civicgraph.web.shell import html

COMMUNITY_DIGITS = 12
LOCATING = "camera=(), geolocation=(self), microphone=(), payment=(), usb=()"
"""On the page of a form alone a phone may be asked where it is, by the person's press of a button."""


@dataclass
class Draft:
    """A form that is being filled in: what it holds, and what is asked besides."""

    found: Mapping[str, Any]
    variables: Mapping[str, Any]
    form: Form
    is_taken_by_staff: bool = False
    """Whether staff write it down for somebody else."""
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

    @property
    def values(self) -> dict[str, Any]:
        """What the templates draw of it."""
        return {
            "form": self.form,
            "questions": asking.question_fields(self.questions, self.form),
            "personal": asking.personal(self.found, str(self.form.values.get("category") or "")),
            "same": self.same,
            "compared": "1" if self.same or self.seen.get("compared") == "1" else "",
            "danger": asking.danger_of(self.form),
            "is_second_step": self.is_second_step,
            "is_taken_by_staff": self.is_taken_by_staff,
        }


async def begin(
    request: Request, template: str, variables: Mapping[str, Any], given: Mapping[str, Any], left_out: Sequence[str]
) -> Draft:
    """An empty form for a community, over the page's document; the grid may be given by the address."""
    found = await read(request, template, variables)
    division = require(found, "division")
    choices: dict[str, Choices] = {
        "category": categories(found, "enterprise" if given.get("enterprise_code") else asked(request, "group")),
        "grid_code": grids(division),
        "compound_number": compounds(division),
    }
    grid = asked(request, "grid")
    values = {
        "category": asked(request, "category"),
        "grid_code": grid if grid in {one[0] for one in choices["grid_code"]} else "",
        "idempotency_key": new_key(),
        **given,
    }
    return Draft(found, variables, Form(operations.file_grievance.input, values, choices=choices, leave_out=left_out))


async def bind(request: Request, draft: Draft) -> bool:
    """Take a form that came, with its photos and documents; whether it is to be looked at, rather than drawn with its questions or errors."""
    draft.seen = await bind_with_files(request, draft.form, "photos", "documents")
    return draft.seen.get("step") != "questions" and not draft.form.is_refused


async def asks_more(request: Request, draft: Draft) -> bool:
    """Whether a second step comes: questions that were not shown yet, or the same problem reported nearby."""
    category = str(draft.form.values.get("category") or "")
    questions = draft.questions
    is_new = draft.seen.get("asked") != category and asking.are_unanswered(questions, draft.form)
    if draft.seen.get("compared") != "1" and asking.danger_of(draft.form) is None:
        draft.same = await _same_nearby(request, draft)
    is_complete = bool(category) and len(str(draft.form.values.get("description") or "")) >= SHORTEST
    draft.is_second_step = is_complete and (bool(questions and is_new) or bool(draft.same))
    return draft.is_second_step


async def _same_nearby(request: Request, draft: Draft) -> list[dict[str, Any]]:
    return await asking.same_nearby(request, draft.code, draft.form, is_public=not draft.is_taken_by_staff)


async def draw(request: Request, draft: Draft, template: str, **values: Any) -> Response:
    """The page of the form."""
    status = 422 if draft.form.is_refused else 200
    shown = {**draft.values, **values}
    response = await page(request, template, draft.variables, shown, data=draft.found, status=status)
    response.headers["permissions-policy"] = LOCATING
    return response


async def hints(request: Request, draft: Draft) -> Response:
    """While one types: whom to call in danger, and whether the same was reported nearby."""
    draft.form.bind((await read_form(request)).pairs)
    if asking.danger_of(draft.form) is None:
        draft.same = await _same_nearby(request, draft)
    return html(request, "grievances/_hints.html", draft.values)


async def questions(request: Request, draft: Draft) -> Response:
    """The questions of the category that was just chosen."""
    draft.form.bind((await read_form(request)).pairs)
    category = str(draft.form.values.get("category") or "")
    return html(request, "grievances/_questions.html", {**draft.values, "asked": category})


async def received(request: Request, answer: Mapping[str, Any], template: str) -> Response:
    """Number and tracking secret, shown this once. A reload sends the same key and gets the same answer."""
    secret = answer["tracking_secret"]
    if answer["is_held"]:
        called = answer["emergency_calls"]
        values = {"number": answer["number"], "secret": secret, "danger": {"calls": called} if called else None}
        response = html(request, "grievances/held.html", values)
    else:
        found = await read(request, "grievances/received", {"number": answer["number"], "secret": secret})
        danger = asking.danger_named(found["trackedGrievance"]["danger"])
        # Not `page`: the address of "this page as GraphQL" would carry the secret.
        response = html(request, template, {**found, "secret": secret, "danger": danger})
    response.headers["cache-control"] = "no-store"
    return response
