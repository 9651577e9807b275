"""The staff's tables of events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from civicgraph import settings
from civicgraph.events import operations
from civicgraph.events.operations.importing import COLUMNS
from civicgraph.events.pages.staff import STAFF
from civicgraph.i18n import N_, label_of
from civicgraph.listings.tables import pages
from civicgraph.permissions import DRAFT_EVENTS, EDIT_EVENTS
from civicgraph.web.shell import address


def _shown(request: Request, one: Mapping[str, Any]) -> dict[str, Any]:
    link = settings.current().base_url.rstrip("/") + address(request, "event", slug=one["slug"])
    return {"status": label_of("EventStatus", one["status"]), "place": one["division"]["shortName"], "link": link}


TABLES = pages.Tables(
    listing=STAFF,
    columns=COLUMNS,
    operation=operations.import_events,
    drafter=DRAFT_EVENTS,
    publisher=EDIT_EVENTS,
    nodes="events",
    heading=N_("Events from a table"),
    shown=_shown,
)
