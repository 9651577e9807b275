"""Pages of the bookings room: taking a place, one's own registration; the staff's: places, who comes, the door."""

from __future__ import annotations

from civicgraph.bookings.pages import book, door, own, staff

ROUTES = [*book.ROUTES, *own.ROUTES, *staff.ROUTES, *door.ROUTES]
