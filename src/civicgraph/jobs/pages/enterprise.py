"""An enterprise's own vacancies, by who acts for it."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph.divisions.choosing import below
from civicgraph.i18n import N_, gettext
from civicgraph.jobs import operations
from civicgraph.operations import Operation
from civicgraph.web import Form, page, read, redirect, require, signed_in, submit
from civicgraph.web.listing import from_graphql

_LEFT_OUT = ["contact_agreed_on"]
"""Whoever enters a contact for their own enterprise agrees by that."""


async def vacancies(request: Request) -> Response:
    """What the enterprise offers and offered."""
    variables = {"code": request.path_params["credit_code"].upper(), "after": request.query_params.get("after")}
    found = await read(request, "jobs/my/list", variables)
    if not require(found, "enterprise")["isMine"]:
        require({}, "enterprise")
    return await page(request, "jobs/my/list", variables, data=found)


async def new(request: Request) -> Response:
    """The form of a new vacancy."""
    code = request.path_params["credit_code"].upper()
    found = await read(request, "jobs/my/list", {"code": code})
    enterprise = require(found, "enterprise")
    if not enterprise["isMine"]:
        require({}, "enterprise")
    given = {"division_code": enterprise["division"]["code"], "address": enterprise["address"][:120], "places": 1}
    choices = {"division_code": await below(request, enterprise["division"]["code"][:6])}
    form = Form(operations.CreateVacancy, given, choices=choices, leave_out=["credit_code", *_LEFT_OUT])
    if request.method == "POST":
        row = await submit(request, form, operations.create_vacancy, credit_code=code)
        if row is not None:
            said = gettext(N_("It is kept as a draft. Offer it when it is right."))
            return redirect(request, "my_vacancy", said=said, number=row.id)
    values = {"form": form, "vacancy": None}
    status = 422 if form.is_refused else 200
    return await page(request, "jobs/my/edit", {"number": 0}, {**values, **found}, data={}, status=status)


async def vacancy(request: Request) -> Response:
    """A vacancy of one's enterprise: changed, offered, closed."""
    return await _vacancy(request)


async def _vacancy(request: Request, refused: Form | None = None) -> Response:
    variables = {"number": request.path_params["number"]}
    found = await read(request, "jobs/my/edit", variables)
    row = require(found, "vacancy")
    if not row["isMine"]:
        require({}, "vacancy")
    shown = from_graphql(operations.UpdateVacancy, row)
    choices = {"division_code": await below(request, row["division"]["code"][:6])}
    form = Form(operations.UpdateVacancy, shown, choices=choices, leave_out=["id", *_LEFT_OUT])
    is_sent = request.method == "POST" and refused is None
    if is_sent and await submit(request, form, operations.update_vacancy, id=row["number"]) is not None:
        return redirect(request, "my_vacancy", said=gettext(N_("Saved.")), number=row["number"])
    status = 409 if form.conflict else 422 if form.is_refused or refused else 200
    values = {"form": form, "refused": refused, "enterprise": row["enterprise"]}
    return await page(request, "jobs/my/edit", variables, values, data=found, status=status)


def _verb(operation: Operation[Any, Any], said: str) -> Any:
    async def handle(request: Request) -> Response:
        number = request.path_params["number"]
        form = Form(operation.input, leave_out=["id"])
        if await submit(request, form, operation, id=number) is None:
            return await _vacancy(request, form)
        return redirect(request, "my_vacancy", said=gettext(said), number=number)

    return signed_in(handle)


_ONE = "/my/vacancies/{number:int}"
_OF = "/my/enterprises/{credit_code}/vacancies"
ROUTES = [
    Route(_OF, signed_in(vacancies), name="my_vacancies"),
    Route(f"{_OF}/new", signed_in(new), name="my_vacancy_new", methods=["GET", "POST"]),
    Route(_ONE, signed_in(vacancy), name="my_vacancy", methods=["GET", "POST"]),
    Route(
        f"{_ONE}/publication", _verb(operations.publish_vacancy, N_("Everyone can apply now.")),
        name="my_vacancy_publication", methods=["POST"],
    ),
    Route(
        f"{_ONE}/closing", _verb(operations.close_vacancy, N_("Nobody can apply any more.")),
        name="my_vacancy_closing", methods=["POST"],
    ),
]  # fmt: skip
