"""Pages of the grievances room: the public list, detail and figures, the report form, tracking, the staff's work."""

from __future__ import annotations

from civicgraph.grievances.pages import (
    backlog,
    bulk,
    categories,
    figures,
    following,
    held,
    mail_in,
    open311,
    photos,
    problems,
    promises,
    public,
    register,
    report,
    staff,
    supporting,
    today,
    tracking,
    work,
    work_order,
)

ROUTES = [
    *report.ROUTES,
    *tracking.ROUTES,
    *following.ROUTES,
    *supporting.ROUTES,
    *figures.ROUTES,
    *backlog.ROUTES,
    *problems.ROUTES,
    *promises.ROUTES,
    *categories.ROUTES,
    *public.ROUTES,
    *bulk.ROUTES,
    *held.ROUTES,
    *mail_in.ROUTES,
    *open311.ROUTES,
    *staff.ROUTES,
    *photos.ROUTES,
    *today.ROUTES,
    *work.ROUTES,
    *work_order.ROUTES,
    *register.ROUTES,
]
