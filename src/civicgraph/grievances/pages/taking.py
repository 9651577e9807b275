"""Taking a report on somebody's behalf: the resident's own steps, for the communities that the actor dispatches for."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph.grievances import operations
from civicgraph.grievances.intake.models import BY_STAFF
from civicgraph.grievances.models import Channel
from civicgraph.grievances.pages import drafts
from civicgraph.grievances.pages.choices import asked
from civicgraph.grievances.pages.drafts import COMMUNITY_DIGITS, Draft
from civicgraph.grievances.pages.placing import way_down
from civicgraph.operations import Forbidden, NotFound
from civicgraph.permissions import DISPATCH_GRIEVANCES, Actor
from civicgraph.web import page, staff_only
from civicgraph.web.keys import renew_key

_LEFT_OUT = ("division_code", "proof")
_CARRIED = ("category", "channel")
"""What an address brings along on the way to a community."""


async def staff_grievance_new(request: Request) -> Response:
    """The form for a community; until there is one, the way to it."""
    code = _community(request)
    if not code:
        return await _where(request)
    draft = await _draft(request, code)
    if request.method != "POST":
        return await drafts.draw(request, draft, "staff/grievances/new")
    if not await drafts.bind(request, draft) or await drafts.asks_more(request, draft):
        return await drafts.draw(request, draft, "staff/grievances/new")
    answer = await draft.form.run(operations.file_grievance, request.state.actor, division_code=code)
    if answer is not None:
        return await drafts.received(request, answer, "staff/grievances/received.html")
    renew_key(draft.form)
    return await drafts.draw(request, draft, "staff/grievances/new")


def _community(request: Request) -> str:
    """The community that the address says, or the only one that the actor dispatches for; empty until one is chosen."""
    actor: Actor = request.state.actor
    code, places = asked(request, "division"), actor.prefixes(DISPATCH_GRIEVANCES)
    if not places or (code and not any(code.startswith(one) or one.startswith(code) for one in places)):
        raise Forbidden
    only = places[0] if len(places) == 1 else ""
    code = code or only
    return code if len(code) == COMMUNITY_DIGITS and not request.query_params.get("choose") else ""


async def _draft(request: Request, code: str) -> Draft:
    channels = [(one.value, one.words) for one in Channel if one in BY_STAFF and one is not Channel.STAFF]
    came = asked(request, "channel")
    given = {"channel": came if came in dict(channels) else Channel.PHONE.value, "is_public": True}
    draft = await drafts.begin(request, "staff/grievances/new", {"code": code}, given, _LEFT_OUT)
    draft.is_taken_by_staff = True
    forums = [(one["slug"], one["title"]) for one in draft.found["events"]["nodes"]]
    draft.form.choices |= {"channel": channels, "event": forums}
    return draft


async def hints(request: Request) -> Response:
    """While one types: whom to call in danger, and whether the same was reported nearby."""
    return await drafts.hints(request, await _draft(request, _chosen(request)))


async def questions(request: Request) -> Response:
    """The questions of the category that was just chosen."""
    return await drafts.questions(request, await _draft(request, _chosen(request)))


def _chosen(request: Request) -> str:
    if not (code := _community(request)):
        raise NotFound
    return code


async def _where(request: Request) -> Response:
    """The way to a community: by its name, or down from the places of the actor's grants."""
    values = {
        **await way_down(request),
        "carried": {name: asked(request, name) or None for name in _CARRIED},
        "form_page": "staff_grievance_new",
        "is_taken_by_staff": True,
    }
    return await page(request, "staff/grievances/where", values=values, fragment="grievances/_where")


_HERE = "/staff/grievances/new"
ROUTES = [
    Route(_HERE, staff_only(staff_grievance_new), name="staff_grievance_new", methods=["GET", "POST"]),
    Route(f"{_HERE}/hints", staff_only(hints), name="staff_grievance_hints", methods=["POST"]),
    Route(f"{_HERE}/questions", staff_only(questions), name="staff_grievance_questions", methods=["POST"]),
]
