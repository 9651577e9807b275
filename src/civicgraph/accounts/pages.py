"""Pages of the accounts room: signing in and out, one's own keys; people, their roles, the audit trail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from civicgraph.accounts import operations, rules, trail
from civicgraph.accounts.operations import documents, passwords, people, sessions, tokens
from civicgraph.divisions.choosing import place_field, staff_choices
from civicgraph.i18n import N_, gettext
from civicgraph.operations import OperationError
from civicgraph.permissions import MANAGE_PEOPLE, READ_AUDIT, Actor
from civicgraph.settings import current as settings
from civicgraph.web import Form, listing, page, read, redirect, require, signed_in, staff_only, submit
from civicgraph.web.csrf import cookie_name, set_cookie
from civicgraph.web.forms import read_body
from civicgraph.web.places_named import places_named
from civicgraph.web.query import paging, place, text


async def sign_in(request: Request) -> Response:
    """Sign in; whoever is signed in already goes on at once."""
    asked = request.query_params.get("next", "")
    is_local = asked.startswith("/") and not asked.startswith(("//", "/\\"))
    onward = asked if is_local else str(request.app.url_path_for("staff"))
    if request.state.actor.is_staff:
        return RedirectResponse(onward, 303)
    form, status = Form(sessions.SignIn), 200
    if request.method == "POST":
        form.bind(await read_body(request))
        device = request.headers.get("user-agent", "")[:160]
        try:
            token = await operations.sign_in(request.state.actor, {**form.values, "device": device})
        except OperationError as error:
            form.found = error.errors
            form.values.pop("password", None)
            status = 429 if error.code == "LIMIT_EXCEEDED" else 422
        else:
            response = RedirectResponse(onward, 303)
            set_cookie(response, "session", token, max_age=int(rules.SESSION_LENGTH.total_seconds()))
            response.delete_cookie(cookie_name("form"), path="/")
            return response
    return await page(request, "accounts/sign_in", values={"form": form}, data={}, status=status)


async def sign_out(request: Request) -> Response:
    """End the session."""
    await read_body(request)
    await operations.sign_out(request.state.actor)
    response = redirect(request, "home", said=gettext("You are signed out."))
    response.delete_cookie(cookie_name("session"), path="/")
    # What a page kept in the browser (the day of a grid worker) goes with the session.
    response.headers["clear-site-data"] = '"storage"'
    return response


# One's own keys ---------------------------------------------------------------------------


async def own_tokens(request: Request) -> Response:
    """One's API tokens; a new one is shown once."""
    form = Form(tokens.CreateToken, {"scopes": ["read"]})
    secret = ""
    if request.method == "POST":
        result = await submit(request, form, operations.create_token)
        if result is not None:
            secret, form = result["secret"], Form(tokens.CreateToken, {"scopes": ["read"]})
    status = 422 if form.is_refused else 200
    values = {"form": form, "secret": secret}
    return await page(request, "staff/accounts/tokens", paging(request, 20), values, status=status)


async def revoke_token(request: Request) -> Response:
    """End a token."""
    await submit(request, Form(tokens.RevokeToken), operations.revoke_token, id=request.path_params["number"])
    return redirect(request, "staff_tokens", said=gettext("The token is revoked."))


async def trust_documents(request: Request) -> Response:
    """The documents that one of one's tokens may run: how many they are, and a new list of them."""
    number = request.path_params["number"]
    found = await read(request, "staff/accounts/documents", {"number": number})
    row = require(found, "myToken")
    form = Form(documents.TrustDocuments, leave_out=["id"])
    if request.method == "POST" and await submit(request, form, operations.trust_documents, id=number) is not None:
        said = gettext("%(name)s runs the documents of this list, and nothing else.", name=row["name"])
        return redirect(request, "staff_tokens", said=said)
    status = 422 if form.is_refused else 200
    return await page(request, "staff/accounts/documents", values={"form": form}, data=found, status=status)


async def own_account(request: Request) -> Response:
    """Who one is here, where one is signed in, and a new password."""
    form = Form(passwords.ChangePassword)
    if request.method == "POST" and await submit(request, form, operations.change_password) is not None:
        said = gettext("Your password is changed. Everywhere else you are signed out.")
        return redirect(request, "staff_sessions", said=said)
    form.values = {}
    values = {"form": form, "device_words": device_words}
    return await page(request, "staff/accounts/own", values=values, status=422 if form.is_refused else 200)


