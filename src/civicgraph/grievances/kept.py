"""GraphQL of what is promised, and of whom was called so that it is kept."""

from __future__ import annotations

from civicgraph.graph import column, computed, json_column, to_one, type_
from civicgraph.grievances import models
from civicgraph.grievances.desk import models as desk_models
from civicgraph.grievances.desk import rules as desk_rules
from civicgraph.grievances.kinds import HoldReason


@type_(models.UrgencyPolicy)
class UrgencyPolicy:
    """An entry of the four-level list 四级清单: what a division promises for a level, there and below."""

    urgency = column()
    response_minutes = column()
    resolution_minutes = column()
    counting = column()
    pausing = json_column(HoldReason, description="The reasons for a rest that stop the clock of the resolution.")
    version = column()
    updated_at = column()
    division = to_one("divisions.Division")
    category = to_one(
        "grievances.GrievanceCategory",
        link=lambda c, row, child: f"{child['code']} = {row['category']}",
        is_nullable=True,
        description="The only category that it holds for; null: for all that have no entry of their own.",
    )


@type_(desk_models.GrievanceCall)
class GrievanceCall:
    """A department that a community called to a grievance 吹哨, and what came of it."""

    number = computed(int, lambda c, row: row["id"], "Its number, for mutations.")
    department = column()
    division = to_one("divisions.Division")
    team = to_one(
        "grievances.desk.Team",
        is_nullable=True,
        description="The team that it is here, whose members speak for it; null where its level does, and for the public.",
    )
    called_at = column()
    answer_due_at = column()
    reported_in_at = column()
    answered_at = column()
    may_answer = computed(
        bool, desk_rules.may_answer, "Whether you speak for it: as a member of its team, or as its level."
    )
    is_late = computed(
        bool,
        desk_rules.is_answer_late,
        "Its time has passed and it has not answered, while there is something to answer to.",
    )
