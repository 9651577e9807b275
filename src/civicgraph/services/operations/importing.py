"""Services as a table: what its columns are, and how one is entered."""

from __future__ import annotations

from civicgraph.divisions.operations import code_called, place_of
from civicgraph.i18n import N_
from civicgraph.listings.tables import entering
from civicgraph.listings.tables.columns import Columns
from civicgraph.listings.tables.entering import EnterTable, Outcome, Table
from civicgraph.operations import operation
from civicgraph.permissions import DRAFT_SERVICES, EDIT_SERVICES, Actor
from civicgraph.services.models import Service
from civicgraph.services.operations.inputs import ServiceFields, UpdateService
from civicgraph.services.operations.keeping import enter, service_values, update_service, writable
from civicgraph.services.operations.states import publish

WEEKDAYS = (N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday"), N_("Sunday"))
COLUMNS = Columns(
    ServiceFields,
    left_out=("stewards",),  # names of people: they are entered and seen on the page of their service alone
    named={"weekday": {str(number): name for number, name in enumerate(WEEKDAYS, 1)}},
    words={"division_code": N_("Its name or its code, of a place of yours."), "compound_number": N_("By its number.")},
    read_only={"status": N_("Status"), "place": N_("Name of the place"), "link": N_("Page")},
)
TABLE = Table(
    model=Service,
    columns=COLUMNS,
    change=UpdateService,
    writable=writable,
    enter=enter,
    update=update_service.work,
    publish=publish,
    drafter=DRAFT_SERVICES,
    publisher=EDIT_SERVICES,
    place_of=place_of,
    code_called=code_called,
    values=service_values,
    called="name",
    alike=lambda data: {"name": data.name, "division_id": data.division_code, "kind": data.kind},
)


@operation()
async def import_services(actor: Actor, data: EnterTable) -> Outcome:
    """Enter a table of services, every row of it or none; new ones are drafts, published where that is asked and allowed."""
    return await entering.enter(TABLE, actor, data)
