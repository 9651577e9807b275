"""Whether a service is there: published, suspended, closed."""

from __future__ import annotations

from typing import Any

from civicgraph.bookings.operations import check_untaken
from civicgraph.i18n import N_
from civicgraph.listings import review
from civicgraph.notifications.reviews import teller
from civicgraph.operations import Unavailable, audit, changed, check_version, operation
from civicgraph.permissions import EDIT_SERVICES, Actor
from civicgraph.scheduler.deadlines import settle
from civicgraph.services import rules
from civicgraph.services.models import Service, ServiceStatus
from civicgraph.services.operations.inputs import ServiceVersion, StopService
from civicgraph.services.operations.keeping import editable
from civicgraph.services.slots import lay_out


async def _move(actor: Actor, data: ServiceVersion, verb: str, reason: str = "") -> Service:
    row = await editable(actor, data.slug)
    check_version(row, data.version, dict)
    await _become(actor, row, verb, status_reason=reason)
    return row


async def _become(actor: Actor, row: Service, verb: str, **values: Any) -> None:
    sources, target = rules.TRANSITIONS[verb]
    if row.status not in sources:
        raise Unavailable(N_("That is not possible any more: it is %(status)s."), status=row.status.words)
    is_new = row.status is ServiceStatus.DRAFT
    if is_new:
        values |= review.PUBLISHED
        await settle(row, review.PUBLICATION)
    values["status"] = target
    before = {name: getattr(row, name) for name in values}
    row.update_from_dict({**values, "version": row.version + 1})
    await row.save()
    await lay_out(row)
    await audit(actor, row, changed(before, values))
    if is_new and target is ServiceStatus.PUBLISHED:
        await review.published(actor, row)


async def publish(actor: Actor, row: Service) -> None:
    """Show a draft to everyone."""
    await _become(actor, row, "publish")


review.publishes(Service, "publish_service", publish)
review.tells(Service, teller("name", "/staff/services", EDIT_SERVICES))


@operation()
async def publish_service(actor: Actor, data: ServiceVersion) -> Service:
    """Show a draft to everyone."""
    return await _move(actor, data, "publish")


@operation()
async def withdraw_service(actor: Actor, data: ServiceVersion) -> Service:
    """Make it a draft again, while nobody has a place or waits for one."""
    row = await editable(actor, data.slug)
    await check_untaken(service_id=row.id)
    return await _move(actor, data, "withdraw")


@operation()
async def suspend_service(actor: Actor, data: StopService) -> Service:
    """Say that a service rests for a while, and why."""
    return await _move(actor, data, "suspend", data.reason)


@operation()
async def resume_service(actor: Actor, data: ServiceVersion) -> Service:
    """Say that a suspended service is there again."""
    return await _move(actor, data, "resume")


@operation()
async def close_service(actor: Actor, data: StopService) -> Service:
    """Say that a service has ended for good, and why."""
    return await _move(actor, data, "close", data.reason)
