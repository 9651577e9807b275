"""Keeping the webhooks of partners: by themselves with a token, or by staff."""

from __future__ import annotations

import base64
import secrets
from datetime import datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from civicgraph import clock, crypto, outgoing
from civicgraph.divisions.operations import DivisionCode, place_of
from civicgraph.i18n import N_
from civicgraph.notifications.models import EndpointState, MessageState, OutboxMessage, Webhook
from civicgraph.notifications.operations.events import EVENTS, TEST, event_key, queue_event
from civicgraph.notifications.operations.outbox import MOST, send_again
from civicgraph.notifications.operations.robots import masked
from civicgraph.notifications.sending.webhooks import SECRET_PREFIX
from civicgraph.operations import Forbidden, Input, InvalidInput, NotFound, audit, changed, check_version, operation
from civicgraph.operations.inputs import CityTime
from civicgraph.permissions import MANAGE_WEBHOOKS, Actor

_URL = N_("Please give an address that can be reached from the internet, for instance https://partner.example/events.")
_TYPE = N_("There is no such type of event.")
_WHICH = N_("Please give the id of an event, or a time since when.")
_NONE = N_("Nothing was sent to this webhook that fits.")
_SHOWN = ("name", "types", "state", "url_masked")


class _Webhook(Input):
    name: str = Field(title=N_("Whose it is"), min_length=1, max_length=80)
    url: str = Field(
        title=N_("Address that events go to"), min_length=8, max_length=500, json_schema_extra={"widget": "text", "autocomplete": "off"},
        description=N_("It is kept encrypted and shown masked."),
    )  # fmt: skip
    types: list[str] = Field(
        default_factory=list, title=N_("Types of event"), max_length=40, description=N_("Nothing chosen: all of them.")
    )


class CreateWebhook(_Webhook):
    """Where a partner wants events."""

    division_code: Annotated[DivisionCode, Field(description=N_("Its events and those of all below it."))]


class UpdateWebhook(_Webhook):
    """Another address, name or choice of events."""

    id: int = Field(title=N_("Number"), ge=1)
    url: str = Field(
        "", title=N_("Address that events go to"), max_length=500, json_schema_extra={"widget": "text", "autocomplete": "off"},
        description=N_("Left empty it stays as it is."),
    )  # fmt: skip
    version: int = Field(title=N_("Version"), ge=1)


class WebhookNumber(Input):
    """Which webhook."""

    id: int = Field(title=N_("Number"), ge=1)


class ReplayWebhook(WebhookNumber):
    """Which of its events to send again."""

    event_id: Annotated[str | None, BeforeValidator(lambda value: value or None)] = Field(
        None, title=N_("Id of an event"), max_length=40
    )
    since: CityTime | None = Field(None, title=N_("All since"))


@operation()
async def create_webhook(actor: Actor, data: CreateWebhook) -> dict[str, Any]:
    """Have events of a place and all below it sent to an address. The signing secret is told once, here."""
    if actor.person_id is None:
        raise Forbidden
    await place_of(data.division_code)
    if not actor.may(MANAGE_WEBHOOKS, data.division_code):
        raise Forbidden
    _check(data)
    secret = _new_secret()
    row = await Webhook.create(
        division_id=data.division_code,
        person_id=actor.person_id,
        token_id=actor.token_id,
        name=data.name,
        types=data.types,
        url=crypto.encrypt(data.url),
        url_masked=masked(data.url),
        secret=crypto.encrypt(secret),
    )
    await audit(actor, row, changed({}, _shown(row)))
    return {"webhook": row, "secret": secret}


@operation()
async def update_webhook(actor: Actor, data: UpdateWebhook) -> Webhook:
    """Change a webhook's name, address or types of event."""
    row = await _managed(actor, data.id)
    _check(data)
    check_version(row, data.version, lambda: _shown(row))
    before = _shown(row)
    row.update_from_dict({"name": data.name, "types": data.types, "version": row.version + 1})
    if data.url:
        row.update_from_dict({"url": crypto.encrypt(data.url), "url_masked": masked(data.url)})
    await row.save()
    await audit(actor, row, changed(before, _shown(row)))
    return row


