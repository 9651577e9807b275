"""Saved filters of the queue, and how much waits in each of its views."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph.grievances import operations
from civicgraph.grievances.desk.rules import kept_query
from civicgraph.grievances.pages import looking
from civicgraph.i18n import gettext
from civicgraph.web import read, redirect, staff_only, submit
from civicgraph.web.forms import Form
from civicgraph.web.shell import address

_SHOWN = 12


async def counted(request: Request, kept: Mapping[str, str], within: str) -> dict[str, Any]:
    """The views and the saved filters as links, each with what waits there, counted to a hundred."""
    found = await read(request, "staff/grievances/saved", {"within": within, "isWhole": True, "isOne": False})
    words = looking.view_words()
    views = [
        {
            "text": text,
            "current": view == kept["view"],
            "count": _count(found[view]) if view in looking.COUNTED else "",
            "href": address(request, "staff_grievances", view=view, within=kept["within"]),
        }
        for view, text in words.items()
    ]
    here = kept_query(str(request.url.query))
    saved = [await _saved(request, one, here) for one in found["savedFilters"]["nodes"][:_SHOWN]]
    return {"views": views, "saved": saved, "here_query": here}


async def _saved(request: Request, one: Mapping[str, Any], here: str) -> dict[str, Any]:
    actor = request.state.actor
    filters = looking.filters(actor, looking.kept(actor, dict(parse_qsl(one["query"]))))
    variables = {"within": filters["within"], "filter": filters, "isWhole": False, "isOne": True}
    found = await read(request, "staff/grievances/saved", variables)
    return {
        "number": one["number"],
        "text": one["name"],
        "is_own": one["person"]["number"] == actor.person_id,
        "is_shared": one["isShared"],
        "whose": one["person"]["name"],
        "current": one["query"] == here,
        "count": _count(found["one"]),
        "href": f"{address(request, 'staff_grievances')}?{one['query']}",
    }


def _count(page: Mapping[str, Any]) -> str:
    return f"{page['totalCount']}+" if page["totalCountIsCapped"] else str(page["totalCount"])


async def save(request: Request) -> Response:
    """Keep the filters of the address under a name."""
    form = Form(operations.save_grievance_filter.input)
    row = await submit(request, form, operations.save_grievance_filter)
    if row is not None:
        response = redirect(request, "staff_grievances", said=gettext("The filter is kept."))
        response.headers["location"] += f"?{row.query}"
        return response
    words = " ".join(error.message for error in form.found)
    response = redirect(request, "staff_grievances", said=words, level="late")
    response.headers["location"] += f"?{kept_query(str(form.values.get('query', '')))}"
    return response


async def forget(request: Request) -> Response:
    """Forget a filter of one's own."""
    form = Form(operations.forget_grievance_filter.input)
    await submit(request, form, operations.forget_grievance_filter, id=request.path_params["number"])
    return redirect(request, "staff_grievances", said=gettext("The filter is forgotten."))


ROUTES = [
    Route("/staff/grievances/filters", staff_only(save), name="staff_filters", methods=["POST"]),
    Route(
        "/staff/grievances/filters/{number:int}/removal",
        staff_only(forget),
        name="staff_filter_removal",
        methods=["POST"],
    ),
]
