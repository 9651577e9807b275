"""Reading one's inbox."""

from __future__ import annotations

from pydantic import Field

from civicgraph import clock
from civicgraph.i18n import N_
from civicgraph.notifications.models import InboxMessage
from civicgraph.notifications.operations.outbox import MessageNumber
from civicgraph.operations import Input, NotFound, operation
from civicgraph.permissions import Actor


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
