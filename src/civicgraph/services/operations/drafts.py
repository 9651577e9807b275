"""A service before the public sees it: copied, looked over, planned; and whom to ask about it."""

from __future__ import annotations

from pydantic import Field

from civicgraph.i18n import N_
from civicgraph.listings import review
from civicgraph.listings.review import ListingVersion, ReturnListing, ScheduleListing
from civicgraph.operations import Forbidden, Input, NotFound, audit, changed, check_version, operation
from civicgraph.operations.inputs import validate
from civicgraph.permissions import DRAFT_SERVICES, Actor
from civicgraph.services.models import Service, ServiceStatus
from civicgraph.services.operations.inputs import ServiceFields, ServiceVersion
from civicgraph.services.operations.keeping import changing, editable, enter, service_values, writable
from civicgraph.uploads import operations as uploads


class DuplicateService(Input):
    """Which service to copy."""

    slug: str = Field(title=N_("Name in addresses"), max_length=40)


class SetServiceContact(ServiceVersion):
    """Whom to call."""

    phone: str = Field(title=N_("Telephone"), max_length=40, json_schema_extra={"widget": "tel"})


@operation()
async def duplicate_service(actor: Actor, data: DuplicateService) -> Service:
    """A draft with the texts, hours, prices, offers and image of another service; its places and terms are its own."""
    row = await Service.get_or_none(slug=data.slug)
    if row is None:
        raise NotFound
    if not actor.may(DRAFT_SERVICES, row.division_id):  # type: ignore[attr-defined]
        raise NotFound if row.status is ServiceStatus.DRAFT else Forbidden
    copy = await enter(actor, validate(ServiceFields, await service_values(row)))
    await uploads.copy(Service, {row.id: [copy.id]}, copy.division_id)  # type: ignore[attr-defined]
    return copy


@operation()
async def submit_service(actor: Actor, data: ListingVersion) -> Service:
    """Ask for a draft to be looked over and published."""
    return await review.submit(actor, await writable(actor, data.slug), data.version)


@operation()
async def return_service(actor: Actor, data: ReturnListing) -> Service:
    """Give a draft back to its author, and say what has to change."""
    return await review.give_back(actor, await editable(actor, data.slug), data.version, data.note)


@operation()
async def schedule_service(actor: Actor, data: ScheduleListing) -> Service:
    """Publish a draft at a time."""
    return await review.schedule(actor, await editable(actor, data.slug), data.version, data.publish_at)


@operation()
async def unschedule_service(actor: Actor, data: ListingVersion) -> Service:
    """Do not publish a draft at the time that was set."""
    return await review.unschedule(actor, await editable(actor, data.slug), data.version)


@operation()
async def set_service_contact(actor: Actor, data: SetServiceContact) -> Service:
    """Give a service another public telephone."""
    row = await changing(actor, data.slug)
    check_version(row, data.version, dict)
    before = {"phone": row.phone}
    row.update_from_dict({"phone": data.phone, "version": row.version + 1})
    await row.save()
    await audit(actor, row, changed(before, {"phone": data.phone}))
    return row
