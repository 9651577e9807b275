"""Events as a table: what its columns are, and how one is entered."""

from __future__ import annotations

from civicgraph.divisions.operations import code_called, place_of
from civicgraph.events.models import Event
from civicgraph.events.operations.along import with_end
from civicgraph.events.operations.inputs import EventFields, UpdateEvent
from civicgraph.events.operations.keeping import enter, update_event
from civicgraph.events.operations.rows import event_values, writable
from civicgraph.events.operations.states import publish
from civicgraph.i18n import N_
from civicgraph.listings.tables import entering
from civicgraph.listings.tables.columns import Columns
from civicgraph.listings.tables.entering import EnterTable, Outcome, Table
from civicgraph.operations import operation
from civicgraph.permissions import DRAFT_EVENTS, EDIT_EVENTS, Actor

COLUMNS = Columns(
    EventFields,
    words={"division_code": N_("Its name or its code, of a place of yours."), "team_ids": N_("By their numbers.")},
    read_only={"status": N_("Status"), "place": N_("Name of the place"), "link": N_("Page")},
)
TABLE = Table(
    model=Event,
    columns=COLUMNS,
    change=UpdateEvent,
    writable=writable,
    enter=enter,
    update=update_event.work,
    publish=publish,
    drafter=DRAFT_EVENTS,
    publisher=EDIT_EVENTS,
    place_of=place_of,
    code_called=code_called,
    values=event_values,
    called="title",
    alike=lambda data: {"title": data.title, "division_id": data.division_code, "starts_at": data.starts_at},
    complete=with_end,
)


@operation()
async def import_events(actor: Actor, data: EnterTable) -> Outcome:
    """Enter a table of events, every row of it or none; new ones are drafts, published where that is asked and allowed."""
    return await entering.enter(TABLE, actor, data)
