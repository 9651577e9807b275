"""Events for partners: queued in the transaction of what happened, for each webhook that wants them.

An event says what happened to what, by the public's words alone; who wants to read more asks the API by the
number, and sees what the public may see by then.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from civicgraph import clock
from civicgraph.i18n import N_
from civicgraph.notifications.models import EndpointState, MessageChannel, Webhook
from civicgraph.notifications.operations.telling import enqueue

EVENTS = {
    "grievance.submitted": N_("A grievance was reported"),
    "grievance.step": N_("A step was taken with a grievance"),
    "grievance.rated": N_("A grievance was rated by its reporter"),
    "grievance.shortfall": N_("A grievance went on the shortfall list"),
}
"""The types of event, by what they are about and what happened."""
TEST = "webhook.test"
_NAMESPACE = uuid.UUID("6f0c1f6e-7a51-4d0e-9d5e-5203520327aa")


async def tell_partners(kind: str, subject: str, division_code: str, data: Mapping[str, Any], *, dedupe: str) -> None:
    """Queue an event for each webhook of a place, or of one above it, that wants its type. `dedupe` names the event."""
    above = [division_code[:digits] for digits in (4, 6, 9, 12) if digits <= len(division_code)]
    found = await Webhook.filter(division_id__in=above, state=EndpointState.ACTIVE)
    for webhook in found:
        if not webhook.types or kind in webhook.types:
            await queue_event(webhook, kind, subject, division_code, data, dedupe=dedupe)


async def queue_event(
    webhook: Webhook, kind: str, subject: str, division_code: str, data: Mapping[str, Any], *, dedupe: str
) -> str:
    """Queue one event for one webhook; its id, which is the same whenever the same event is told."""
    found = event_id(dedupe)
    values = {"id": found, "type": f"civicgraph.{kind}", "subject": subject, "data": dict(data)}
    await enqueue(
        channel=MessageChannel.WEBHOOK,
        dedupe_key=event_key(found, webhook.id),
        recipient=f"webhook {webhook.id}",
        webhook_id=webhook.id,
        template=kind,
        values={**values, "time": clock.now().isoformat().replace("+00:00", "Z")},
        division_code=division_code,
    )
    return found


def event_id(dedupe: str) -> str:
    """The id of an event: a function of what happened, so that a repeat is recognised."""
    return str(uuid.uuid5(_NAMESPACE, dedupe))


def event_key(found: str, webhook_id: int) -> str:
    """The outbox's key of an event for a webhook."""
    return f"event {found}|webhook {webhook_id}"
