"""Pages of the events room: the list, the month, an event; the staff's listings."""

from __future__ import annotations

import calendar as months
from datetime import date, datetime, timedelta
from typing import Any

from babel.dates import format_date, get_day_names
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph import clock, settings
from civicgraph.divisions.choosing import editable, granted, place_field, staff_choices
from civicgraph.events import operations
from civicgraph.events.models import EventKind, EventStatus
from civicgraph.i18n import LOCALES, N_, current, gettext, ngettext
from civicgraph.permissions import EDIT_EVENTS
from civicgraph.web import listing, page, read, require
from civicgraph.web.formats import time
from civicgraph.web.query import day, kinds, one_of, paging, place, text
from civicgraph.web.shell import address

SHOWN = 3  # events in a day of the month; the rest is one link


def _asked(request: Request) -> dict[str, str]:
    """What the address filters by, as the page's own addresses carry it on."""
    return {
        "q": text(request) or "",
        "kind": one_of(request, "kind", EventKind) or "",
        "within": place(request) or "",
        "from": day(request, "from") or "",
        "until": day(request, "until") or "",
        "past": "1" if request.query_params.get("past") == "1" else "",
    }


def _filter(asked: dict[str, str]) -> dict[str, Any]:
    """The same for GraphQL. Without days, what is not over yet; a day finds what is on then, not only what begins."""
    until = date.fromisoformat(asked["until"]) + timedelta(days=1) if asked["until"] else None
    found: dict[str, Any] = {
        "kind": [asked["kind"]] if asked["kind"] else None,
        "within": asked["within"],
        "text": asked["q"],
        "endsFrom": asked["from"],
        "startsBefore": until and until.isoformat(),
    }
    if asked["past"]:
        found["isUpcoming"] = False
    elif not asked["from"] and not until:
        found["isUpcoming"] = True
    return {key: value for key, value in found.items() if value not in (None, "")}


def _fields(request: Request, found: dict[str, Any], asked: dict[str, str]) -> list[dict[str, Any]]:
    kinds = [("", gettext("all")), *((kind.name, kind.words) for kind in EventKind)]
    return [
        {"name": "q", "kind": "search", "label": gettext("Words"), "value": asked["q"], "attrs": {"maxlength": 60}},
        {"name": "kind", "kind": "select", "label": gettext("Kind"), "value": asked["kind"], "choices": kinds},
        place_field(request, require(found, "division"), asked["within"]),
    ]


async def events(request: Request) -> Response:
    """The list: what is on, by kind, place, day and words."""
    asked = _asked(request)
    variables = {
        "place": asked["within"] or settings.current().city_code,
        "filter": _filter(asked),
        "orderBy": "LATEST" if asked["past"] else "SOONEST",
        **paging(request, 20),
    }
    found = await read(request, "events/list", variables)
    fields = [
        *_fields(request, found, asked),
        {"name": "from", "kind": "date", "label": gettext("From"), "value": asked["from"]},
        {"name": "until", "kind": "date", "label": gettext("Until"), "value": asked["until"]},
    ]
    values = {"asked": asked, "fields": fields}
    return await page(request, "events/list", variables, values, fragment="events/_results", data=found)


async def events_calendar(request: Request) -> Response:
    """A month as a grid, on a phone as a list of its days; beside it what goes on for several days."""
    asked = _asked(request)
    first = _month(request.query_params.get("month", ""))
    after = (first + timedelta(days=32)).replace(day=1)
    chosen = {key: value for key, value in _filter(asked).items() if key in ("kind", "within", "text")}
    variables = {
        "place": asked["within"] or settings.current().city_code,
        "filter": {**chosen, "startsFrom": first.isoformat(), "startsBefore": after.isoformat()},
        "running": {**chosen, "endsFrom": first.isoformat(), "startsBefore": after.isoformat(), "spansDays": True},
    }
    found = await read(request, "events/calendar", variables)
    kept = {key: asked[key] for key in ("q", "kind", "within")}
    values = {
        "asked": asked,
        "fields": _fields(request, found, asked),
        "month": _grid(request, first, after, found["events"], kept),
        "month_code": f"{first:%Y-%m}",
    }
    return await page(request, "events/calendar", variables, values, fragment="events/_month", data=found)


