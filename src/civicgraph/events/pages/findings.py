"""The staff's list of what drills found and consultations said and is still to be seen to: what is late first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph import clock
from civicgraph.divisions.choosing import editable
from civicgraph.events.kinds import DUE
from civicgraph.permissions import DRAFT_EVENTS
from civicgraph.web import page, read, staff_only
from civicgraph.web.query import paging

_DOCUMENT = "staff/events/findings"
_DUE = {kind.name for kind in DUE}


async def findings(request: Request) -> Response:
    """All that is late, then what is open page by page, by its day; what has no day comes last."""
    if not request.state.actor.may_anywhere(DRAFT_EVENTS):
        raise HTTPException(403)
    place = editable(request, DRAFT_EVENTS)
    variables = {
        "late": {**place, "hasOverdueFindings": True},
        "open": {**place, "hasOpenFindings": True},
        "after": paging(request, 50).get("after"),
    }
    found = await read(request, _DOCUMENT, variables)
    values = {
        "overdue": [] if variables["after"] else [one for one in _open(found["late"]["nodes"]) if one["is_late"]],
        "coming": [one for one in _open(found["open"]["nodes"]) if not one["is_late"]],
        "asked": place.get("within"),
    }
    return await page(request, _DOCUMENT, variables, values, data=found)


def _open(events: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The open entries of events, each with its event, by their day."""
    today = clock.today().isoformat()
    rows = [
        {**entry, "event": event, "is_late": bool(entry["dueOn"]) and entry["dueOn"] < today}
        for event in events
        for entry in event["entries"]
        if entry["kind"] in _DUE and not entry["doneOn"]
    ]
    return sorted(rows, key=lambda one: (one["dueOn"] is None, one["dueOn"] or ""))


ROUTES = [Route("/staff/findings", staff_only(findings), name="staff_findings")]
