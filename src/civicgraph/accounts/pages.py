"""Pages of the accounts room: signing in and out; people, tokens, sessions, the audit trail."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from civicgraph.accounts import operations, rules
from civicgraph.accounts.operations import people, sessions, tokens
from civicgraph.divisions.choosing import staff_choices
from civicgraph.i18n import gettext
from civicgraph.operations import OperationError
from civicgraph.permissions import MANAGE_PEOPLE, Role
from civicgraph.web import Form, listing, page, read, redirect, require, staff_only, submit
from civicgraph.web.csrf import cookie_name, set_cookie
from civicgraph.web.forms import read_body
from civicgraph.web.query import place, text


async def sign_in(request: Request) -> Response:
    """Sign in; whoever is signed in already goes to the desk."""
    onward = request.query_params.get("next", "")
    is_local = onward.startswith("/") and not onward.startswith(("//", "/\\"))
    form = Form(sessions.SignIn)
    if request.method == "POST":
        form.bind(await read_body(request))
        device = request.headers.get("user-agent", "")[:160]
        try:
            token = await operations.sign_in(request.state.actor, {**form.values, "device": device})
        except OperationError as error:
            form.found = error.errors
            form.values.pop("password", None)
            status = 429 if error.code == "LIMIT_EXCEEDED" else 422
            return await page(request, "accounts/sign_in", values={"form": form}, data={}, status=status)
        response = RedirectResponse(onward if is_local else request.app.url_path_for("staff"), 303)
        set_cookie(response, "session", token, max_age=int(rules.SESSION_LENGTH.total_seconds()))
        response.delete_cookie(cookie_name("form"), path="/")
        return response
    if request.state.actor.is_staff:
        return RedirectResponse(request.app.url_path_for("staff"), 303)
    return await page(request, "accounts/sign_in", values={"form": form}, data={})


async def sign_out(request: Request) -> Response:
    """End the session."""
    await read_body(request)
    await operations.sign_out(request.state.actor)
    response = redirect(request, "home", said=gettext("You are signed out."))
    response.delete_cookie(cookie_name("session"), path="/")
    return response


async def own_tokens(request: Request) -> Response:
    """One's API tokens; a new one is shown once."""
    form = Form(tokens.CreateToken)
    secret = ""
    if request.method == "POST":
        result = await submit(request, form, operations.create_token)
        if result is not None:
            secret, form = result["secret"], Form(tokens.CreateToken)
    variables = {"after": request.query_params.get("after")}
    status = 422 if form.is_refused else 200
    return await page(request, "staff/accounts/tokens", variables, {"form": form, "secret": secret}, status=status)


async def revoke_token(request: Request) -> Response:
    """End a token."""
    await submit(request, Form(tokens.RevokeToken), operations.revoke_token, id=request.path_params["number"])
    return redirect(request, "staff_tokens", said=gettext("The token is revoked."))


async def own_sessions(request: Request) -> Response:
    """Where one is signed in."""
    return await page(request, "staff/accounts/sessions")


async def revoke_session(request: Request) -> Response:
    """End one of one's sessions."""
    await submit(request, Form(sessions.RevokeSession), operations.revoke_session, id=request.path_params["number"])
    return redirect(request, "staff_sessions", said=gettext("That session is ended."))


async def audit_trail(request: Request) -> Response:
    """Who changed what in the places that one oversees."""
    filters = {
        "within": place(request),
        "operation": text(request, "operation"),
        "subjectType": text(request, "subject"),
    }
    variables = {"filter": {k: v for k, v in filters.items() if v}, "after": request.query_params.get("after")}
    return await page(
        request, "staff/accounts/audit", variables, {"q": request.query_params}, fragment="staff/accounts/_audit"
    )


def _people_filter(request: Request) -> dict[str, Any]:
    filters = {"text": text(request)}
    return {"filter": {k: v for k, v in filters.items() if v}, "after": request.query_params.get("after")}


async def _choices(request: Request) -> dict[str, Any]:
    return {"division_code": await staff_choices(request, MANAGE_PEOPLE)}


async def change_role(request: Request) -> Response:
    """Give or take a role."""
    number = request.path_params["number"]
    found = await read(request, "staff/accounts/people/edit", {"number": number})
    row = require(found, "person")
    is_taken = request.path_params["noun"] == "revocations"
    form = Form(people.RoleOver, choices=await _choices(request), leave_out=["id"])
    done = await submit(request, form, operations.revoke_role if is_taken else operations.grant_role, id=number)
    if done is not None:
        return redirect(request, "staff_people_edit", number=number, said=gettext("Saved."))
    edit = Form(people.UpdatePerson, listing.from_graphql(people.UpdatePerson, row), leave_out=["id"])
    values = {**PEOPLE.values(request), "listing": PEOPLE, "form": edit, "is_new": False, "grant": form}
    return await page(request, "staff/accounts/people/edit", {"number": number}, values, data=found, status=422)


async def new_password(request: Request) -> Response:
    """Give a person a new password."""
    number = request.path_params["number"]
    found = await read(request, "staff/accounts/people/edit", {"number": number})
    row = require(found, "person")
    form = Form(people.SetPassword, leave_out=["id"])
    if await submit(request, form, operations.set_password, id=number) is not None:
        return redirect(
            request, "staff_people_edit", number=number, said=gettext("The password is changed; all sessions ended.")
        )
    edit = Form(people.UpdatePerson, listing.from_graphql(people.UpdatePerson, row), leave_out=["id"])
    values = {**PEOPLE.values(request), "listing": PEOPLE, "form": edit, "is_new": False, "password": form}
    return await page(request, "staff/accounts/people/edit", {"number": number}, values, data=found, status=422)


PEOPLE = listing.Listing(
    name="staff_people",
    folder="staff/accounts/people",
    root="person",
    key="number",
    key_type=int,
    input_key="id",
    subject="Person",
    create=operations.create_person,
    update=operations.update_person,
    variables=_people_filter,
    choices=_choices,
    row_key="id",
    values=lambda request: {"roles": [(role.value, role.words) for role in Role]},
)

ROUTES = [
    Route("/sign-in", sign_in, name="sign_in", methods=["GET", "POST"]),
    Route("/sign-out", sign_out, name="sign_out", methods=["POST"]),
    Route("/staff/tokens", staff_only(own_tokens), name="staff_tokens", methods=["GET", "POST"]),
    Route(
        "/staff/tokens/{number:int}/revocation", staff_only(revoke_token), name="staff_tokens_revoke", methods=["POST"]
    ),
    Route("/staff/sessions", staff_only(own_sessions), name="staff_sessions"),
    Route(
        "/staff/sessions/{number:int}/revocation",
        staff_only(revoke_session),
        name="staff_sessions_revoke",
        methods=["POST"],
    ),
    Route("/staff/audit", staff_only(audit_trail), name="staff_audit"),
    *listing.routes(PEOPLE, "/staff/people"),
    Route(
        "/staff/people/{number:int}/password", staff_only(new_password), name="staff_people_password", methods=["POST"]
    ),
    Route("/staff/people/{number:int}/{noun}", staff_only(change_role), name="staff_people_role", methods=["POST"]),
]
