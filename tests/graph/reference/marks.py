"""Marks of private columns, and who may read them."""

from __future__ import annotations

import re
from typing import Any

from civicgraph.permissions import (
    DISPATCH_GRIEVANCES,
    DRAFT_EVENTS,
    DRAFT_SERVICES,
    MANAGE_BOOKINGS,
)
from tests.graph.reference import rules
from tests.graph.reference.words import MARK
from tests.graph.reference.world import MODELS, World


def nobody(world: World, row: Any) -> bool:
    return False


READERS: dict[str, tuple[str, rules.Rule]] = {
    "api_token.name": ("Person", lambda world, row: world.actor.person_id == row.id),
    "api_token.token_hash": ("Person", nobody),
    "enterprise.contact_email": ("Enterprise", nobody),
    "enterprise.contact_email_masked": ("Enterprise", rules.reads_enterprise),
    "enterprise.contact_name": ("Enterprise", rules.reads_enterprise),
    "enterprise.contact_phone": ("Enterprise", nobody),
    "enterprise.contact_phone_masked": ("Enterprise", rules.reads_enterprise),
    "enterprise.name": ("Enterprise", rules.VISIBLE["Enterprise"]),
    "event.review_note": ("Event", rules.over(DRAFT_EVENTS)),
    "product.name": ("Product", rules.VISIBLE["Product"]),
    "event.title": ("Event", rules.over(DRAFT_EVENTS)),
    **{
        f"grievance.{column}": ("Grievance", rules.reads_private)
        for column in (
            *("description", "address", "contact_name", "contact_phone_masked", "contact_email_masked"),
            "building",
        )
    },
    "grievance_answer.answer": ("GrievanceAnswer", rules.reads_internal),
    "held_report.content": ("HeldReport", nobody),
    **{
        f"held_report.{column}": ("HeldReport", rules.over(DISPATCH_GRIEVANCES, "division_code"))
        for column in ("address", "contact_name_masked")
    },
    "held_report.summary": ("HeldReport", rules.over(DISPATCH_GRIEVANCES, "division_code")),
    **{f"upload.{column}": ("Upload", rules.sees_file) for column in ("name", "alt", "reason", "filename")},
    "grievance.contact_email": ("Grievance", nobody),
    "grievance.contact_phone": ("Grievance", nobody),
    "grievance.public_text": ("Grievance", rules.VISIBLE["Grievance"]),
    "grievance_redaction.words": ("GrievanceRedaction", rules.reads_internal),
    "grievance_update.internal_note": ("GrievanceUpdate", rules.reads_internal),
    "inbox_message.dedupe_key": ("InboxMessage", nobody),
    "inbox_message.subject": ("InboxMessage", rules.is_own),
    "inbox_message.text": ("InboxMessage", rules.is_own),
    "chat_robot.secret": ("ChatRobot", nobody),
    "chat_robot.url": ("ChatRobot", nobody),
    "webhook.secret": ("Webhook", nobody),
    "webhook.url": ("Webhook", nobody),
    "outbox_message.recipient": ("OutboxMessage", nobody),
    "outbox_message.unsubscribe": ("OutboxMessage", nobody),
    "outbox_message.address": ("OutboxMessage", nobody),
    "outbox_message.dedupe_key": ("OutboxMessage", nobody),
    "outbox_message.values": ("OutboxMessage", nobody),
    "person.email": ("Person", rules.knows),
    "person.name": ("Person", rules.is_named),
    "person.password_hash": ("Person", nobody),
    "person.username": ("Person", rules.knows),
    "person.work_phone": ("Person", rules.is_named),
    "quota.subject": ("Quota", rules.over(MANAGE_BOOKINGS)),
    **{f"registration.{name}": ("Registration", nobody) for name in ("contact_phone", "contact_email", "answers")},
    **{
        f"registration.{name}": ("Registration", rules.over(MANAGE_BOOKINGS))
        for name in ("contact_name", "contact_email_masked", "reason")
    },
    "one_thing_answer.sealed": ("OneThingAnswer", nobody),
    **{f"referral.{name}": ("Referral", nobody) for name in ("contact_phone", "contact_email", "wish")},
    "service.name": ("Service", rules.over(DRAFT_SERVICES)),
    "service.review_note": ("Service", rules.over(DRAFT_SERVICES)),
    "session.device": ("Person", lambda world, row: world.actor.person_id == row.id),
    "session.token_hash": ("Person", nobody),
    "trusted_document.text": ("Person", nobody),
}
"""Columns that not all may read who see the row: the type whose key a mark ends with, and who may."""
OWNERS = {
    "ChecklistStep": ("Checklist", "checklist_id"),
    "ChecklistField": ("Checklist", "checklist_id"),
    "ChecklistQuestion": ("Checklist", "checklist_id"),
    "OneThingStep": ("OneThingCase", "case_id"),
    "OneThingAnswer": ("OneThingCase", "case_id"),
    "Offer": ("Service", "service_id"),
    "MenuDay": ("Service", "service_id"),
    "PriceRule": ("Service", "service_id"),
    "SpecialDay": ("Service", "service_id"),
    **dict.fromkeys(
        ("ProductOutput", "ProductionBase", "SupplyLink", "SupportReceived", "Recognition"), ("Product", "product_id")
    ),
    "ProgrammeItem": ("Event", "event_id"),
    "EventEntry": ("Event", "event_id"),
}
"""Types whose rows are for those who see what they belong to."""
TRACKED = (
    "upload.name",
    "grievance.public_text",
    "grievance.team",
    "grievance.outcome",
    "grievance.calendar",
    "registration.reason",
)
"""What is read with number and tracking secret although the grievance is hidden from others."""


def may_read(world: World, column: str, key: str) -> bool:
    """Whether who asks may read the mark that was put in this row."""
    if column in READERS:
        kind, reads = READERS[column]
        return reads(world, world.rows.by_text(kind, key))
    kind = next(kind for kind, model in MODELS.items() if model._meta.db_table == column.partition(".")[0])
    row = world.rows.by_text(kind, key)
    if kind in OWNERS:
        kind, owner = OWNERS[kind]
        row = world.rows.one(kind, getattr(row, owner))
    return rules.sees(world, kind, row)


def leaks(world: World, answer: str, *, may_track: bool) -> list[str]:
    """The marks in an answer that are not for who asked. What stands in its cursors counts as well."""
    hidden = [bytes.fromhex(one).decode(errors="replace") for one in re.findall(r'"((?:[0-9A-Fa-f]{2}){6,})"', answer)]
    met = set(re.findall(MARK, "\n".join([answer, *hidden])))
    told = TRACKED if may_track else ()
    return [f"{column} of {key}" for column, key in met if column not in told and not may_read(world, column, key)]
