"""GraphQL of what comes in: categories, their questions and answers, own photos, held reports."""

from __future__ import annotations

from civicgraph.graph import (
    Order,
    column,
    computed,
    equals,
    filter_type,
    json_column,
    node,
    order_type,
    to_many,
    to_one,
    type_,
    within,
)
from civicgraph.grievances import models
from civicgraph.grievances.intake import rules
from civicgraph.grievances.intake.models import HeldState
from civicgraph.uploads.models import Upload


@filter_type
class GrievanceCategoryFilter:
    """Which categories."""

    group_code = equals("group_code", str, "Of the group with this code.")


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
    department = column()
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


@node(models.HeldReport, visible=rules.held_for)
class HeldReport:
    """A report that a person looks at before it becomes a grievance."""

    number = column()
    division_code = column()
    channel = column()
    cause = column()
    rule = column()
    summary = column()
    state = column()
    created_at = column()
    decided_at = column()


@type_(models.HeldReport)
class TrackedHeldReport:
    """A held report as its reporter sees it, by number and tracking secret."""

    number = column()
    state = column()
    created_at = column()
