"""Pages of the events room: the list, the month, an event; the staff's listings."""

from __future__ import annotations

from starlette.routing import Route

from civicgraph.events.pages.event import event
from civicgraph.events.pages.listed import events
from civicgraph.events.pages.month import events_calendar
from civicgraph.events.pages.staff import STAFF
from civicgraph.web import listing

ROUTES = [
    Route("/events", events, name="events"),
    Route("/events/calendar", events_calendar, name="events_calendar"),
    Route("/events/{slug}", event, name="event"),
    *listing.routes(STAFF, "/staff/events"),
]
