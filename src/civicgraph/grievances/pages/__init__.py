"""Pages of the grievances room: the public list, detail and figures, the report form, tracking, the staff's work."""

from __future__ import annotations

from civicgraph.grievances.pages import figures, following, public, report, staff, tracking, work

ROUTES = [
    *report.ROUTES,
    *tracking.ROUTES,
    *following.ROUTES,
    *figures.ROUTES,
    *public.ROUTES,
    *staff.ROUTES,
    *work.ROUTES,
]
