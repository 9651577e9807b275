"""GraphQL of what comes in: categories, their questions and answers, own photos, held reports."""

from __future__ import annotations

from typing import Any

from civicgraph.graph import (
    DivisionCode,
    Order,
    column,
    computed,
    equals,
    filter_type,
    flag,
    json_column,
    node,
    order_type,
    root_ranked,
    to_many,
    to_one,
    type_,
    within,
)
from civicgraph.grievances import models
from civicgraph.grievances.intake import likeness, rules
from civicgraph.grievances.intake.models import HeldState, HoldCause
from civicgraph.uploads.models import Upload


@filter_type
class GrievanceCategoryFilter:
    """Which categories."""

    group_code = equals("group_code", str, "Of the group with this code.")
    is_active = flag(
        "Only those that can (not) be reported now.",
        lambda c, row: row["is_active"],
        lambda c, row: f"NOT {row['is_active']}",
    )


@order_type
class GrievanceCategoryOrder:
    """The order of categories."""

    POSITION = Order(("position", "code"), "As the form shows them, group by group.")


@node(models.GrievanceCategory)
class GrievanceCategory:
    """A category of grievance: the common words of forms, figures and the API."""

    code = column()
    name = column()
    name_en = column()
    group_code = column()
    group_name = column()
    group_name_en = column()
    urgency = column()
    body = column()
    is_verified = column()
    is_personal = column()
    department = column()
    is_active = column()
    version = column()
    may_edit = computed(bool, rules.keeps_categories, "Whether you may change it.")
    questions = to_many(
        "CategoryQuestion", link=rules.asked_of, order=("position", "id"), description="What it asks besides."
    )


@type_(models.CategoryQuestion)
class CategoryQuestion:
    """What is asked of those who report something of a category."""

    code = column()
    name = column()
    name_en = column()
    kind = column()
    choices = json_column(str, description="What can be chosen, in Chinese: these words are the answer.")
    choices_en = json_column(str, description="The same in English, in order.")
    is_required = column()
    is_public = column()


@type_(models.GrievanceAnswer, visible=rules.visible_answers)
class GrievanceAnswer:
    """The answer to a question of the category. Yes and no are `yes` and `no`."""

    question = to_one("CategoryQuestion")
    public_answer = column()
    answer = column(guard=rules.reads_answer)


@type_(Upload)
class TrackedPhoto:
    """A photo as the reporter of its grievance sees it, also before everyone does."""

    name = column()
    purpose = column()
    is_public = column()
    width = column()
    height = column()


@filter_type
class HeldReportFilter:
    """Which held reports."""

    state = equals("state", HeldState, "Of which became this.")
    within = within("division_code")


@order_type
class HeldReportOrder:
    """The order of held reports."""

    OLDEST = Order(("id",), "Those that wait longest first.")
    NEWEST = Order(("id",), "Latest first.", is_descending=True)
    DANGER = Order(("rank", "id"), "Those that tell of danger first, then those that wait longest.")


@node(models.HeldReport, visible=rules.held_for)
class HeldReport:
    """A report that a person looks at before it becomes a grievance."""

    number = column()
    division_code = column()
    channel = column()
    cause = column()
    rule = column()
    summary = column()
    danger = column()
    due_at = column()
    address = column()
    latitude_micro = column()
    longitude_micro = column()
    contact_name_masked = column()
    contact_phone_masked = column()
    contact_email_masked = column()
    state = column()
    created_at = column()
    decided_at = column()


@type_(models.HeldReport)
class TrackedHeldReport:
    """A held report as its reporter sees it, by number and tracking secret."""

    number = column()
    state = column()
    danger = column()
    emergency_numbers = computed(
        list[str], rules.emergency_numbers, "Whom to call at once, the first first; empty where no danger is told of."
    )
    asks_where = computed(
        bool,
        lambda c, row: f"({row['cause']} = '{HoldCause.PLACE.value}' AND {row['state']} = '{HeldState.WAITING.value}')",
        "Whether it waits for somebody to say where it is: its sender can, by `tellWhere`.",
    )
    reason = column()
    due_at = column()
    created_at = column()


def alike(target: str) -> Any:
    """A root field of the reports that may be of the same problem as one that is about to be sent."""
    return root_ranked(
        target,
        likeness.alike,
        arguments={
            "community": (DivisionCode, "The community or village where the problem is, by its code."),
            "text": (str, "What is the matter, as it would be reported."),
            "category": (str | None, "The code of its category."),
            "compound": (int | None, "The number of the compound that it is in."),
            "point": (str | None, "Where it is: latitude and longitude by WGS-84, for instance 27.6912, 106.9153."),
            "public_only": (bool | None, "Whether only those that everybody sees are asked for."),
        },
        most=likeness.MOST,
        cost=likeness.COST,
        description="Is it one of these? Reports that somebody deals with already and that may be of the same problem, the"
        " likest first, at most 3: to be asked before a report is filed.",
    )