@operation()
async def rotate_webhook_secret(actor: Actor, data: WebhookNumber) -> dict[str, Any]:
    """Give a webhook another signing secret, told once; events are signed with it from now on."""
    row = await _managed(actor, data.id)
    secret = _new_secret()
    row.secret, row.version = crypto.encrypt(secret), row.version + 1
    await row.save(update_fields=["secret", "version"])
    await audit(actor, row, {"secret_hash": [None, None]})
    return {"webhook": row, "secret": secret}


@operation()
async def pause_webhook(actor: Actor, data: WebhookNumber) -> Webhook:
    """Send a webhook no new events for now; what happens meanwhile is not sent later."""
    return await _turn(actor, data.id, EndpointState.PAUSED)


@operation()
async def resume_webhook(actor: Actor, data: WebhookNumber) -> Webhook:
    """Send a webhook events again."""
    return await _turn(actor, data.id, EndpointState.ACTIVE)


@operation()
async def remove_webhook(actor: Actor, data: WebhookNumber) -> Webhook:
    """Remove a webhook; its address and secret are deleted, and what waits is not sent."""
    row = await _turn(actor, data.id, EndpointState.REMOVED)
    row.url, row.secret = "", ""
    await row.save(update_fields=["url", "secret"])
    return row


@operation()
async def test_webhook(actor: Actor, data: WebhookNumber) -> dict[str, Any]:
    """Send a webhook an event of the type civicgraph.webhook.test; the delivery log shows what became of it."""
    row = await _managed(actor, data.id)
    now = clock.now()
    what = f"webhook:{row.id}:test:{now:%Y%m%d%H%M%S}"
    found = await queue_event(row, TEST, f"webhooks/{row.id}", row.division_id, {"name": row.name}, dedupe=what)
    await audit(actor, row, {"tested": [None, now]})
    return {"webhook": row, "event_id": found}


@operation()
async def replay_webhook(actor: Actor, data: ReplayWebhook) -> dict[str, Any]:
    """Send events again to a webhook: one by its id, or the first thousand since a time, in their order."""
    row = await _managed(actor, data.id)
    found = OutboxMessage.filter(webhook_id=row.id).exclude(state=MessageState.PENDING)
    if data.event_id:
        found = found.filter(dedupe_key=event_key(data.event_id, row.id))
    elif data.since:
        found = found.filter(created_at__gte=data.since)
    else:
        raise InvalidInput.at("since", "missing", _WHICH)
    ids = [int(str(one)) for one in await found.order_by("id").limit(MOST).values_list("id", flat=True)]
    if not ids:
        raise InvalidInput.at("event_id" if data.event_id else "since", "nothing", _NONE)
    await send_again(ids)
    since: datetime | None = data.since
    await audit(actor, row, {"replayed": [0, len(ids)], "since": [None, since], "event_id": [None, data.event_id]})
    return {"webhook": row, "count": len(ids)}


async def _turn(actor: Actor, webhook_id: int, state: EndpointState) -> Webhook:
    row = await _managed(actor, webhook_id)
    before = _shown(row)
    row.state, row.version = state, row.version + 1
    await row.save(update_fields=["state", "version"])
    await audit(actor, row, changed(before, _shown(row)))
    return row


async def _managed(actor: Actor, webhook_id: int) -> Webhook:
    """A webhook that the actor keeps: by a grant over its place, or because they set it up and still may."""
    row = await Webhook.select_for_update().get_or_none(id=webhook_id)
    if row is None or row.state is EndpointState.REMOVED:
        raise NotFound
    if not actor.may(MANAGE_WEBHOOKS, row.division_id):
        raise NotFound if row.person_id != actor.person_id else Forbidden
    return row


def _check(data: _Webhook) -> None:
    if data.url:
        try:
            outgoing.check_address(data.url)
        except outgoing.Refused:
            raise InvalidInput.at("url", "url", _URL) from None
    if any(one not in EVENTS for one in data.types):
        raise InvalidInput.at("types", "unknown", _TYPE)


def _shown(row: Webhook) -> dict[str, Any]:
    return {key: getattr(row, key) for key in _SHOWN}


def _new_secret() -> str:
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
