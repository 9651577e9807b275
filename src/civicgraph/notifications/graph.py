"""GraphQL of the notifications room."""

from __future__ import annotations

from civicgraph.graph import (
    Order,
    any_of,
    column,
    computed,
    door,
    equals,
    filter_type,
    flag,
    followable,
    json_column,
    mutations,
    node,
    order_type,
    root,
    root_connection,
    root_one,
    to_one,
    within,
)
from civicgraph.notifications import models, operations, rules
from civicgraph.notifications.models import MessageChannel, MessageState


@filter_type
class InboxMessageFilter:
    """Which messages."""

    is_unread = flag(
        "Only those (not) unread.",
        lambda c, row: f"{row['read_at']} IS NULL",
        lambda c, row: f"{row['read_at']} IS NOT NULL",
        reason="The list is one's own inbox, read by the index of persons.",
    )


@order_type
class InboxMessageOrder:
    """The order of the inbox."""

    NEWEST = Order(("id",), "Latest first.", is_descending=True)


@node(models.InboxMessage, visible=rules.own, is_big=True)
class InboxMessage:
    """A message in your inbox."""

    number = computed(int, lambda c, row: row["id"], "Its number, for mutations.")
    subject = column()
    text = column()
    link = column()
    created_at = column()
    read_at = column()


@filter_type
class OutboxMessageFilter:
    """Which messages."""

    states = any_of(
        "state",
        MessageState,
        "In any of these states.",
        reason="Nearly all are sent; for the others `isParked` and `isWaiting` have indexes.",
    )
    is_parked = flag(
        "Only those (not) given up.",
        lambda c, row: f"{row['state']} = 'parked'",
        lambda c, row: f"{row['state']} <> 'parked'",
        index="outbox_parked",
    )
    is_waiting = flag(
        "Only those (not) waiting to be sent.",
        lambda c, row: f"{row['state']} = 'pending'",
        lambda c, row: f"{row['state']} <> 'pending'",
        index="outbox_waiting",
    )
    channels = any_of(
        "channel",
        MessageChannel,
        "By any of these channels.",
        reason="With a place or a state it narrows few; of a rare channel alone the list is for an occasional look.",
    )
    template = equals(
        "template",
        str,
        "This message, by the name of its template; of a webhook this type of event.",
        reason="Like the channel: with a place or a state it narrows few, alone it is for an occasional look.",
    )
    webhook = equals("webhook_id", int, "To the webhook with this number.")
    robot = equals("robot_id", int, "To the robot with this number.")
    within = within("division_code")


@order_type
class OutboxMessageOrder:
    """The order of the outbox."""

    NEWEST = Order(("id",), "Latest first.", is_descending=True)


@node(models.OutboxMessage, visible=rules.visible_outbox, is_big=True)
class OutboxMessage:
    """A message on its way. Its address is never shown."""

    number = computed(int, lambda c, row: row["id"], "Its number, for mutations.")
    channel = column()
    template = column()
    locale = column()
    division_code = column()
    state = column()
    attempts = column()
    created_at = column()
    next_attempt_at = column()
    sent_at = column()
    last_error = column()
    is_critical = column()
    person = to_one("accounts.Person")
    robot = to_one("ChatRobot")
    webhook = to_one("Webhook")
    event_id = computed(
        str | None,
        lambda c, row: f"CASE WHEN {row['channel']} = 'webhook' THEN substr({row['dedupe_key']}, 7, 36) END",
        "Of an event to a webhook: its id, as the partner gets it.",
    )


@filter_type
class ChatRobotFilter:
    """Which robots."""

    within = within("division_id")


@order_type
class ChatRobotOrder:
    """The order of robots."""

    NEWEST = Order(("id",), "Latest first.", is_descending=True)


@node(models.ChatRobot, visible=rules.visible_robot)
class ChatRobot:
    """A robot of a chat group that is told of a place. Its address and secret are never shown."""

    number = computed(int, lambda c, row: row["id"], "Its number, for mutations.")
    name = column()
    kind = column()
    url_masked = column()
    notices = json_column(str, description="Of what it tells, by the names of the messages; of all when empty.")
    locale = column()
    state = column()
    digest_minutes = column()
    quiet_from = column()
    quiet_until = column()
    last_sent_at = column()
    version = column()
    division = to_one("divisions.Division")


