"""Taking a place, or a turn on the waiting list: no account, no JavaScript needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph.bookings import operations, rules
from civicgraph.bookings.known import own_states, remember
from civicgraph.i18n import N_, gettext
from civicgraph.web import page, read, redirect, require, submit
from civicgraph.web.forms import Form
from civicgraph.web.keys import new_key, renew_key

_ADDED = N_("Added. Give the person the number, or check them in right away.")


async def book(request: Request) -> Response:
    """The form of a quota; sent, it leads to the person's own page, which is the confirmation."""
    code = request.path_params["code"]
    found = await read(request, "bookings/book", {"code": code})
    quota = require(found, "quota")
    asked = {str(one["position"]): one["label"] for one in quota["questions"]}
    form = Form(
        operations.register.input,
        {"idempotency_key": new_key(), "people": 1},
        leave_out=_left_out(quota),
        controls={"answers.text": lambda row: {"label": asked.get(str(row.get("question")), "")}},
    )
    mine = (await own_states(request, [quota])).get(code)
    is_twice = _is_twice(request, quota, mine)
    if request.method == "POST" and not is_twice:
        answer = await submit(request, form, operations.register, quota_code=code)
        if answer is not None:
            number = answer["registration"].number
            if quota["mayManage"]:
                return redirect(request, "staff_registration", said=gettext(_ADDED), number=number)
            response = redirect(request, "my_booking", number=number, secret=answer["secret"])
            return remember(request, response, code, number)
        renew_key(form)
    values = {
        "form": form,
        "questions": question_fields(quota, form),
        "mine": mine,
        "is_twice": is_twice,
        "is_refused": is_twice and request.method == "POST",
        "keep_days": rules.KEEP_CONTACT.days,
    }
    status = 422 if form.is_refused or values["is_refused"] else 200
    return await page(request, "bookings/book", {"code": code}, values, data=found, status=status)


def _is_twice(request: Request, quota: Mapping[str, Any], mine: Mapping[str, Any] | None) -> bool:
    """Whether this browser has this very time already, and nobody said that it is for somebody else.

    By mistake one would take both places of the doctor's half hour. By the telephone it is not looked for: who types
    somebody else's number would learn what they have booked.
    """
    is_for_another = request.query_params.get("for") == "another"
    is_asked = quota["kind"] == "SLOT" and quota["isTaking"] and not quota["mayManage"]
    return bool(is_asked and mine and not is_for_another)


def _left_out(quota: Mapping[str, Any]) -> list[str]:
    """What makes no sense for these places. Whom a service helps is nobody's business; at events one may be seen."""
    found = ["quota_code"]
    if quota["kind"] != "REGISTRATION":
        found.append("is_listed")
    if quota["maxPeople"] == 1:
        found.append("people")
    if quota["minAge"] is None and quota["maxAge"] is None:
        found.append("ages")
    return found


def question_fields(quota: Mapping[str, Any], form: Form) -> list[dict[str, Any]]:
    """The organiser's questions as fields, each with the hidden number of its question."""
    given = {str(one.get("question")): one.get("text", "") for one in form.values.get("answers") or []}
    errors = {one.field: one.message for one in form.found}
    kinds = {"TEXT": "text", "CHOICE": "radios", "YES": "checkbox"}
    return [
        {
            "number": question["position"],
            "number_name": f"answers.{index}.question",
            "name": f"answers.{index}.text",
            "id": f"f-answers-{index}-text",
            "label": question["label"],
            "kind": kinds[question["kind"]],
            "choices": [(one, one) for one in question["choices"]],
            "value": given.get(str(question["position"])),
            "required": question["isRequired"],
            "error": errors.get(f"answers.{index}.text"),
            "attrs": {"maxlength": 500} if question["kind"] == "TEXT" else {},
        }
        for index, question in enumerate(quota["questions"])
    ]


ROUTES = [Route("/book/{code}", book, name="book", methods=["GET", "POST"])]
