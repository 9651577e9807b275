"""The staff's tables of services."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from civicgraph import settings
from civicgraph.i18n import N_, label_of
from civicgraph.listings.tables import pages
from civicgraph.permissions import DRAFT_SERVICES, EDIT_SERVICES
from civicgraph.services import operations
from civicgraph.services.operations.importing import COLUMNS
from civicgraph.services.pages.listed import STAFF
from civicgraph.web.shell import address


def _shown(request: Request, one: Mapping[str, Any]) -> dict[str, Any]:
    link = settings.current().base_url.rstrip("/") + address(request, "service", slug=one["slug"])
    return {"status": label_of("ServiceStatus", one["status"]), "place": one["division"]["shortName"], "link": link}


TABLES = pages.Tables(
    listing=STAFF,
    columns=COLUMNS,
    operation=operations.import_services,
    drafter=DRAFT_SERVICES,
    publisher=EDIT_SERVICES,
    nodes="services",
    heading=N_("Services from a table"),
    shown=_shown,
)
