"""Telling people: rows in the outbox and the inbox, in the transaction of what they tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from civicgraph import clock, crypto
from civicgraph.accounts.models import Person
from civicgraph.i18n import N_
from civicgraph.notifications.models import InboxMessage, MessageChannel, MessageState, OutboxMessage
from civicgraph.notifications.rendering import render_message
from civicgraph.operations import Forbidden, Input, NotFound, Unavailable, audit, operation
from civicgraph.permissions import READ_OUTBOX, Actor


async def notify_person(
    person: Person,
    template: str,
    values: Mapping[str, Any],
    *,
    dedupe: str,
    division_code: str,
    link: str = "",
) -> None:
    """Tell a member of staff once: in the inbox at once, and by e-mail when an address is known.

    `dedupe` names the thing told; the same thing is told to the same person only once.
    """
    key = f"{dedupe}|{person.id}"
    subject, text = render_message(template, {**values, "link": link}, person.locale)
    inbox = InboxMessage(person_id=person.id, dedupe_key=key, subject=subject, text=text, link=link)
    await InboxMessage.bulk_create([inbox], ignore_conflicts=True)
    if person.email:
        given = {**values, "link": link}
        await _enqueue(crypto.encrypt(person.email), person.locale, template, given, f"{key}|email", division_code, person.id)


async def notify_address(
    sealed_email: str, locale: str, template: str, values: Mapping[str, Any], *, dedupe: str, division_code: str
) -> None:
    """Tell somebody who left an e-mail address (encrypted by `crypto.encrypt`) once."""
    if sealed_email:
        await _enqueue(sealed_email, locale, template, {"link": "", **values}, f"{dedupe}|address", division_code, None)


async def _enqueue(
    sealed: str, locale: str, template: str, values: Mapping[str, Any], key: str, code: str, person_id: int | None
) -> None:
    message = OutboxMessage(
        dedupe_key=key,
        channel=MessageChannel.EMAIL,
        person_id=person_id,
        address=sealed,
        template=template,
        values=dict(values),
        locale=locale,
        division_code=code,
        next_attempt_at=clock.now(),
    )
    await OutboxMessage.bulk_create([message], ignore_conflicts=True)


class MessageNumber(Input):
    """Which message."""

    id: int = Field(title=N_("Number"), ge=1)


@operation()
async def resend_message(actor: Actor, data: MessageNumber) -> OutboxMessage:
    """Send a parked message again."""
    row = await OutboxMessage.get_or_none(id=data.id)
    if row is None:
        raise NotFound
    if not actor.may(READ_OUTBOX, row.division_code):
        raise Forbidden
    if row.state is not MessageState.PARKED:
        raise Unavailable(N_("Only parked messages are sent again."))
    row.state, row.next_attempt_at, row.attempts = MessageState.PENDING, clock.now(), 0
    row.created_at = clock.now()
    await row.save()
    await audit(actor, row, {"state": [MessageState.PARKED, MessageState.PENDING]}, division_code=row.division_code)
    return row


@operation(is_audited=False)
async def read_message(actor: Actor, data: MessageNumber) -> InboxMessage:
    """Mark a message of one's own inbox as read."""
    row = await InboxMessage.get_or_none(id=data.id, person_id=actor.person_id)
    if row is None or actor.person_id is None:
        raise NotFound
    row.read_at = row.read_at or clock.now()
    await row.save()
    return row
