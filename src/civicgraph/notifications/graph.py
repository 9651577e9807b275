"""GraphQL of the notifications room."""

from __future__ import annotations

from civicgraph.graph import (
    Order,
    any_of,
    column,
    computed,
    door,
    filter_type,
    flag,
    followable,
    mutations,
    node,
    order_type,
    root,
    root_connection,
    to_one,
    within,
)
from civicgraph.notifications import models, operations, rules
from civicgraph.notifications.models import MessageState


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
    person = to_one("accounts.Person")


@root
class Query:
    """Reads of the notifications room."""

    inbox = root_connection("InboxMessage", description="Your inbox.")
    outbox = root_connection("OutboxMessage", description="Messages on their way, about the places you oversee.")


Subscription = followable(Query, "inbox")
Mutation = mutations(
    "Mutation",
    door(operations.read_message, {"message": "InboxMessage"}),
    door(operations.read_all_messages, {"message": "InboxMessage"}),
    door(operations.resend_message, {"message": "OutboxMessage"}),
)
TYPES = (InboxMessage, OutboxMessage)
