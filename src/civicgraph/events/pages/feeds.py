"""Events for other programs: calendars to subscribe to, an Atom feed, short links, pictures, posters."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import segno
from babel.dates import format_date
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from civicgraph import clock, settings
from civicgraph.events.feeds import atom, calendar, picture
from civicgraph.events.feeds.calendar import Known
from civicgraph.events.feeds.texts import absolute, moment, when_of, where_of
from civicgraph.events.models import EventKind
from civicgraph.events.pages.asked import asked_of, feed_of, filter_of
from civicgraph.i18n import LOCALES, current, gettext, label_of
from civicgraph.web import page, read, require
from civicgraph.web.formats import place_name
from civicgraph.web.shell import address, is_for_anyone

BACK_DAYS = 31
_WINDOWS = {"first": (0, 10), "second": (10, 30), "third": (30, 75), "fourth": (75, 200)}
"""Days ahead that the feed reads a hundred events of each: all of a place or a kind, the nearest of a whole city."""


async def events_calendar_file(request: Request) -> Response:
    """What is coming up, and what was lately, for a calendar that fetches it again and again."""
    found, rows, spans = await _coming(request)
    name, about = _named(request, found)
    body = await asyncio.to_thread(calendar.written, Known(rows, spans), name, about)
    return _sent(request, body, "text/calendar", "events.ics")


async def events_atom(request: Request) -> Response:
    """What was announced or changed lately of what is coming up."""
    found, rows, _ = await _coming(request)
    name, about = _named(request, found)
    asked = feed_of(asked_of(request))
    own, shown = address(request, "events_atom", **asked), address(request, "events", **asked)
    coming = [row for row in rows if moment(row["endsAt"]) >= clock.now()]
    return _sent(request, atom.written(coming, name, about, own, shown), "application/atom+xml", "")


async def _coming(request: Request) -> tuple[Mapping[str, Any], list[Any], list[tuple[datetime, datetime]]]:
    """The events of a feed, each once, in the order of their starts; between which starts none is left out."""
    asked, today = asked_of(request), clock.today()
    chosen = filter_of({**asked, "from": "", "until": "", "past": ""})
    chosen.pop("isUpcoming", None)
    since = (today - timedelta(days=BACK_DAYS)).replace(day=1)
    windows = {"recent": (since, today)} | {
        name: (today + timedelta(days=first), today + timedelta(days=last)) for name, (first, last) in _WINDOWS.items()
    }
    variables: dict[str, Any] = {
        name: {**chosen, "startsFrom": f"{first}", "startsBefore": f"{last}"} for name, (first, last) in windows.items()
    }
    variables["running"] = {**chosen, "endsFrom": f"{today}", "startsBefore": f"{today}"}
    variables["place"] = asked["within"] or settings.current().city_code
    found = await read(request, "events/feeds/coming", variables)
    require(found, "division")
    rows = {row["slug"]: row for name in ("running", *windows) for row in found[name]["nodes"]}
    shown = sorted((row for row in rows.values() if row["status"] != "DRAFT"), key=lambda row: row["startsAt"])
    return found, shown, list(_spans(found, windows))


def _spans(found: Mapping[str, Any], windows: Mapping[str, tuple[date, date]]) -> Iterator[tuple[datetime, datetime]]:
    for name, days in windows.items():
        first, last = (datetime.combine(day, time(), clock.CITY_ZONE) for day in days)
        if found[name]["pageInfo"]["hasNextPage"]:
            edge = moment(found[name]["nodes"][-1]["startsAt"])
            first, last = (edge + timedelta(seconds=1), last) if name == "recent" else (first, edge)
        yield first, last


def _named(request: Request, found: Mapping[str, Any]) -> tuple[str, str]:
    """What the feed is called, and what is in it."""
    asked = asked_of(request)
    parts = [
        found["division"]["shortName"],
        EventKind[asked["kind"]].words if asked["kind"] else gettext("Events"),
        *filter(None, (asked["venue"], asked["organiser"], asked["q"])),
    ]
    about = gettext("What is on from the beginning of last month until 200 days ahead.")
    if len(asked["within"]) > len(settings.current().city_code):
        about += " " + gettext("With what is for all of a place above it, up to the whole city.")
    if any(found[name]["pageInfo"]["hasNextPage"] for name in ("recent", *_WINDOWS)):
        about += " " + gettext("There is more than fits: choose a place or a kind to have all of it.")
    return " · ".join(parts), about


def _sent(request: Request, body: bytes, media: str, name: str) -> Response:
    """A file that may be kept for as long as it is asked whether it is still good (`web.cache` answers 304)."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:24]}"'
    headers = {"vary": "Accept-Encoding, Cookie", "cache-control": "private, no-cache", "etag": etag}
    if name:
        headers["content-disposition"] = f'inline; filename="{name}"'
    request.state.is_for_anyone = is_for_anyone(request)
    if not request.state.is_for_anyone and etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=f"{media}; charset=utf-8")


