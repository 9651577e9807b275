"""Telling people: rows in the outbox and the inbox, in the transaction of what they tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from civicgraph import clock, crypto
from civicgraph.accounts.models import Person
from civicgraph.i18n import N_
from civicgraph.notifications import rules
from civicgraph.notifications.models import InboxMessage, MessageChannel, MessageState, OutboxMessage
from civicgraph.notifications.rendering import render_message, without_link
from civicgraph.operations import Input, NotFound, Unavailable, audit, operation
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
    if not person.is_active:
        return
    given = {**values, "link": link}
    subject, text = render_message(template, given, person.locale)
    key = rules.message_key(dedupe, f"person {person.id}")
    shown = without_link(text, link)
    inbox = InboxMessage(
        person_id=person.id, dedupe_key=key, subject=subject, text=shown, link=link, created_at=clock.now()
    )
    await InboxMessage.bulk_create([inbox], ignore_conflicts=True)
    if person.email:
        await _enqueue(
            dedupe_key=rules.message_key(dedupe, f"person {person.id} by e-mail"),
            recipient=f"person {person.id}",
            person_id=person.id,
            address=crypto.encrypt(person.email),
            template=template,
            values=given,
            locale=person.locale,
            division_code=division_code,
        )


async def notify_address(
    sealed_email: str,
    locale: str,
    template: str,
    values: Mapping[str, Any],
    *,
    dedupe: str,
    division_code: str,
    unsubscribe: str = "",
) -> None:
    """Tell somebody who left an e-mail address (encrypted by `crypto.encrypt`) once.

    `unsubscribe` is the page that ends messages like it; its link stands below the text and in the head.
    """
    if sealed_email:
        await _enqueue(
            dedupe_key=rules.message_key(dedupe, "address"),
            recipient=rules.address_lane(crypto.decrypt(sealed_email)),
            address=sealed_email,
            template=template,
            values={"link": "", **values},
            locale=locale,
            division_code=division_code,
            unsubscribe=unsubscribe,
        )


async def _enqueue(**columns: Any) -> None:
    """A row in the outbox; one with the same key is there already: then this is the same message."""
    now = clock.now()
    times = {"created_at": now, "next_attempt_at": now, "gives_up_at": now + rules.PARKED_AFTER}
    message = OutboxMessage(**{"channel": MessageChannel.EMAIL, **times, **columns})
    await OutboxMessage.bulk_create([message], ignore_conflicts=True)


class MessageNumber(Input):
    """Which message."""

    id: int = Field(title=N_("Number"), ge=1)


@operation()
async def resend_message(actor: Actor, data: MessageNumber) -> OutboxMessage:
    """Send a parked message again."""
    row = await OutboxMessage.filter(id=data.id).select_for_update().first()
    if row is None or not actor.may(READ_OUTBOX, row.division_code):
        raise NotFound
    if row.state is not MessageState.PARKED:
        raise Unavailable(N_("Only parked messages are sent again."))
    row.state, row.next_attempt_at, row.attempts = MessageState.PENDING, clock.now(), 0
    row.created_at = clock.now()  # from here on it has 72 hours again
    await row.save()
    await audit(actor, row, {"state": [MessageState.PARKED, MessageState.PENDING]}, division_code=row.division_code)
    return row


@operation(is_audited=False)
async def read_message(actor: Actor, data: MessageNumber) -> InboxMessage:
    """Mark a message of one's own inbox as read."""
    row = await InboxMessage.get_or_none(id=data.id, person_id=actor.person_id) if actor.person_id else None
    if row is None:
        raise NotFound
    row.read_at = row.read_at or clock.now()
    await row.save(update_fields=["read_at"])
    return row


class UpTo(Input):
    """The newest message that one has seen."""

    id: int = Field(title=N_("Number"), ge=1)


@operation(is_audited=False)
async def read_all_messages(actor: Actor, data: UpTo) -> InboxMessage:
    """Mark all messages of one's own inbox up to this one as read; later ones stay new."""
    last = await InboxMessage.get_or_none(id=data.id, person_id=actor.person_id) if actor.person_id else None
    if last is None:
        raise NotFound
    unread = InboxMessage.filter(person_id=actor.person_id, read_at=None, id__lte=data.id)
    await unread.update(read_at=clock.now())
    return await InboxMessage.get(id=data.id)