def _month(given: str) -> date:
    try:
        found = date.fromisoformat(f"{given}-01")
    except ValueError:
        found = clock.today()
    return found.replace(day=1) if 1900 <= found.year <= 2200 else clock.today().replace(day=1)


def _grid(request: Request, first: date, after: date, found: dict[str, Any], kept: dict[str, str]) -> dict[str, Any]:
    by_day: dict[date, list[dict[str, Any]]] = {}
    for node in found["nodes"]:
        by_day.setdefault(_day_of(node["startsAt"]), []).append(_entry(request, node))
    is_cut = found["pageInfo"]["hasNextPage"]
    last = max(by_day) if is_cut else after  # from here on not everything was read
    locale = LOCALES[current.get()]
    names = get_day_names("abbreviated", locale=locale)
    before = (first - timedelta(days=1)).replace(day=1)

    def cell(one: date) -> dict[str, Any]:
        inside = by_day.get(one, [])
        is_whole = one < last
        more = None
        if first <= one < after and (len(inside) > SHOWN or not is_whole):
            rest = len(inside) - SHOWN
            more = {
                "text": ngettext("one more", "%(num)s more", rest) if is_whole else gettext("All of this day"),
                "href": address(request, "events", **{**kept, "from": f"{one}", "until": f"{one}"}),
            }
        return {
            "date": f"{one}",
            "day": one.day,
            "is_today": one == clock.today(),
            "is_other": one.month != first.month,
            "events": inside[:SHOWN],
            "more": more,
        }

    return {
        "title": format_date(first, "y年M月" if current.get() == "zh" else "MMMM y", locale=locale),
        "weekdays": [names[index] for index in range(7)],
        "weeks": [
            [cell(one) for one in week] for week in months.Calendar().monthdatescalendar(first.year, first.month)
        ],
        "previous_url": address(request, "events_calendar", month=f"{before:%Y-%m}", **kept),
        "next_url": address(request, "events_calendar", month=f"{after:%Y-%m}", **kept),
    }


def _entry(request: Request, node: dict[str, Any]) -> dict[str, Any]:
    tones = {"CANCELLED": "late", "DRAFT": "soon"}
    return {
        "title": node["title"],
        "href": address(request, "event", slug=node["slug"]),
        "time": None if node["isAllDay"] else time(node["startsAt"]),
        "tone": tones.get(node["status"], ""),
    }


def _day_of(moment: str) -> date:
    return datetime.fromisoformat(moment).astimezone(clock.CITY_ZONE).date()


async def event(request: Request) -> Response:
    """One event: when, where, its programme, and whether it takes place."""
    variables = {"slug": request.path_params["slug"]}
    found = await read(request, "events/event", variables)
    require(found, "event")
    return await page(request, "events/event", variables, data=found)


def _staff_filter(request: Request) -> dict[str, Any]:
    filters = {
        **editable(request, EDIT_EVENTS),
        "text": text(request),
        "kind": kinds(request, "kind", EventKind),
        "statuses": kinds(request, "status", EventStatus),
    }
    return {
        "filter": {key: value for key, value in filters.items() if value},
        "granted": granted(request, EDIT_EVENTS),
        **paging(request, 30),
    }


def _staff_values(request: Request) -> dict[str, Any]:
    kind, status = one_of(request, "kind", EventKind) or "", one_of(request, "status", EventStatus) or ""
    every = ("", gettext("all"))
    fields = [
        {"name": "q", "kind": "search", "label": gettext("Words"), "value": text(request), "attrs": {"maxlength": 60}},
        {
            "name": "kind",
            "kind": "select",
            "label": gettext("Kind"),
            "value": kind,
            "choices": [every, *((one.name, one.words) for one in EventKind)],
        },
        {
            "name": "status",
            "kind": "select",
            "label": gettext("Status"),
            "value": status,
            "choices": [every, *((one.name, one.words) for one in EventStatus)],
        },
    ]
    return {
        "fields": fields,
        "asked": {"q": text(request) or "", "kind": kind, "status": status, **editable(request, EDIT_EVENTS)},
    }


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
    values=_staff_values,
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
