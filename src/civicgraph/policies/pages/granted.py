"""A policy's grants as staff work with them: the list, what is done with one of them, what is paid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph import settings
from civicgraph.i18n import N_, gettext, ngettext
from civicgraph.operations import Operation
from civicgraph.policies import operations
from civicgraph.policies.models import GrantState
from civicgraph.policies.pages import due
from civicgraph.web import Form, page, read, redirect, require, staff_only, submit
from civicgraph.web.formats import money
from civicgraph.web.query import one_of, paging, select_field


@dataclass(frozen=True)
class Step:
    """Something that is done with one grant, and what is said then."""

    operation: Operation[Any, Any]
    done: str


STEPS = {
    "answer": Step(operations.answer_objection, N_("The objection is answered; the grant stays.")),
    "correction": Step(operations.correct_grant, N_("The grant is corrected; the enterprise is being told.")),
    "withdrawal": Step(operations.withdraw_grant, N_("The grant is taken back.")),
    "telling": Step(operations.tell_by_phone, N_("It is recorded that the enterprise was told.")),
}
"""By the end of their addresses."""


async def grants(request: Request) -> Response:
    """What was granted, what is proposed; tried, granted and paid from here."""
    return await grants_page(request)


async def grants_page(request: Request, **more: Any) -> Response:
    """The list of a policy's grants, with what else a step has to say."""
    state = one_of(request, "state", GrantState) or ""
    number = request.path_params["number"]
    variables = {
        "number": number,
        "city": settings.current().city_code,
        "filter": {**({"state": state} if state else {}), **due.of_grants(request)},
        **paging(request, 50),
    }
    fields = [select_field(request, "state", gettext("Status"), GrantState), due.grants_field(request)]
    asked = {"state": state, "due": due.asked(request)}
    values = {
        "fields": fields,
        "asked": asked,
        "refused": None,
        "contact": None,
        "steps": {name: Form(one.operation.input, leave_out=["id"]) for name, one in STEPS.items()},
        **more,
    }
    found = await read(request, "staff/policies/grants", variables)
    require(found, "policy")
    status = 422 if values["refused"] else 200
    return await page(request, "staff/policies/grants", variables, values, data=found, status=status)


async def step(request: Request) -> Response:
    """Do something with one grant; where that is refused, the list shows its form as it was filled in."""
    number, grant, name = (request.path_params[one] for one in ("number", "grant", "step"))
    chosen = require(STEPS, name)
    form = Form(chosen.operation.input, leave_out=["id"], prefix=f"{name}-{grant}")
    if await submit(request, form, chosen.operation, id=grant) is None:
        return await grants_page(request, refused=form)
    kept = {key: value for key, value in request.query_params.items() if key in ("state", "due")}
    return redirect(request, "staff_policies_grants", said=gettext(chosen.done), number=number, **kept)


async def pay(request: Request) -> Response:
    """Record as paid what is past its days for objections."""
    number = request.path_params["number"]
    form = Form(operations.pay_grants.input, leave_out=["id"])
    result = await submit(request, form, operations.pay_grants, id=number)
    if result is None:
        return await grants_page(request, refused=form)
    words = ngettext(
        "One grant is paid, %(amount)s in all.",
        "%(num)s grants are paid, %(amount)s in all.",
        result["count"],
        amount=money(int(result["amount_fen"])),
    )
    return redirect(request, "staff_policies_grants", said=words, number=number)


_ONE = "/staff/policies/{number:int}"
ROUTES = [
    Route(f"{_ONE}/grants", staff_only(grants), name="staff_policies_grants"),
    Route(f"{_ONE}/payment", staff_only(pay), name="staff_policies_payment", methods=["POST"]),
    Route(_ONE + "/grants/{grant:int}/{step}", staff_only(step), name="staff_policies_step", methods=["POST"]),
]
