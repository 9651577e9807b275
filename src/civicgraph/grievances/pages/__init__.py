"""Pages of the grievances room: the public list and detail, the report form, tracking, the staff's work."""

from __future__ import annotations

from civicgraph.grievances.pages import public, report, staff, tracking, work

ROUTES = [*report.ROUTES, *tracking.ROUTES, *public.ROUTES, *staff.ROUTES, *work.ROUTES]
