"""The list of events."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from civicgraph import settings
from civicgraph.events.pages.asked import asked_of, date_fields, fields_of, filter_of, for_all
from civicgraph.events.pages.feeds import subscriptions
from civicgraph.web import page, read
from civicgraph.web.query import paging


async def events(request: Request) -> Response:
    """The list: what is on, by kind, place, day and words."""
    asked = asked_of(request)
    variables = {
        "place": asked["within"] or asked["above"] or settings.current().city_code,
        "filter": filter_of(asked),
        **for_all(filter_of(asked), asked["within"]),
        "orderBy": "LATEST" if asked["past"] else "SOONEST",
        **paging(request, 20),
    }
    found = await read(request, "events/list", variables)
    *fields, price, is_free = fields_of(request, found, asked)
    fields += [*date_fields(asked), price, is_free]
    values = {
        "asked": asked,
        "fields": fields,
        "subscribed": subscriptions(request, asked),
        "for_all": found.get("forAll"),
    }
    return await page(request, "events/list", variables, values, fragment="events/_results", data=found)
