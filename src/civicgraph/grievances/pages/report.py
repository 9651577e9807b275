"""Reporting a problem: first where, then what; no account, no JavaScript needed."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph import settings
from civicgraph.grievances import operations
from civicgraph.grievances.models import Channel
from civicgraph.grievances.pages.choices import asked, categories, grids
from civicgraph.operations import FieldError
from civicgraph.web import page, read, require, submit
from civicgraph.web.forms import Choices, Form
from civicgraph.web.shell import chosen_place, html

COMMUNITY_DIGITS = 12


async def grievance_new(request: Request) -> Response:
    """The form for a community; until there is one, the way to it."""
    near = chosen_place(request)
    code = asked(request, "division") or (near["code"] if near else "")
    if request.query_params.get("choose") or len(code) != COMMUNITY_DIGITS:
        return await _where(request)
    found = await read(request, "grievances/new", {"code": code})
    division = require(found, "division")
    given = {"category": asked(request, "category"), "idempotency_key": new_key()}
    form = Form(operations.file_grievance.input, given, choices=_choices(found), leave_out=["channel", "division_code"])
    if request.method == "POST":
        answer = await submit(
            request, form, operations.file_grievance, channel=Channel.WEB, division_code=division["code"]
        )
        if answer is not None:
            return await received(request, answer, "grievances/received.html")
        renew_key(form)
    status = 422 if form.is_refused else 200
    return await page(request, "grievances/new", {"code": code}, {"form": form}, data=found, status=status)


async def _where(request: Request) -> Response:
    """The way to a community: by its name, or down from the county."""
    text = asked(request, "q")
    code = asked(request, "division") or settings.current().city_code
    filters: dict[str, Any] = {"text": text, "level": ["COMMUNITY"]} if text else {}
    variables = {"code": code, "filter": filters, "isSearch": bool(text)}
    found = await read(request, "grievances/where", variables)
    require(found, "division")
    values = {"q": text, "category": asked(request, "category")}
    return await page(request, "grievances/where", variables, values, fragment="grievances/_where", data=found)


def _choices(found: Mapping[str, Any]) -> dict[str, Choices]:
    return {"category": categories(found), "grid_code": grids(found["division"])}


def new_key() -> str:
    """What makes a form that is sent twice one report."""
    return secrets.token_urlsafe(18)


def renew_key(form: Form) -> None:
    """A form whose key was used for other words gets a new one: sent again, it is a new report."""
    if any(error.code == "key_reused" for error in form.found):
        form.found = [FieldError("", error.code, error.message) for error in form.found]
        form.values["idempotency_key"] = new_key()


async def received(request: Request, answer: Mapping[str, Any], template: str) -> Response:
    """Number and tracking secret, shown this once. A reload sends the same key and gets the same answer."""
    variables = {"number": answer["grievance"].number, "secret": answer["tracking_secret"]}
    found = await read(request, "grievances/received", variables)
    # Not `page`: the address of "this page as GraphQL" would carry the secret.
    response = html(request, template, {**found, "secret": answer["tracking_secret"]})
    response.headers["cache-control"] = "no-store"
    return response


ROUTES = [Route("/report", grievance_new, name="grievance_new", methods=["GET", "POST"])]
