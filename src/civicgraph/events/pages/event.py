"""An event's own page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from civicgraph.bookings.known import own_states
from civicgraph.events.feeds import linked
from civicgraph.events.feeds.texts import absolute, title_of, when_of
from civicgraph.events.kinds import ENTRIES, KINDS
from civicgraph.events.models import EventKind
from civicgraph.events.rule_words import words_of
from civicgraph.i18n import gettext
from civicgraph.web import page, read, require
from civicgraph.web.shell import address


def record_parts(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The parts of its record that an event of this kind has."""
    return [
        {
            "heading": gettext(ENTRIES[kind].heading),
            "rows": [one for one in row["entries"] if one["kind"] == kind.name],
            "empty": gettext(ENTRIES[kind].empty),
        }
        for kind in KINDS[EventKind[row["kind"]]].entries
    ]


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
        "record_parts": record_parts(row),
        "linked": linked.script(linked.event_of(row)),
        "graph": linked.graph_of(row, when_of(row)),
        "named": title_of(row),
        "short_link": short.partition("://")[2],
    }
    return await page(request, "events/event", variables, values, data=found)
