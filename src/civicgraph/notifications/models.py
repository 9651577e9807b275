"""Tables of the notifications room."""

from __future__ import annotations

from typing import Any, ClassVar

from tortoise import fields

from civicgraph.i18n import N_, Labelled
from civicgraph.model import Record, SqlIndexes, by_place, place


class MessageChannel(Labelled):
    """How a message travels."""

    EMAIL = "email", N_("E-mail")
    INBOX = "inbox", N_("Inbox")
    WECOM = "wecom", N_("WeCom robot")  # 企业微信
    DINGTALK = "dingtalk", N_("DingTalk robot")  # 钉钉
    FEISHU = "feishu", N_("Feishu robot")  # 飞书
    WEBHOOK = "webhook", N_("Webhook")


class MessageState(Labelled):
    """Where a message of the outbox stands."""

    PENDING = "pending", N_("Waiting")
    SENT = "sent", N_("Sent")
    PARKED = "parked", N_("Parked")


class RobotKind(Labelled):
    """Whose chat a robot speaks in."""

    WECOM = "wecom", N_("WeCom")
    DINGTALK = "dingtalk", N_("DingTalk")
    FEISHU = "feishu", N_("Feishu")


class EndpointState(Labelled):
    """Whether a robot or a webhook is written to."""

    ACTIVE = "active", N_("In use")
    PAUSED = "paused", N_("Paused")
    REMOVED = "removed", N_("Removed")


class Paced(Record):
    """What says when its owner may be written to: not too often, and not at night."""

    digest_minutes = fields.IntField(
        null=True, description="At most one message in so many minutes, the rest in the next, with 0 each by itself."
    )
    quiet_from = fields.IntField(null=True, description="Minute of the day at which quiet begins.")
    quiet_until = fields.IntField(null=True, description="Minute of the day at which quiet ends.")
    last_sent_at = fields.DatetimeField(null=True, description="When it was last written to.")
    version = fields.IntField(default=1, description="Grows by one with each change.")

    class Meta:
        abstract = True


class NoticePreference(Paced):
    """How a member of staff wants to be told: without one, by the city’s settings."""

    person_id: int
    person: Any = fields.OneToOneField(
        "civicgraph.Person", related_name="notice_preference", on_delete=fields.CASCADE, description="Whose."
    )
    by_email = fields.BooleanField(default=True, description="Whether by e-mail beside the inbox.")

    class Meta:
        table = "notice_preference"


class ChatRobot(Paced):
    """A robot of a chat group, told of some kinds of notice about a place and all below it."""

    division_id: str
    division = place(False)
    name = fields.CharField(80, description="The group that it speaks in.")
    kind = fields.CharEnumField(RobotKind, max_length=8, description="Whose chat.")
    url = fields.TextField(description="Its address, encrypted: whoever has it speaks in the group.")
    url_masked = fields.CharField(120, description="The address, masked.")
    secret = fields.TextField(default="", description="What its messages are signed with, encrypted.")
    notices: fields.Field[list[str]] = fields.JSONField(default=list, description="Of what it tells, all when empty.")
    locale = fields.CharField(5, default="zh", description="The language of its messages.")
    state = fields.CharEnumField(
        EndpointState, max_length=8, default=EndpointState.ACTIVE, description="Whether it is written to."
    )

    class Meta:
        table = "chat_robot"
        indexes = (("division_id", "id"),)


class Webhook(Record):
    """A partner’s address that events are sent to."""

    division_id: str
    person_id: int
    division = place(False, description="The place whose events it is sent, with all below it.")
    person: Any = fields.ForeignKeyField(
        "civicgraph.Person", related_name="webhooks", on_delete=fields.CASCADE, description="Who set it up."
    )
    token: Any = fields.ForeignKeyField(
        "civicgraph.ApiToken",
        related_name="webhooks",
        null=True,
        on_delete=fields.SET_NULL,
        description="The partner’s token that set it up.",
    )
    name = fields.CharField(80, description="Whose it is.")
    url = fields.TextField(description="Where events go, encrypted: partners put keys into addresses.")
    url_masked = fields.CharField(120, description="The address, masked.")
    secret = fields.TextField(description="What events are signed with, encrypted.")
    types: fields.Field[list[str]] = fields.JSONField(default=list, description="The types of event, all when empty.")
    state = fields.CharEnumField(
        EndpointState, max_length=8, default=EndpointState.ACTIVE, description="Whether it is sent events."
    )
    last_sent_at = fields.DatetimeField(null=True, description="When it last took an event.")
    version = fields.IntField(default=1, description="Grows by one with each change.")

    class Meta:
        table = "webhook"
        indexes = (("division_id", "id"), ("person_id", "id"))


class MessageTemplate(Record):
    """The city’s own words of a message, instead of those that CivicGraph brings."""

    name = fields.CharField(60, description="Which message.")
    locale = fields.CharField(5, description="In which language.")
    subject = fields.CharField(200, description="Its subject, with placeholders.")
    text = fields.TextField(description="Its text, with placeholders.")
    version = fields.IntField(default=1, description="Grows by one with each change.")

    class Meta:
        table = "message_template"
        unique_together = (("name", "locale"),)


class OutboxMessage(Record):
    """A message to be delivered, written in the transaction of what it tells."""

    person_id: int | None
    robot_id: int | None
    webhook_id: int | None
    dedupe_key = fields.CharField(120, unique=True, description="One message for one thing to one person.")
    channel = fields.CharEnumField(MessageChannel, max_length=8, description="How it travels.")
    person: Any = fields.ForeignKeyField(
        "civicgraph.Person",
        related_name="messages",
        null=True,
        on_delete=fields.CASCADE,
        description="The member of staff it is for.",
    )
    robot: Any = fields.ForeignKeyField(
        "civicgraph.ChatRobot",
        related_name="messages",
        null=True,
        on_delete=fields.CASCADE,
        description="The robot that says it.",
    )
    webhook: Any = fields.ForeignKeyField(
        "civicgraph.Webhook",
        related_name="messages",
        null=True,
        on_delete=fields.CASCADE,
        description="The webhook that it is sent to.",
    )
    recipient = fields.CharField(
        80,
        default="",
        db_default="",
        description="Whose messages it stands among: they leave one after another. No address.",
    )
    is_critical = fields.BooleanField(
        default=False, db_default=False, description="Whether it neither waits for a digest nor for the morning."
    )
    gathered_in = fields.BigIntField(null=True, description="Number of the message that it leaves together with.")
    unsubscribe = fields.CharField(
        200, default="", db_default="", description="The page that ends messages like it, for residents."
    )
    gives_up_at = fields.DatetimeField(null=True, description="When it is parked if it still fails.")
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
        indexes = (
            ("person_id", "id"),
            ("division_code", "id"),
            ("webhook_id", "id"),
            ("robot_id", "id"),
            ("gathered_in", "id"),
        )

    sql_indexes: ClassVar[SqlIndexes] = {
        **by_place("outbox_message", "division_code", "id"),
        "outbox_lane": (),
        "outbox_parked": (),
        "outbox_to_erase": (),
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
