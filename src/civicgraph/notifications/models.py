"""Tables of the notifications room."""

from __future__ import annotations

from typing import Any, ClassVar

from tortoise import fields

from civicgraph.i18n import N_, Labelled
from civicgraph.model import Record, SqlIndexes, by_place


class MessageChannel(Labelled):
    """How a message travels."""

    EMAIL = "email", N_("E-mail")
    INBOX = "inbox", N_("Inbox")


class MessageState(Labelled):
    """Where a message of the outbox stands."""

    PENDING = "pending", N_("Waiting")
    SENT = "sent", N_("Sent")
    PARKED = "parked", N_("Parked")


class OutboxMessage(Record):
    """A message to be delivered, written in the transaction of what it tells."""

    dedupe_key = fields.CharField(120, unique=True, description="One message for one thing to one person.")
    channel = fields.CharEnumField(MessageChannel, max_length=8, description="How it travels.")
    person: Any = fields.ForeignKeyField(
        "civicgraph.Person",
        related_name="messages",
        null=True,
        on_delete=fields.CASCADE,
        description="The member of staff it is for.",
    )
    address = fields.TextField(default="", description="Where it goes, encrypted. Never shown.")
    template = fields.CharField(60, description="The message’s template.")
    values: fields.Field[dict[str, Any]] = fields.JSONField(
        default=dict, description="What fills the template, no personal data."
    )
    locale = fields.CharField(5, default="zh", description="Its language.")
    division_code = fields.CharField(17, default="", description="Where its subject belongs.")
    state = fields.CharEnumField(
        MessageState, max_length=8, default=MessageState.PENDING, description="Where it stands."
    )
    attempts = fields.IntField(default=0, description="Number of attempts so far.")
    next_attempt_at = fields.DatetimeField(description="When it is tried next.")
    sent_at = fields.DatetimeField(null=True, description="When it was delivered.")
    last_error = fields.CharField(200, default="", description="Why the last attempt failed.")

    class Meta:
        table = "outbox_message"
        indexes = (("person_id", "id"), ("division_code", "id"))

    sql_indexes: ClassVar[SqlIndexes] = {
        **by_place("outbox_message", "division_code", "id"),
        "outbox_parked": (),
        "outbox_waiting": (),
    }


class InboxMessage(Record):
    """A message in a member of staff's in-app inbox."""

    person: Any = fields.ForeignKeyField(
        "civicgraph.Person", related_name="inbox", on_delete=fields.CASCADE, description="Whose inbox."
    )
    dedupe_key = fields.CharField(120, unique=True, description="One message for one thing to one person.")
    subject = fields.CharField(200, description="What it is about.")
    text = fields.TextField(description="What it says.")
    link = fields.CharField(200, default="", description="The page to go to.")
    read_at = fields.DatetimeField(null=True, description="When it was read.")

    class Meta:
        table = "inbox_message"
        indexes = (("person_id", "id"),)
