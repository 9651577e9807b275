"""An event's own page."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from civicgraph.bookings.known import own_states
from civicgraph.events.feeds import linked
from civicgraph.events.feeds.texts import absolute, when_of
from civicgraph.events.rule_words import words_of
from civicgraph.web import page, read, require
from civicgraph.web.shell import address


async def event(request: Request) -> Response:
    """One event: when, where, its programme, and whether it takes place; of a series, when it comes again."""
    variables = {"slug": request.path_params["slug"]}
    found = await read(request, "events/event", variables)
    row = require(found, "event")
    repeats = words_of(row["series"]["rule"]) if row["series"] else ""
    short = absolute(address(request, "event_short", number=row["number"]))
    values = {
        "repeats": repeats,
        "mine": await own_states(request, row["quotas"]),
        "linked": linked.script(linked.event_of(row)),
        "graph": linked.graph_of(row, when_of(row)),
        "short_link": short.partition("://")[2],
    }
    return await page(request, "events/event", variables, values, data=found)