_BROWSERS = {
    "MicroMessenger": N_("WeChat"),
    "Edg": "Edge",
    "Firefox": "Firefox",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
_SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS": "macOS",
    "Linux": "Linux",
}


def device_words(agent: str) -> str:
    """A browser as people know it, from how it calls itself: Firefox · Windows."""
    found = [
        next((gettext(words) for mark, words in known.items() if mark in agent), "") for known in (_BROWSERS, _SYSTEMS)
    ]
    return " · ".join(filter(None, found)) or agent[:60] or gettext("unknown")


async def revoke_session(request: Request) -> Response:
    """End one of one's sessions."""
    await submit(request, Form(sessions.RevokeSession), operations.revoke_session, id=request.path_params["number"])
    return redirect(request, "staff_sessions", said=gettext("That session is ended."))


# People -----------------------------------------------------------------------------------


def _around(request: Request, capability: str) -> str:
    """The place whose surroundings a filter offers: the one asked for, else the first of the actor's grants."""
    prefixes = request.state.actor.prefixes(capability)
    return place(request) or (prefixes[0] if prefixes else settings().city_code)


def _place_filter(request: Request, capability: str, division: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """The filter by place, with what the actor's grants cover and nothing else."""
    if division is None:
        return []
    actor: Actor = request.state.actor
    field = place_field(request, dict(division), place(request))
    covered = [one for one in field["choices"] if one[0] and actor.may(capability, one[0])]
    return [{**field, "choices": [("", gettext("All that I oversee")), *covered]}]


async def list_people(request: Request) -> Response:
    """Colleagues by name, place, and whether they may sign in."""
    can = {"yes": True, "no": False}.get(request.query_params.get("active", ""))
    prefixes = [one for one in request.state.actor.prefixes(MANAGE_PEOPLE) if one != settings().city_code]
    own = prefixes[0] if len(prefixes) == 1 else None  # named for speed; the city also finds who has no role
    filters = {"text": text(request), "roleWithin": place(request) or own, "isActive": can}
    variables = {
        "place": _around(request, MANAGE_PEOPLE),
        "filter": {key: value for key, value in filters.items() if value is not None},
        **paging(request, 30),
    }
    found = await read(request, "staff/accounts/people/list", variables)
    asked = {name: request.query_params.get(name, "") for name in ("q", "within", "active")}
    words = [("", gettext("all")), ("yes", gettext("May sign in")), ("no", gettext("may not sign in"))]
    fields = [
        {"name": "q", "kind": "search", "label": gettext("Name"), "value": asked["q"], "attrs": {"maxlength": 60}},
        *_place_filter(request, MANAGE_PEOPLE, found["division"]),
        {"name": "active", "kind": "select", "label": gettext("Account"), "value": asked["active"], "choices": words},
    ]
    values = {"asked": asked, "fields": fields}
    folder = "staff/accounts/people"
    return await page(request, f"{folder}/list", variables, values, fragment=f"{folder}/_results", data=found)


async def roles(request: Request) -> Response:
    """The roles of a person: give one, take one."""
    number = request.path_params["number"]
    variables = {"number": number}
    found = await read(request, "staff/accounts/people/edit", variables)
    row = require(found, "person")
    form = Form(people.RoleOver, choices=await _choices(request), leave_out=["id"])
    if request.method == "POST":
        is_taken = request.path_params.get("noun") == "revocations"
        operation = operations.revoke_role if is_taken else operations.grant_role
        if await submit(request, form, operation, id=number) is not None:
            said = gettext("The role is taken.") if is_taken else gettext("The role is given.")
            return redirect(request, "staff_people_roles", number=number, said=said)
    values = {"form": form, "person": row}
    status = 422 if form.is_refused else 200
    return await page(request, "staff/accounts/people/roles", variables, values, data=found, status=status)


async def new_password(request: Request) -> Response:
    """Give a person a new password."""
    number = request.path_params["number"]
    variables = {"number": number}
    found = await read(request, "staff/accounts/people/edit", variables)
    row = require(found, "person")
    form = Form(people.SetPassword, leave_out=["id"])
    if request.method == "POST" and await submit(request, form, operations.set_password, id=number) is not None:
        said = gettext("The password is changed; all sessions ended.")
        return redirect(request, "staff_people_edit", number=number, said=said)
    form.values = {}
    values = {"form": form, "person": row}
    status = 422 if form.is_refused else 200
    return await page(request, "staff/accounts/people/password", variables, values, data=found, status=status)


async def _choices(request: Request) -> dict[str, Any]:
    return {"division_code": await staff_choices(request, MANAGE_PEOPLE)}


# The audit trail --------------------------------------------------------------------------


async def audit_trail(request: Request) -> Response:
    """Who changed what in the places that one oversees."""
    actor: Actor = request.state.actor
    asked = {name: request.query_params.get(name, "") for name in ("within", "subject", "operation", "person")}
    prefixes = actor.prefixes(READ_AUDIT)
    filters = {
        # Even unasked the one place of one's grants is named: the index of places then answers at once.
        "within": place(request) or (prefixes[0] if len(prefixes) == 1 else None),
        "subjectType": asked["subject"] if asked["subject"] in trail.SUBJECTS else None,
        "operation": asked["operation"] if asked["operation"] in trail.OPERATIONS else None,
        "byPerson": int(asked["person"]) if asked["person"].isdecimal() and len(asked["person"]) < 10 else None,
    }
    variables = {
        "place": _around(request, READ_AUDIT),
        "person": filters["byPerson"] or 0,
        "filter": {key: value for key, value in filters.items() if value is not None},
        **paging(request, 30),
    }
    found = await read(request, "staff/accounts/audit", variables)
    fields = [
        *_place_filter(request, READ_AUDIT, found["division"]),
        _select("subject", gettext("About"), asked["subject"], trail.SUBJECTS),
        _select("operation", gettext("Action"), asked["operation"], trail.OPERATIONS),
    ]
    names = await places_named(request, found["auditEntries"]["nodes"])
    values = {"asked": asked, "fields": fields, "place_names": names}
    return await page(request, "staff/accounts/audit", variables, values, fragment="staff/accounts/_audit", data=found)


def _select(name: str, label: str, value: str, words: Mapping[str, str]) -> dict[str, Any]:
    choices = [("", gettext("all")), *((key, gettext(text)) for key, text in words.items())]
    return {"name": name, "kind": "select", "label": label, "value": value, "choices": choices}


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
    choices=_choices,
    row_key="id",
)
ROUTES = [
    Route("/sign-in", sign_in, name="sign_in", methods=["GET", "POST"]),
    Route("/sign-out", sign_out, name="sign_out", methods=["POST"]),
    Route("/staff/tokens", signed_in(own_tokens), name="staff_tokens", methods=["GET", "POST"]),
    Route(
        "/staff/tokens/{number:int}/documents",
        signed_in(trust_documents),
        name="staff_tokens_documents",
        methods=["GET", "POST"],
    ),
    Route(
        "/staff/tokens/{number:int}/revocation", signed_in(revoke_token), name="staff_tokens_revoke", methods=["POST"]
    ),
    Route("/staff/sessions", signed_in(own_account), name="staff_sessions", methods=["GET", "POST"]),
    Route(
        "/staff/sessions/{number:int}/revocation",
        signed_in(revoke_session),
        name="staff_sessions_revoke",
        methods=["POST"],
    ),
    Route("/staff/audit", staff_only(audit_trail), name="staff_audit"),
    Route("/staff/people", staff_only(list_people), name="staff_people"),
    *listing.routes(PEOPLE, "/staff/people")[1:],
    Route(
        "/staff/people/{number:int}/password",
        staff_only(new_password),
        name="staff_people_password",
        methods=["GET", "POST"],
    ),
    Route("/staff/people/{number:int}/roles", staff_only(roles), name="staff_people_roles", methods=["GET", "POST"]),
    Route("/staff/people/{number:int}/roles/{noun}", staff_only(roles), name="staff_people_role", methods=["POST"]),
]
