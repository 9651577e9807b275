"""GraphQL of a grievance's history: its steps, and the words that were taken out."""

from __future__ import annotations

from civicgraph.graph import Order, column, computed, equals, filter_type, order_type, to_many, to_one, type_
from civicgraph.grievances import models, rules
from civicgraph.grievances.intake import rules as intake
from civicgraph.grievances.models import GrievanceStatus


@filter_type
class GrievanceUpdateFilter:
    """Which steps of a grievance."""

    status = equals(
        "status", GrievanceStatus, "After which it stood there.", reason="The steps of one grievance are few."
    )


@order_type
class GrievanceUpdateOrder:
    """The order of a grievance's steps."""

    NEWEST = Order(("id",), "Latest first.", is_descending=True)
    OLDEST = Order(("id",), "Earliest first.")


@type_(models.GrievanceUpdate, visible=rules.visible_updates, is_big=True)
class GrievanceUpdate:
    """One step of a grievance's history: what was done or said, by which office, and where it stood then."""

    at = column()
    verb = column()
    status = column()
    until = column()
    level_before = column()
    level = column()
    category_before = to_one(
        "grievances.GrievanceCategory",
        link=lambda c, row, child: f"{child['code']} = {row['category_before']}",
        description="The category that it changed.",
    )
    category = to_one(
        "grievances.GrievanceCategory",
        link=lambda c, row, child: f"{child['code']} = {row['category']}",
        description="The category from there on, where it changed.",
    )
    moved_to = to_one(
        "divisions.Division",
        link=lambda c, row, child: f"{child['code']} = {row['moved_to']}",
        description="The community that it was handed to.",
    )
    promised_before = column()
    promised = column()
    by_line = column()
    public_note = column()
    internal_note = column(guard=rules.reads_update)
    is_internal = computed(bool, lambda c, row: f"{row['internal_note']} <> ''", "Words among staff.")
    person = to_one("accounts.Person", guard=rules.reads_update)
    files = to_many(
        "uploads.Upload",
        link=intake.files_of,
        order=("position", "id"),
        description="Photos and documents that came with its words.",
    )


@type_(models.GrievanceRedaction)
class GrievanceRedaction:
    """Words that an office took out of what the public reads of a grievance; a mark with the number stands for them."""

    position = column()
    reason = column()
    by_line = column()
    at = column()
    restored_at = column()
    words = column(guard=rules.reads_redaction)
