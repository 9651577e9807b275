"""The image of a service."""

from __future__ import annotations

from civicgraph.listings.review import ListingVersion
from civicgraph.operations import operation
from civicgraph.permissions import DRAFT_SERVICES, Actor
from civicgraph.services.models import Service, ServiceStatus
from civicgraph.services.operations.keeping import changing
from civicgraph.uploads import image
from civicgraph.uploads.owners import owner


@owner("Service")
async def _is_public(key: int) -> bool:
    return await Service.filter(id=key).exclude(status=ServiceStatus.DRAFT).exists()


@operation()
async def set_service_image(actor: Actor, data: image.SetListingImage) -> Service:
    """Give a service its image, or that other words and another part in view."""
    return await image.give(actor, await changing(actor, data.slug), data, DRAFT_SERVICES)


@operation()
async def remove_service_image(actor: Actor, data: ListingVersion) -> Service:
    """Take a service's image away."""
    return await image.take(actor, await changing(actor, data.slug), data.version)
