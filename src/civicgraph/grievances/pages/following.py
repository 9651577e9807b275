"""Following a grievance by e-mail: asking for it, confirming the address, ending it without signing in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from civicgraph.grievances import operations
from civicgraph.grievances.pages.public import not_public
from civicgraph.i18n import N_, gettext
from civicgraph.operations import NotFound, OperationError
from civicgraph.web import page, pressed, read, redirect, submit, throttle
from civicgraph.web.forms import Form
from civicgraph.web.shell import html

_ASKED = N_("We have sent a link to %(email)s. Open it to confirm the address: nothing else is sent before.")


async def follow(request: Request) -> Response:
    """Ask for news of a public grievance."""
    number = request.path_params["number"]
    found = await read(request, "grievances/following", {"number": number})
    if found["grievance"] is None:
        return not_public(request)
    form = Form(operations.follow_grievance.input, leave_out=["number"])
    if request.method == "POST":
        done = await submit(request, form, operations.follow_grievance, number=number)
        if done is not None:
            return redirect(request, "grievance", said=gettext(_ASKED, email=done["email"]), number=number)
    values = {"form": form}
    return await page(
        request, "grievances/following", {"number": number}, values, data=found, status=422 if form.is_refused else 200
    )


async def follow_tracked(request: Request) -> Response:
    """Ask as the reporter for news of one's own report."""
    given = {"number": request.path_params["number"], "secret": request.path_params["secret"]}
    form = Form(operations.follow_tracked_grievance.input, leave_out=["number", "secret"])
    throttle.count_try(request)
    try:
        if request.method == "POST":
            done = await submit(request, form, operations.follow_tracked_grievance, **given)
            throttle.was_right(request)
            if done is not None:
                said = gettext(_ASKED, email=done["email"])
                return redirect(request, "tracked_grievance", said=said, **given)
    except NotFound:
        return redirect(request, "grievance_track", number=given["number"])
    values = {"form": form, **given}
    response = html(request, "grievances/following_own.html", values, status=422 if form.is_refused else 200)
    response.headers["cache-control"] = "no-store"
    return response


async def confirm(request: Request) -> Response:
    """Confirm an address. Opening the link does nothing yet: programs that look through mail open links, too."""
    form = Form(operations.confirm_following.input, leave_out=["token"])
    state = "asked"
    if request.method == "POST":
        try:
            done = await pressed(request, form, operations.confirm_following, token=request.path_params["token"])
            return _told(request, "confirmed", done["number"])
        except NotFound:
            state = "unknown"
    return _told(request, state)


async def end(request: Request) -> Response:
    """End the messages of a link. Mail programs post here by themselves (RFC 8058), without cookie or form token."""
    if request.method == "GET":
        return _told(request, "ending")
    try:
        await operations.unfollow_grievance(request.state.actor, {"token": request.path_params["token"][:80]})
    except OperationError:
        return PlainTextResponse("", 400)
    return _told(request, "ended")


def _told(request: Request, state: str, number: str = "") -> Response:
    values = {"state": state, "token": request.path_params["token"], "number": number}
    response = html(request, "grievances/subscription.html", values, status=404 if state == "unknown" else 200)
    response.headers["cache-control"] = "no-store"
    return response


def _route(path: str, handler: Callable[..., Any], name: str) -> Route:
    return Route(path, handler, name=name, methods=["GET", "POST"])


ROUTES = [
    _route("/grievances/{number}/following", follow, "grievance_following"),
    _route("/track/{number}/{secret}/following", follow_tracked, "tracked_grievance_following"),
    _route("/follow/{token}", confirm, "following_confirm"),
    _route("/unfollow/{token}", end, "following_end"),
]
