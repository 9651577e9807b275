"""Sending events to partners: CloudEvents 1.0 in structured mode, signed as Standard Webhooks describes."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

import orjson

from civicgraph import clock, crypto, outgoing
from civicgraph import settings as configuration
from civicgraph.notifications.models import EndpointState, Webhook
from civicgraph.notifications.sending.batch import Batch

SECONDS = 10
SECRET_PREFIX = "whsec_"


class PartnerRefused(Exception):
    """The partner's side did not take it; `code` is the status that it answered."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


async def send(batch: Batch) -> None:
    """Send the event. A webhook that was removed meanwhile gets nothing, and that is no failure."""
    webhook = await Webhook.get(id=batch.head.webhook_id)
    if webhook.state is EndpointState.REMOVED:
        return
    await deliver(webhook, batch.head.values)


async def deliver(webhook: Webhook, event: dict[str, Any]) -> None:
    """Post one event. Raises `PartnerRefused` for any answer but 2xx."""
    body, timestamp = orjson.dumps(cloud_event(event)), int(clock.now().timestamp())
    headers = {
        "content-type": "application/cloudevents+json; charset=utf-8",
        "webhook-id": event["id"],
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{signature(crypto.decrypt(webhook.secret), event['id'], timestamp, body)}",
    }
    answer = await outgoing.post(crypto.decrypt(webhook.url), body, headers, seconds=SECONDS)
    if not 200 <= answer.status < 300:
        raise PartnerRefused(answer.status)


def cloud_event(event: dict[str, Any]) -> dict[str, Any]:
    """The event as CloudEvents 1.0 writes it."""
    return {
        "specversion": "1.0",
        "id": event["id"],
        "source": configuration.current().base_url.rstrip("/") + "/",
        "type": event["type"],
        "subject": event["subject"],
        "time": event["time"],
        "datacontenttype": "application/json",
        "data": event["data"],
    }


def signature(secret: str, event_id: str, timestamp: int, body: bytes) -> str:
    """HMAC-SHA256 over id, time and body, so that neither can be changed nor sent again later."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    return base64.b64encode(hmac.new(key, f"{event_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()).decode()
