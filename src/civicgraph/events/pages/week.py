"""A week of events, day by day, as one reads it on a phone."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from babel.dates import format_date
from starlette.requests import Request
from starlette.responses import Response

from civicgraph import clock, settings
from civicgraph.events.feeds.texts import moment
from civicgraph.events.pages.asked import asked_of, fields_of, filter_of, for_all, kept_of
from civicgraph.events.pages.feeds import subscriptions
from civicgraph.i18n import LOCALES, current
from civicgraph.web import page, read
from civicgraph.web.query import day
from civicgraph.web.shell import address


async def events_week(request: Request) -> Response:
    """Seven days from a Monday, with what begins on each; after them what goes on all week."""
    asked = asked_of(request)
    given = date.fromisoformat(asked["from"]) if asked["from"] else clock.today()
    first = given - timedelta(days=given.weekday())
    after = first + timedelta(days=7)
    chosen = filter_of({**asked, "from": "", "until": "", "past": ""})
    chosen.pop("isUpcoming", None)
    variables = {
        "place": asked["within"] or settings.current().city_code,
        "filter": {**chosen, "startsFrom": f"{first}", "startsBefore": f"{after}"},
        "running": {**chosen, "endsFrom": f"{first}", "startsBefore": f"{first}"},
        **for_all(chosen, asked["within"], (first, after)),
    }
    found = await read(request, "events/week", variables)
    kept = kept_of(asked)
    values = {
        "asked": asked,
        "fields": fields_of(request, found, asked),
        "days": _days(first, found["events"]["nodes"]),
        "first": f"{first}",
        "last": f"{after - timedelta(days=1)}",
        "for_all": found.get("forAll"),
        "title": f"{_short(first)} – {_short(after - timedelta(days=1))}",
        "previous_url": address(request, "events_week", **{**kept, "from": f"{first - timedelta(days=7)}"}),
        "next_url": address(request, "events_week", **{**kept, "from": f"{after}"}),
        "whole_url": address(
            request, "events", **{**kept, "from": f"{first}", "until": f"{after - timedelta(days=1)}"}
        ),
        "subscribed": subscriptions(request, asked),
        "is_asked": bool(day(request, "from")),
    }
    return await page(request, "events/week", variables, values, fragment="events/_week", data=found)


def _short(one: date) -> str:
    return format_date(one, "M月d日" if current.get() == "zh" else "d MMM", locale=LOCALES[current.get()])


def _days(first: date, nodes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = [{"date": first + timedelta(days=n), "events": []} for n in range(7)]
    for node in nodes:
        found[(moment(node["startsAt"]).date() - first).days]["events"].append(node)  # type: ignore[attr-defined]
    return [{**one, "date": f"{one['date']}", "is_today": one["date"] == clock.today()} for one in found]
