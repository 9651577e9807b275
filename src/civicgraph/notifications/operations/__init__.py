"""Telling people, groups and partners, and what they and the staff decide about it."""

from civicgraph.notifications.operations.events import tell_partners
from civicgraph.notifications.operations.inbox import read_all_messages, read_message
from civicgraph.notifications.operations.outbox import resend_message, resend_messages
from civicgraph.notifications.operations.preferences import set_notice_preference
from civicgraph.notifications.operations.robots import (
    add_robot,
    change_robot,
    pause_robot,
    remove_robot,
    resume_robot,
    test_robot,
)
from civicgraph.notifications.operations.telling import gets_e_mail, notify_address, notify_person, notify_robots
from civicgraph.notifications.operations.templates import reset_message_template, set_message_template
from civicgraph.notifications.operations.webhooks import (
    create_webhook,
    pause_webhook,
    remove_webhook,
    replay_webhook,
    resume_webhook,
    rotate_webhook_secret,
    test_webhook,
    update_webhook,
)

__all__ = [
    "add_robot",
    "change_robot",
    "create_webhook",
    "gets_e_mail",
    "notify_address",
    "notify_person",
    "notify_robots",
    "pause_robot",
    "pause_webhook",
    "read_all_messages",
    "read_message",
    "remove_robot",
    "remove_webhook",
    "replay_webhook",
    "resend_message",
    "resend_messages",
    "reset_message_template",
    "resume_robot",
    "resume_webhook",
    "rotate_webhook_secret",
    "set_message_template",
    "set_notice_preference",
    "tell_partners",
    "test_robot",
    "test_webhook",
    "update_webhook",
]
