"""The staff's queue of grievances."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph import settings
from civicgraph.grievances.pages import colleagues, looking, narrowing
from civicgraph.grievances.pages.choices import asked
from civicgraph.grievances.pages.drafts import COMMUNITY_DIGITS
from civicgraph.grievances.pages.saved import counted
from civicgraph.permissions import DISPATCH_GRIEVANCES, READ_GRIEVANCES, Actor
from civicgraph.web import page, read, staff_only
from civicgraph.web.news import is_stream_wanted
from civicgraph.web.shell import is_htmx


async def staff_grievances(request: Request) -> Response:
    """What is to be done in the actor's places: overdue first."""
    actor: Actor = request.state.actor
    kept = looking.kept(actor, {name: asked(request, name, 60) for name in (*request.query_params,)})
    filters, within = looking.filters(actor, kept), looking.place(actor, kept["within"])
    # What is overdue stands first: a promise of an answer may be older than one of a resolution.
    is_paged = any(request.query_params.get(name) for name in ("after", "before"))
    is_split = kept["view"] in looking.SPLIT_VIEWS and not kept["sort"]
    late = {**filters, "isOverdue": True}
    if is_split:
        filters["isOverdue"] = False
    size = "last" if asked(request, "before") else "first"
    is_dispatcher = actor.may(DISPATCH_GRIEVANCES, within)
    variables = {
        "filter": filters,
        "late": late,
        "isSplit": is_split and not is_paged,
        "orderBy": looking.order(kept),
        "within": within,
        "city": settings.current().city_code,
        "isOfCity": any(len(one) == narrowing.CITY_DIGITS for one in actor.prefixes(READ_GRIEVANCES)),
        "isDispatcher": is_dispatcher,
        "after": request.query_params.get("after"),
        "before": request.query_params.get("before"),
        size: 30,
    }
    is_part = is_htmx(request) or is_stream_wanted(request)
    counts: dict[str, Any] = {"views": [], "saved": []} if is_part else await counted(request, kept, within)
    found = await read(request, "staff/grievances/list", variables)
    workers = colleagues.listed(found.get("people"))
    bodies = colleagues.teams(found["teams"]["nodes"]) if found.get("teams") else []
    values = {
        "kept": kept,
        "fields": [] if is_part else await narrowing.fields(request, found, kept, workers, bodies),
        "is_narrowed": looking.is_narrowed(kept),
        "is_wide": len(within) < COMMUNITY_DIGITS,
        "is_dispatcher": is_dispatcher,
        "workers": workers,
        "bodies": bodies,
        **counts,
    }
    return await page(
        request, "staff/grievances/list", variables, values, fragment="staff/grievances/_results", data=found
    )


ROUTES = [Route("/staff/grievances", staff_only(staff_grievances), name="staff_grievances")]
