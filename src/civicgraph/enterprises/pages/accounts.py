"""Staff page: who acts for an enterprise; an account given at the window, or ended."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph.enterprises import operations
from civicgraph.enterprises.operations.accounts import EndEnterpriseAccount
from civicgraph.i18n import N_, gettext
from civicgraph.web import Form, page, read, redirect, require, staff_only, submit

_NAME = "staff_enterprises_accounts"


async def accounts(request: Request) -> Response:
    """Who acts for it, and a form for another."""
    code = request.path_params["credit_code"]
    found = await read(request, "staff/enterprises/accounts", {"code": code})
    if not require(found, "enterprise")["mayReadPrivate"]:
        require({}, "enterprise")
    form = Form(operations.give_enterprise_account.input, leave_out=["credit_code"])
    if request.method == "POST" and await submit(request, form, operations.give_enterprise_account, credit_code=code):
        said = gettext(N_("The account acts for the enterprise from now on."))
        return redirect(request, _NAME, said=said, credit_code=code)
    form.values = {key: value for key, value in form.values.items() if key != "password"}
    status = 422 if form.is_refused else 200
    return await page(request, "staff/enterprises/accounts", values={"form": form}, data=found, status=status)


async def end(request: Request) -> Response:
    """Let an account act for it no longer."""
    form, number = Form(EndEnterpriseAccount), request.path_params["number"]
    await submit(request, form, operations.end_enterprise_account, id=number)
    said = gettext(N_("The account acts for the enterprise no longer."))
    return redirect(request, _NAME, said=said, credit_code=request.path_params["credit_code"])


_ONE = "/staff/enterprises/{credit_code}/accounts"
ROUTES = [
    Route(_ONE, staff_only(accounts), name=_NAME, methods=["GET", "POST"]),
    Route(_ONE + "/{number:int}/end", staff_only(end), name=f"{_NAME}_end", methods=["POST"]),
]
