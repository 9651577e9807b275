"""Applying for work: no account, no JavaScript needed. First where one lives, then the form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph import settings
from civicgraph.i18n import N_, gettext
from civicgraph.jobs import operations, rules
from civicgraph.jobs.wording import wage
from civicgraph.permissions import HANDLE_REFERRALS
from civicgraph.web import page, read, redirect, require, submit
from civicgraph.web.forms import Choices, Form
from civicgraph.web.keys import new_key, renew_key
from civicgraph.web.query import place
from civicgraph.web.shell import chosen_place

SUBDISTRICT_DIGITS = 9
"""From such a place on, the communities to choose from fit into one list."""


async def apply(request: Request) -> Response:
    """The form, for one vacancy or for any work that fits; sent, it leads to one's own page."""
    number = request.path_params.get("number")
    row = await _vacancy(request, number) if number else None
    near = chosen_place(request)
    code = place(request) or (near["code"] if near else "") or (row["division"]["code"] if row else "")
    variables = {"place": code or settings.current().city_code, "number": number or 0, "isForOne": bool(number)}
    found = await read(request, "jobs/apply", variables)
    division = require(found, "division")
    form = None
    if len(division["code"]) >= SUBDISTRICT_DIGITS:
        given = {"idempotency_key": new_key(), "division_code": division["code"]}
        form = Form(
            operations.ApplyForJob,
            given,
            choices={"division_code": _communities(division)},
            leave_out=["vacancy_id"],
        )
        if request.method == "POST":
            answer = await submit(request, form, operations.apply_for_job, vacancy_id=number)
            if answer is not None:
                return _onward(request, answer)
            renew_key(form)
    values = {"form": form, "wage": wage, "keep_days": settings.current().keep_contact_days, "hours": _hours()}
    status = 422 if form and form.is_refused else 200
    return await page(request, "jobs/apply", variables, values, data=found, status=status)


def _onward(request: Request, answer: Mapping[str, Any]) -> Response:
    row = answer["referral"]
    if request.state.actor.may(HANDLE_REFERRALS, row.division_id):
        return redirect(request, "staff_referral", said=gettext(N_("The application is entered.")), number=row.number)
    return redirect(request, "my_job", number=row.number, secret=answer["secret"])


async def _vacancy(request: Request, number: int) -> Mapping[str, Any]:
    row: Mapping[str, Any] = require(await read(request, "jobs/job", {"number": number}), "vacancy")
    return row


def _hours() -> int:
    return int(rules.PROMISE.total_seconds() // 3600)


def _communities(division: Mapping[str, Any]) -> Choices:
    """The communities of the subdistrict; the place itself where nothing lies below it or beside it."""
    is_community = len(division["code"]) > SUBDISTRICT_DIGITS
    above = division["parent"] if is_community else division
    nodes = (above["children"]["nodes"] if above else []) or [division]
    return [(one["code"], one["shortName"]) for one in nodes]


ROUTES = [
    Route("/jobs/application", apply, name="job_apply", methods=["GET", "POST"]),
    Route("/jobs/{number:int}/application", apply, name="job_apply_for", methods=["GET", "POST"]),
]
