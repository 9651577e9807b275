"""A month of events as a grid."""

from __future__ import annotations

import calendar as months
from datetime import date, datetime, timedelta
from typing import Any

from babel.dates import format_date, get_day_names
from starlette.requests import Request
from starlette.responses import Response

from civicgraph import clock, settings
from civicgraph.events.pages.asked import asked_of, fields_of, filter_of, for_all, kept_of
from civicgraph.i18n import LOCALES, current, gettext, label_of, ngettext
from civicgraph.web import page, read
from civicgraph.web.formats import time
from civicgraph.web.shell import address

_OF_THE_MONTH = ("kind", "concerns", "text", "group", "accessibility", "isFree", "maxPriceFen")
"""What of the list's filter a month keeps: its days are its own."""
SHOWN = 3  # events in a day of the month; the rest is one link


async def events_calendar(request: Request) -> Response:
    """A month as a grid, on a phone as a list of its days; beside it what goes on for several days."""
    asked = asked_of(request)
    first = _month(request.query_params.get("month", ""))
    after = (first + timedelta(days=32)).replace(day=1)
    chosen = {key: value for key, value in filter_of(asked).items() if key in _OF_THE_MONTH}
    variables = {
        "place": asked["within"] or settings.current().city_code,
        "filter": {**chosen, "startsFrom": first.isoformat(), "startsBefore": after.isoformat()},
        "running": {**chosen, "endsFrom": first.isoformat(), "startsBefore": after.isoformat(), "spansDays": True},
        **for_all(chosen, asked["within"], (first, after)),
    }
    found = await read(request, "events/calendar", variables)
    kept = kept_of(asked)
    values = {
        "asked": asked,
        "fields": fields_of(request, found, asked),
        "month": _grid(request, first, after, found["events"], kept),
        "month_code": f"{first:%Y-%m}",
        "first_day": f"{first}",
        "last_day": f"{after - timedelta(days=1)}",
        "for_all": found.get("forAll"),
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
    tones = {"CANCELLED": "late", "POSTPONED": "late", "DRAFT": "soon"}
    return {
        "title": node["title"],
        "href": address(request, "event", slug=node["slug"]),
        "time": None if node["isAllDay"] else time(node["startsAt"]),
        "tone": tones.get(node["status"], ""),
        "mark": label_of("EventStatus", node["status"]) if node["status"] in tones else None,
        "is_off": node["status"] == "CANCELLED",
    }


def _day_of(moment: str) -> date:
    return datetime.fromisoformat(moment).astimezone(clock.CITY_ZONE).date()
