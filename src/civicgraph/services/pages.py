"""Pages of the services room: the list, a service; the staff's listings."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph.divisions.choosing import staff_choices
from civicgraph.i18n import N_
from civicgraph.permissions import EDIT_SERVICES
from civicgraph.services import operations
from civicgraph.services.models import ServiceKind
from civicgraph.web import listing, page, read, require
from civicgraph.web.query import kinds, place, text

WEEKDAYS = (N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday"), N_("Sunday"))


async def services(request: Request) -> Response:
    """The list: by kind, place, words, and whether it is open now."""
    filters = {
        "kind": kinds(request, "kind", ServiceKind),
        "within": place(request),
        "text": text(request),
        "isOpenNow": True if request.query_params.get("open") == "true" else None,
        "statuses": ["PUBLISHED", "SUSPENDED"],
    }
    variables = {
        "filter": {key: value for key, value in filters.items() if value},
        "after": request.query_params.get("after"),
    }
    values = {"q": request.query_params, "kinds": ServiceKind}
    return await page(request, "services/list", variables, values, fragment="services/_results")


async def service(request: Request) -> Response:
    """One service: when it is open, what it costs whom, what it offers, how to reach it."""
    variables = {"slug": request.path_params["slug"]}
    found = await read(request, "services/service", variables)
    row = require(found, "service")
    week = [
        {"name": name, "hours": [one for one in row["hours"] if one["weekday"] == number]}
        for number, name in enumerate(WEEKDAYS, 1)
    ]
    return await page(request, "services/service", variables, {"week": week}, data=found)


def _staff_filter(request: Request) -> dict[str, Any]:
    filters = {"isEditable": True, "text": text(request), "kind": kinds(request, "kind", ServiceKind)}
    return {"filter": {k: v for k, v in filters.items() if v}, "after": request.query_params.get("after")}


async def _choices(request: Request) -> dict[str, Any]:
    return {"division_code": await staff_choices(request, EDIT_SERVICES)}


STAFF = listing.Listing(
    name="staff_services",
    folder="staff/services",
    root="service",
    key="slug",
    subject="Service",
    create=operations.create_service,
    update=operations.update_service,
    variables=_staff_filter,
    choices=_choices,
    values=lambda request: {"kinds": ServiceKind},
    verbs=(
        listing.Verb("publication", operations.publish_service, N_("Publish"), N_("It is published.")),
        listing.Verb("suspension", operations.suspend_service, N_("Suspend"), N_("It is suspended.")),
        listing.Verb("resumption", operations.resume_service, N_("It is there again"), N_("It is published.")),
        listing.Verb("closure", operations.close_service, N_("Close for good"), N_("It is closed.")),
    ),
)

ROUTES = [
    Route("/services", services, name="services"),
    Route("/services/{slug}", service, name="service"),
    *listing.routes(STAFF, "/staff/services"),
]
