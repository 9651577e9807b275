"""An event before the public sees it: copied, looked over, planned; and who holds it."""

from __future__ import annotations

from pydantic import Field

from civicgraph import clock
from civicgraph.bookings.operations import copy_quotas
from civicgraph.events import rules
from civicgraph.events.models import Event, EventStatus
from civicgraph.events.operations.inputs import EventFields, EventVersion
from civicgraph.events.operations.keeping import enter
from civicgraph.events.operations.past import check_planned
from civicgraph.events.operations.planned import copy_plan
from civicgraph.events.operations.rows import (
    at_time,
    changing,
    columns,
    editable,
    event_values,
    without_record,
    writable,
)
from civicgraph.i18n import N_
from civicgraph.listings import review
from civicgraph.listings.review import ListingVersion, ReturnListing, ScheduleListing
from civicgraph.operations import Forbidden, Input, NotFound, audit, changed, check_version, operation
from civicgraph.operations.inputs import CityTime, validate
from civicgraph.permissions import DRAFT_EVENTS, MANAGE_BOOKINGS, Actor


class DuplicateEvent(Input):
    """Which event to copy, and when the copy takes place."""

    slug: str = Field(title=N_("Name in addresses"), max_length=40)
    starts_at: CityTime | None = Field(
        None,
        title=N_("Start of the copy"),
        description=N_("Empty: the same weekday and hour, in the first week that is still to come."),
    )


class SetEventContact(EventVersion):
    """Who holds an event, and whom to call. What is not given stays."""

    organiser: str | None = Field(None, title=N_("Held by"), max_length=120)
    contact_phone: str | None = Field(
        None, title=N_("Telephone for questions"), max_length=40, json_schema_extra={"widget": "tel"}
    )


@operation()
async def duplicate_event(actor: Actor, data: DuplicateEvent) -> Event:
    """A draft with all that is planned at another event, its agenda, materials, image and places too, at another time."""
    row = await Event.get_or_none(slug=data.slug)
    if row is None:
        raise NotFound
    if not actor.may(DRAFT_EVENTS, row.division_id):  # type: ignore[attr-defined]
        raise NotFound if row.status is EventStatus.DRAFT else Forbidden
    values = without_record(validate(EventFields, await event_values(row)))
    starts_at = data.starts_at or rules.next_like(row.starts_at, clock.now())
    copy = await enter(actor, validate(EventFields, at_time(values, starts_at).model_dump()))
    await copy_plan(row, [copy.id], copy.division_id)  # type: ignore[attr-defined]
    if actor.may(MANAGE_BOOKINGS, copy.division_id):  # type: ignore[attr-defined]
        await copy_quotas(actor, row.id, copy.slug, lambda moment: rules.moved(moment, row.starts_at, copy.starts_at))
    return copy


@operation()
async def submit_event(actor: Actor, data: ListingVersion) -> Event:
    """Ask for a draft to be looked over and published."""
    return await review.submit(actor, await writable(actor, data.slug), data.version)


@operation()
async def return_event(actor: Actor, data: ReturnListing) -> Event:
    """Give a draft back to its author, and say what has to change."""
    return await review.give_back(actor, await editable(actor, data.slug), data.version, data.note)


@operation()
async def schedule_event(actor: Actor, data: ScheduleListing) -> Event:
    """Publish a draft at a time, before it begins."""
    row = await editable(actor, data.slug)
    if review.is_draft(row):
        check_planned(row, data.publish_at)
    return await review.schedule(actor, row, data.version, data.publish_at)


@operation()
async def unschedule_event(actor: Actor, data: ListingVersion) -> Event:
    """Do not publish a draft at the time that was set."""
    return await review.unschedule(actor, await editable(actor, data.slug), data.version)


@operation()
async def set_event_contact(actor: Actor, data: SetEventContact) -> Event:
    """Say who holds an event and whom to call; what is not given stays."""
    row = await changing(actor, data.slug)
    check_version(row, data.version, dict)
    values = data.model_dump(include={"organiser", "contact_phone"}, exclude_none=True)
    before = {name: getattr(row, name) for name in values}
    kept = validate(EventFields, {**await event_values(row), **values})
    row.update_from_dict({**values, "search_terms": columns(kept)["search_terms"], "version": row.version + 1})
    await row.save()
    await audit(actor, row, changed(before, values))
    return row
