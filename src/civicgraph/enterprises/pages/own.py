"""Pages of who acts for an enterprise: claiming its entry by a code, and what is private to it."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from civicgraph.accounts.operations import sign_in
from civicgraph.accounts.rules import SESSION_LENGTH
from civicgraph.enterprises import operations
from civicgraph.enterprises.operations.accounts import EndEnterpriseAccount, OfEnterprise
from civicgraph.enterprises.operations.register import EnterpriseNumber
from civicgraph.i18n import N_, gettext
from civicgraph.operations import InvalidInput
from civicgraph.web import Form, page, read, redirect, require, signed_in, submit
from civicgraph.web.csrf import cookie_name, set_cookie

_NEW_ACCOUNT = ("username", "name", "password")
_NOT_THE_CODE = N_(
    "The code does not fit or holds no longer. Please compare it with the message, or let us send another one."
)


async def ask(request: Request) -> Response:
    """Ask for a code: it goes to the address that stands in the register, and nowhere else."""
    form = Form(OfEnterprise, {"credit_code": request.query_params.get("code", "")[:18]})
    if request.method == "POST" and await submit(request, form, operations.ask_claim_code):
        code = str(form.values["credit_code"]).upper()
        said = gettext(N_("If the register has an e-mail address of this enterprise, a code is on its way to it."))
        return redirect(request, "enterprise_claim_code", code=code, said=said)
    return await page(request, "enterprises/claim", values={"form": form}, data={}, status=_status(form))


async def claim(request: Request) -> Response:
    """Type the code in; whoever is not signed in makes an account with it, and is signed in."""
    code = request.path_params["code"].upper()
    is_new = not request.state.actor.is_staff
    left_out = ["credit_code", *(() if is_new else _NEW_ACCOUNT)]
    form = Form(operations.claim_enterprise.input, leave_out=left_out)
    if request.method == "POST":
        result = await submit(request, form, operations.claim_enterprise, credit_code=code)
        if result and result["is_claimed"]:
            return await _claimed(request, form, code, is_new=is_new)
        if result:
            form.found, form.is_refused = InvalidInput.at("code", "wrong", _NOT_THE_CODE).errors, True
    shown = {key: value for key, value in form.values.items() if key != "password"}
    form.values = shown
    values = {"form": form, "code": code, "is_new": is_new}
    return await page(request, "enterprises/claim_code", values=values, data={}, status=_status(form))


async def _claimed(request: Request, form: Form, code: str, *, is_new: bool) -> Response:
    said = gettext(N_("Your account acts for this enterprise from now on."))
    response = redirect(request, "my_enterprise", code=code, said=said)
    if is_new:
        given = {name: str(form.values[name]) for name in ("username", "password")}
        device = request.headers.get("user-agent", "")[:160]
        token = await sign_in(request.state.actor, {**given, "device": device})
        set_cookie(response, "session", token, max_age=int(SESSION_LENGTH.total_seconds()))
        response.delete_cookie(cookie_name("form"), path="/")
    return response


def _status(form: Form) -> int:
    return 422 if form.is_refused or form.found else 200


async def own_enterprises(request: Request) -> Response:
    """The enterprises that one acts for; a single one at once."""
    found = await read(request, "enterprises/my/list", {})
    nodes = found["enterprises"]["nodes"]
    if len(nodes) == 1 and not request.query_params.get("all"):
        only = request.app.url_path_for("my_enterprise", code=nodes[0]["enterprise"]["creditCode"])
        return RedirectResponse(str(only), 303)
    return await page(request, "enterprises/my/list", data=found)


async def own_enterprise(request: Request) -> Response:
    """Its entry with what is private, its grants, its problems, who acts for it."""
    return await _own(request)


async def _own(request: Request, **more: Any) -> Response:
    variables = {"code": request.path_params["code"].upper()}
    found = await read(request, "enterprises/my/one", variables)
    if not require(found, "enterprise")["isMine"]:
        found = {"enterprise": None}
    require(found, "enterprise")
    return await page(request, "enterprises/my/one", variables, {"contact": None, **more}, data=found)


async def contact(request: Request) -> Response:
    """Show the registered telephone and e-mail, and record the look."""
    found = await read(request, "enterprises/my/one", {"code": request.path_params["code"].upper()})
    number = require(found, "enterprise")["number"]
    result = await submit(request, Form(EnterpriseNumber), operations.reveal_enterprise_contact, id=number)
    return await _own(request, contact=result)


async def end(request: Request) -> Response:
    """Act for it no longer, or end a colleague's acting."""
    form = Form(EndEnterpriseAccount)
    await submit(request, form, operations.end_enterprise_account, id=request.path_params["number"])
    return redirect(request, "my_enterprises", said=gettext(N_("The account acts for the enterprise no longer.")))


ROUTES = [
    Route("/enterprises/claim", ask, name="enterprise_claim", methods=["GET", "POST"]),
    Route("/enterprises/{code}/claim", claim, name="enterprise_claim_code", methods=["GET", "POST"]),
    Route("/my/enterprises", signed_in(own_enterprises), name="my_enterprises"),
    Route("/my/enterprises/accounts/{number:int}/end", signed_in(end), name="my_enterprise_end", methods=["POST"]),
    Route("/my/enterprises/{code}", signed_in(own_enterprise), name="my_enterprise"),
    Route("/my/enterprises/{code}/contact", signed_in(contact), name="my_enterprise_contact", methods=["POST"]),
]
