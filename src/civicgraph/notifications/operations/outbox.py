"""Sending parked messages again, singly or all of a filter."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from civicgraph import clock
from civicgraph.i18n import N_
from civicgraph.notifications import rules
from civicgraph.notifications.models import EndpointState, MessageChannel, MessageState, OutboxMessage, Webhook
from civicgraph.operations import Input, InvalidInput, NotFound, Unavailable, audit, operation
from civicgraph.permissions import READ_OUTBOX, Actor

MOST = 1_000
"""So many are sent again at once."""


class MessageNumber(Input):
    """Which message."""

    id: int = Field(title=N_("Number"), ge=1)


class ResendMessages(Input):
    """Which of the parked messages."""

    channel: MessageChannel | None = Field(None, title=N_("Channel"))
    template: str | None = Field(None, title=N_("Message"), max_length=60)
    within: str | None = Field(None, title=N_("Place"), pattern=r"^\d{2,17}$")


@operation()
async def resend_message(actor: Actor, data: MessageNumber) -> OutboxMessage:
    """Send a parked message again, with those that were to leave together with it."""
    row = await OutboxMessage.filter(id=data.id).select_for_update().first()
    if row is None or not (actor.may(READ_OUTBOX, row.division_code) or await _is_own(actor, row)):
        raise NotFound
    if row.state is not MessageState.PARKED:
        raise Unavailable(N_("Only parked messages are sent again."))
    await send_again([row.id])
    await audit(actor, row, {"state": [MessageState.PARKED, MessageState.PENDING]}, division_code=row.division_code)
    return await OutboxMessage.get(id=row.id)


@operation()
async def resend_messages(actor: Actor, data: ResendMessages) -> dict[str, Any]:
    """Send all parked messages of a filter again, about the places that one oversees; a thousand at most at once."""
    prefixes = [one for one in actor.prefixes(READ_OUTBOX) if not data.within or one.startswith(data.within)]
    if data.within and actor.may(READ_OUTBOX, data.within):
        prefixes = [data.within]
    found = OutboxMessage.filter(state=MessageState.PARKED)
    found = found.filter(channel=data.channel) if data.channel else found
    found = found.filter(template=data.template) if data.template else found
    ids: list[int] = []
    for prefix in prefixes:
        rows = found.filter(division_code__startswith=prefix).order_by("id").limit(MOST - len(ids))
        ids += [int(str(one)) for one in await rows.values_list("id", flat=True)]
    if not ids:
        raise InvalidInput.at("", "nothing", N_("No parked message fits."))
    await send_again(ids)
    first = await OutboxMessage.get(id=ids[0])
    await audit(actor, first, {"resent": [0, len(ids)]}, division_code=min(prefixes, key=len))
    return {"count": len(ids)}


async def send_again(ids: list[int]) -> None:
    """Let messages wait to be sent, with as much time as at first; what was gathered behind them stays so."""
    now = clock.now()
    fresh = {"state": MessageState.PENDING, "attempts": 0, "next_attempt_at": now}
    times = {**fresh, "gives_up_at": now + rules.PARKED_AFTER}
    await OutboxMessage.filter(gathered_in__in=ids, state=MessageState.PARKED).exclude(id__in=ids).update(**times)
    await OutboxMessage.filter(id__in=ids).update(**times, gathered_in=None)


async def _is_own(actor: Actor, row: OutboxMessage) -> bool:
    """Whether it goes to a webhook that the actor set up."""
    if actor.person_id is None or row.webhook_id is None:
        return False
    return (
        await Webhook.filter(id=row.webhook_id, person_id=actor.person_id).exclude(state=EndpointState.REMOVED).exists()
    )
