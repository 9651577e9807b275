"""The image of an event."""

from __future__ import annotations

from civicgraph.events.models import Event, EventStatus
from civicgraph.events.operations.rows import changing
from civicgraph.listings.review import ListingVersion
from civicgraph.operations import operation
from civicgraph.permissions import DRAFT_EVENTS, Actor
from civicgraph.uploads import image
from civicgraph.uploads.owners import owner


@owner("Event")
async def _is_public(key: int) -> bool:
    return await Event.filter(id=key).exclude(status=EventStatus.DRAFT).exists()


@operation()
async def set_event_image(actor: Actor, data: image.SetListingImage) -> Event:
    """Give an event its image, or that other words and another part in view."""
    return await image.give(actor, await changing(actor, data.slug), data, DRAFT_EVENTS)


@operation()
async def remove_event_image(actor: Actor, data: ListingVersion) -> Event:
    """Take an event's image away."""
    return await image.take(actor, await changing(actor, data.slug), data.version)
