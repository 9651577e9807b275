"""GraphQL of a grievance as its reporter sees it."""

from __future__ import annotations

from civicgraph.graph import column, computed, connection, to_many, to_one, type_
from civicgraph.grievances import models, rules
from civicgraph.grievances.desk import rules as desk_rules
from civicgraph.grievances.intake import rules as intake


@type_(models.Grievance)
class JoinedGrievance:
    """Where the grievance stands that one's own report was joined with: all that its reporter needs of it."""

    number = column()
    status = column()
    is_public = column()
    accepted_at = column()
    response_due_at = column()
    resolution_due_at = column()


@type_(models.Grievance)
class TrackedGrievance:
    """A grievance as its reporter sees it, by its number and tracking secret. It never shows the contact."""

    number = column()
    urgency = column()
    reporter_kind = column()
    public_text = column()
    status = column()
    team = column(description=desk_rules.TEAM_WORDS)
    is_led_by_team = computed(bool, desk_rules.is_led_by_team, "Whether a team leads: the first that `team` names.")
    outcome = column()
    is_public = column()
    submitted_at = column()
    accepted_at = column()
    first_response_at = column()
    first_response_in_time = column()
    assigned_at = column()
    resolved_at = column()
    closed_at = column()
    due_at = column()
    response_due_at = column()
    resolution_due_at = column()
    calendar = column()
    reason = column()
    body_in_charge = column()
    hold_reason = column()
    hold_until = column()
    review_at = column()
    reopened_count = column()
    rated_at = column()
    stars = column()
    is_solved = column()
    rating_text = column()
    danger = column()
    emergency_numbers = computed(
        list[str], intake.emergency_numbers, "Whom to call at once, the first first; empty where no danger is told of."
    )
    supporter_count = column()
    photos = to_many(
        "grievances.TrackedPhoto", link=intake.photos_of, order=("position", "id"), description="Your photos."
    )
    may_send_documents = computed(
        bool,
        lambda c, row: f"{row['enterprise_id']} IS NOT NULL",
        "Whether documents can be sent with it: an enterprise’s.",
    )
    documents = to_many(
        "uploads.Document",
        link=intake.own_documents_of,
        order=("position", "id"),
        description="The documents that your enterprise sent.",
    )
    duplicate_of = to_one(
        "grievances.Grievance", description="The earlier grievance that it was joined with, if it is public."
    )
    joined_with = to_one(
        "grievances.JoinedGrievance",
        key="duplicate_of_id",
        description="Where the earlier grievance stands that it was joined with, public or not.",
    )
    is_overdue = computed(bool, rules.is_overdue, "A promised time has passed and what was promised is not done.")
    may_rate = computed(bool, rules.is_done, "Whether you may say how it was dealt with, and whether it is solved.")
    may_reopen = computed(
        bool, rules.may_reopen_row, "Whether you may say that it is not solved, which opens it again."
    )
    may_answer = computed(bool, rules.is_returned, "Whether you are asked something, and may send it again.")
    may_withdraw = computed(bool, rules.may_withdraw_row, "Whether you may withdraw it.")
    category = to_one("grievances.GrievanceCategory")
    division = to_one("divisions.Division")
    grid = to_one("grids.Grid")
    compound = to_one("divisions.Compound")
    event = to_one("events.Event", description="The event at which it was asked, if everyone may see that.")
    updates = connection("grievances.GrievanceUpdate", key="grievance_id", description="What was done, step by step.")
    redactions = to_many(
        "grievances.GrievanceRedaction",
        key="grievance_id",
        order=("position",),
        description="Words that were taken out of it.",
    )
    calls = to_many(
        "grievances.GrievanceCall", key="grievance_id", order=("id",), description="The departments called to it."
    )
    latest_update = to_one(
        "grievances.GrievanceUpdate",
        link=rules.public_updates,
        last_by="id",
        is_nullable=True,
        description="The latest step that the public sees.",
    )
