"""Pages of the bookings room: taking a place, one's own registration; the staff's: places, who comes, the door."""

from __future__ import annotations

from civicgraph.bookings.pages import book, door, everybody, figures, own, staff, tables

ROUTES = [*book.ROUTES, *own.ROUTES, *everybody.ROUTES, *figures.ROUTES, *tables.ROUTES, *staff.ROUTES, *door.ROUTES]