async def event_file(request: Request) -> Response:
    """One event for one's own calendar."""
    row = await _one(request)
    return _sent(request, calendar.one(row), "text/calendar", f"{row['slug']}.ics")


async def _one(request: Request) -> Mapping[str, Any]:
    row: Mapping[str, Any] = require(
        await read(request, "events/feeds/one", {"slug": request.path_params["slug"]}), "event"
    )
    return row


async def event_picture(request: Request) -> Response:
    """The picture of an event's link; drawn once for the same words."""
    row = await _one(request)
    at = moment(row["startsAt"])
    words = picture.Words(
        month=format_date(at, "y年M月" if current.get() == "zh" else "MMM y", locale=LOCALES[current.get()]),
        day=f"{at.day}",
        place=place_name(row["division"]),
        title=row["title"],
        when=when_of(row),
        where=where_of(row),
        mark=label_of("EventStatus", row["status"]) if row["status"] in ("CANCELLED", "POSTPONED") else "",
        site=gettext("Zunyi · At your door"),
    )
    body = await asyncio.to_thread(picture.drawn, words, settings.current().picture_font)
    etag = f'"{hashlib.sha256(body).hexdigest()[:24]}"'
    headers = {"cache-control": "public, max-age=600", "etag": etag, "cross-origin-resource-policy": "cross-origin"}
    if request.state.actor.is_staff:
        headers["cache-control"] = "private, no-cache"
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="image/png")


async def event_short(request: Request) -> Response:
    """From the number that is easily typed to the event's page."""
    number = request.path_params["number"]
    found = await read(request, "events/feeds/short", {"id": f"Event:{number}"}) if number < 2**62 else {}
    if not found.get("node"):
        raise HTTPException(404)
    return RedirectResponse(address(request, "event", slug=found["node"]["slug"]), 302)


async def event_next(request: Request) -> Response:
    """From any event of a series to the next that takes place; from the last, and from one that comes once, to itself.

    A calendar has one address for all of a series, and keeps it for weeks.
    """
    slug = request.path_params["slug"]
    row = require(await read(request, "events/feeds/next", {"slug": slug}), "event")
    coming = row["series"]["events"]["nodes"] if row["series"] else []
    return RedirectResponse(address(request, "event", slug=coming[0]["slug"] if coming else slug), 302)


async def event_poster(request: Request) -> Response:
    """A sheet of A4 for the notice board, with a square code that leads to the page."""
    variables = {"slug": request.path_params["slug"]}
    found = await read(request, "events/poster", variables)
    row = require(found, "event")
    link = absolute(address(request, "event_short", number=row["number"]))
    made = segno.make(link, error="m")
    code = Markup(made.svg_inline(border=2, dark="#000", light="#fff", omitsize=True))  # noqa: S704 - drawn by segno from our own address
    values = {"code": code, "link": link.partition("://")[2], "when": when_of(row), "where": where_of(row)}
    return await page(request, "events/poster", variables, values, data=found)


def subscriptions(request: Request, asked: Mapping[str, str]) -> dict[str, str]:
    """Where the list of an address is subscribed to: in a calendar, by its plain address, in a feed reader."""
    kept = feed_of(asked)
    query = f"?{urlencode(kept)}" if kept else ""
    plain = absolute(address(request, "events_file")) + query
    parts = urlsplit(plain)
    return {
        "calendar": f"webcal://{parts.netloc}{parts.path}{query}",
        "file": plain,
        "atom": absolute(address(request, "events_atom")) + query,
    }