@filter_type
class WebhookFilter:
    """Which webhooks."""

    within = within("division_id")


@order_type
class WebhookOrder:
    """The order of webhooks."""

    NEWEST = Order(("id",), "Latest first.", is_descending=True)


@node(models.Webhook, visible=rules.visible_webhook)
class Webhook:
    """A partner’s address that events are sent to. Its secret is told once, when it is made."""

    number = computed(int, lambda c, row: row["id"], "Its number, for mutations.")
    name = column()
    url_masked = column()
    types = json_column(str, description="The types of event, all when empty.")
    state = column()
    created_at = column()
    last_sent_at = column()
    version = column()
    division = to_one("divisions.Division")


@order_type
class MessageTemplateOrder:
    """The order of the city's own words."""

    NEWEST = Order(("id",), "Latest first.", is_descending=True)


@filter_type
class MessageTemplateFilter:
    """Which of the city's own words."""

    locale = equals("locale", str, "In this language: zh or en.")


@node(models.MessageTemplate, visible=rules.visible_template)
class MessageTemplate:
    """The city’s own words of a message, instead of those that CivicGraph brings."""

    name = column()
    locale = column()
    subject = column()
    text = column()
    version = column()


@node(models.NoticePreference, visible=rules.own)
class NoticePreference:
    """How you are told; null values say that the city's settings hold."""

    by_email = column()
    digest_minutes = column()
    quiet_from = column()
    quiet_until = column()


@root
class Query:
    """Reads of the notifications room."""

    inbox = root_connection("InboxMessage", description="Your inbox.")
    outbox = root_connection("OutboxMessage", description="Messages on their way, about the places you oversee.")
    chat_robots = root_connection("ChatRobot", description="Chat robots of the places whose robots you manage.")
    webhooks = root_connection(
        "Webhook", description="Your webhooks, and those of the places whose webhooks you manage."
    )
    message_templates = root_connection("MessageTemplate", description="The city's own words of messages.")
    message_template = root_one(
        "MessageTemplate",
        arguments={"name": (str, "Which message."), "locale": (str, "In which language: zh or en.")},
        where=lambda c, row, name, locale: f"{row['name']} = {name.sql(c)} AND {row['locale']} = {locale.sql(c)}",
        description="The city's own words of a message; null where the original ones hold.",
    )
    my_notice_preference = root_one(
        "NoticePreference",
        arguments={},
        where=lambda c, row: f"{row['person_id']} = {c.person()}",
        description="How you want to be told; null while you have chosen nothing.",
    )


Subscription = followable(Query, "inbox")
Mutation = mutations(
    "Mutation",
    door(operations.read_message, {"message": "InboxMessage"}),
    door(operations.read_all_messages, {"message": "InboxMessage"}),
    door(operations.resend_message, {"message": "OutboxMessage"}),
    door(operations.resend_messages, {"count": int}),
    door(operations.set_notice_preference, {"preference": "NoticePreference"}),
    door(operations.set_message_template, {"template": "MessageTemplate"}),
    door(operations.reset_message_template, {"name": str}),
    door(operations.add_robot, {"robot": "ChatRobot"}),
    door(operations.change_robot, {"robot": "ChatRobot"}),
    door(operations.pause_robot, {"robot": "ChatRobot"}),
    door(operations.resume_robot, {"robot": "ChatRobot"}),
    door(operations.remove_robot, {"robot": "ChatRobot"}),
    door(operations.test_robot, {"robot": "ChatRobot"}),
    door(operations.create_webhook, {"webhook": "Webhook", "secret": str}),
    door(operations.update_webhook, {"webhook": "Webhook"}),
    door(operations.rotate_webhook_secret, {"webhook": "Webhook", "secret": str}),
    door(operations.pause_webhook, {"webhook": "Webhook"}),
    door(operations.resume_webhook, {"webhook": "Webhook"}),
    door(operations.remove_webhook, {"webhook": "Webhook"}),
    door(operations.test_webhook, {"webhook": "Webhook", "event_id": str}),
    door(operations.replay_webhook, {"webhook": "Webhook", "count": int}),
)
TYPES = (InboxMessage, OutboxMessage, ChatRobot, Webhook, MessageTemplate, NoticePreference)
