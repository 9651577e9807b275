"""Pages of the events room: the list, the month, an event; the staff's listings."""

from __future__ import annotations

import calendar as months
from datetime import date, datetime, timedelta
from typing import Any

from babel.dates import format_date, get_day_names
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph import clock
from civicgraph.divisions.choosing import staff_choices
from civicgraph.events import operations
from civicgraph.events.models import EventKind
from civicgraph.i18n import LOCALES, N_, current
from civicgraph.permissions import EDIT_EVENTS
from civicgraph.web import listing, page, read, require
from civicgraph.web.formats import time
from civicgraph.web.query import day, kinds, place, text
from civicgraph.web.shell import address


def _filter(request: Request) -> dict[str, Any]:
    """What the address filters by; without dates, what is not over yet."""
    found: dict[str, Any] = {
        "kind": kinds(request, "kind", EventKind),
        "within": place(request),
        "text": text(request),
        "startsFrom": day(request, "from"),
    }
    until = day(request, "until")
    found["startsBefore"] = (date.fromisoformat(until) + timedelta(days=1)).isoformat() if until else None
    if not found["startsFrom"] and not until and request.query_params.get("past") != "1":
        found["isUpcoming"] = True
    return {key: value for key, value in found.items() if value}


async def events(request: Request) -> Response:
    """The list: what is on, by kind, place, day and words."""
    is_past = request.query_params.get("past") == "1"
    variables = {
        "filter": _filter(request),
        "orderBy": "LATEST" if is_past else "SOONEST",
        "after": request.query_params.get("after"),
    }
    values = {"q": request.query_params, "kinds": EventKind, "is_past": is_past}
    return await page(request, "events/list", variables, values, fragment="events/_results")


async def events_calendar(request: Request) -> Response:
    """A month as a grid, on a phone as a list of its days."""
    first = _month(request.query_params.get("month", ""))
    after = (first + timedelta(days=32)).replace(day=1)
    filters = {key: value for key, value in _filter(request).items() if key in ("kind", "within", "text")}
    filters |= {"startsFrom": first.isoformat(), "startsBefore": after.isoformat()}
    variables = {"filter": filters}
    found = await read(request, "events/calendar", variables)
    month = _grid(request, first, after, found["events"]["nodes"])
    return await page(
        request,
        "events/calendar",
        variables,
        {"month": month, "q": request.query_params, "kinds": EventKind},
        data=found,
    )


def _month(given: str) -> date:
    try:
        return date.fromisoformat(f"{given}-01")
    except ValueError:
        return clock.today().replace(day=1)


def _grid(request: Request, first: date, after: date, nodes: list[dict[str, Any]]) -> dict[str, Any]:
    by_day: dict[date, list[dict[str, Any]]] = {}
    for node in nodes:
        on = clock_day(node["startsAt"])
        shown = {
            "title": node["title"],
            "href": address(request, "event", slug=node["slug"]),
            "time": None if node["isAllDay"] else time(node["startsAt"]),
            "tone": "late" if node["status"] == "CANCELLED" else "",
        }
        by_day.setdefault(on, []).append(shown)
    weeks = [
        [
            {
                "date": f"{one}",
                "day": one.day,
                "is_today": one == clock.today(),
                "is_other": one.month != first.month,
                "events": by_day.get(one, []),
            }
            for one in week
        ]
        for week in months.Calendar().monthdatescalendar(first.year, first.month)
    ]
    locale = LOCALES[current.get()]
    names = get_day_names("abbreviated", locale=locale)
    kept = {key: request.query_params.get(key) for key in ("kind", "within", "q")}
    before = (first - timedelta(days=1)).replace(day=1)
    return {
        "title": format_date(first, "y年M月" if current.get() == "zh" else "MMMM y", locale=locale),
        "weekdays": [names[index] for index in range(7)],
        "weeks": weeks,
        "previous_url": address(request, "events_calendar", month=f"{before:%Y-%m}", **kept),
        "next_url": address(request, "events_calendar", month=f"{after:%Y-%m}", **kept),
    }


def clock_day(moment: str) -> date:
    """The day in the city of a time that GraphQL answered."""
    return datetime.fromisoformat(moment).astimezone(clock.CITY_ZONE).date()


async def event(request: Request) -> Response:
    """One event: when, where, its programme, and whether it takes place."""
    variables = {"slug": request.path_params["slug"]}
    found = await read(request, "events/event", variables)
    require(found, "event")
    return await page(request, "events/event", variables, data=found)


def _staff_filter(request: Request) -> dict[str, Any]:
    filters = {"isEditable": True, "text": text(request), "kind": kinds(request, "kind", EventKind)}
    return {"filter": {k: v for k, v in filters.items() if v}, "after": request.query_params.get("after")}


async def _choices(request: Request) -> dict[str, Any]:
    return {"division_code": await staff_choices(request, EDIT_EVENTS)}


STAFF = listing.Listing(
    name="staff_events",
    folder="staff/events",
    root="event",
    key="slug",
    subject="Event",
    create=operations.create_event,
    update=operations.update_event,
    variables=_staff_filter,
    choices=_choices,
    values=lambda request: {"kinds": EventKind},
    verbs=(
        listing.Verb("publication", operations.publish_event, N_("Publish"), N_("It is published.")),
        listing.Verb("cancellation", operations.cancel_event, N_("Cancel the event"), N_("It is cancelled.")),
        listing.Verb("finish", operations.finish_event, N_("It has taken place"), N_("Saved.")),
    ),
)

ROUTES = [
    Route("/events", events, name="events"),
    Route("/events/calendar", events_calendar, name="events_calendar"),
    Route("/events/{slug}", event, name="event"),
    *listing.routes(STAFF, "/staff/events"),
]
