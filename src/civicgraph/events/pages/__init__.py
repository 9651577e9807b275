"""Pages of the events room: lists by time and place, an event, its feeds; rescue teams; the staff's listings."""

from __future__ import annotations

from starlette.routing import Route

from civicgraph.events.pages import feeds, findings, held, record, rescue
from civicgraph.events.pages.event import event
from civicgraph.events.pages.listed import events
from civicgraph.events.pages.map import events_map
from civicgraph.events.pages.month import events_calendar
from civicgraph.events.pages.staff import BULK, IMAGE, STAFF
from civicgraph.events.pages.tables import TABLES
from civicgraph.events.pages.week import events_week
from civicgraph.listings.bulk import routes as bulk_routes
from civicgraph.listings.tables.pages import routes as tables_of
from civicgraph.uploads.image_page import routes as image_routes
from civicgraph.web import listing

ROUTES = [
    Route("/events", events, name="events"),
    Route("/events.ics", feeds.events_calendar_file, name="events_file"),
    Route("/events.atom", feeds.events_atom, name="events_atom"),
    Route("/events/calendar", events_calendar, name="events_calendar"),
    Route("/events/week", events_week, name="events_week"),
    Route("/events/map", events_map, name="events_map"),
    Route("/events/near", held.events_near, name="events_near"),
    Route("/events/{slug}.ics", feeds.event_file, name="event_file"),
    Route("/events/{slug}/picture.png", feeds.event_picture, name="event_picture"),
    Route("/events/{slug}/poster", feeds.event_poster, name="event_poster"),
    Route("/events/{slug}/next", feeds.event_next, name="event_next"),
    Route("/events/{slug}", event, name="event"),
    Route("/e/{number:int}", feeds.event_short, name="event_short"),
    Route("/venues/{called:path}", held.venue, name="venue"),
    Route("/organisers/{called:path}", held.organiser, name="organiser"),
    *rescue.ROUTES,
    *record.ROUTES,
    *findings.ROUTES,
    *tables_of(TABLES, "/staff/events"),
    *bulk_routes(BULK, "/staff/events"),
    *image_routes(IMAGE, "/staff/events"),
    *listing.routes(STAFF, "/staff/events"),
]
