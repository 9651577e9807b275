"""An event's own page."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from civicgraph.bookings.known import own_states
from civicgraph.events.rule_words import words_of
from civicgraph.web import page, read, require


async def event(request: Request) -> Response:
    """One event: when, where, its programme, and whether it takes place; of a series, when it comes again."""
    variables = {"slug": request.path_params["slug"]}
    found = await read(request, "events/event", variables)
    row = require(found, "event")
    repeats = words_of(row["series"]["rule"]) if row["series"] else ""
    values = {"repeats": repeats, "mine": await own_states(request, row["quotas"])}
    return await page(request, "events/event", variables, values, data=found)
