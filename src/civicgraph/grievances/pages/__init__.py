"""Pages of the grievances room: the public list, detail and figures, the report form, tracking, the staff's work."""

from __future__ import annotations

from civicgraph.grievances.pages import (
    backlog,
    bulk,
    figures,
    following,
    promises,
    public,
    register,
    report,
    staff,
    today,
    tracking,
    work,
    work_order,
)

ROUTES = [
    *report.ROUTES,
    *tracking.ROUTES,
    *following.ROUTES,
    *figures.ROUTES,
    *backlog.ROUTES,
    *promises.ROUTES,
    *public.ROUTES,
    *bulk.ROUTES,
    *staff.ROUTES,
    *today.ROUTES,
    *work.ROUTES,
    *work_order.ROUTES,
    *register.ROUTES,
]
