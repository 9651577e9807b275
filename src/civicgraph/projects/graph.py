"""GraphQL of investment projects: types, filters, figures, root fields, mutations."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from civicgraph.enterprises.industry_code import IndustryCode, levels, of_industry
from civicgraph.graph import (
    MAX_DIVISIONS,
    BigInt,
    DivisionCode,
    Order,
    any_of,
    column,
    computed,
    connection,
    door,
    filter_type,
    flag,
    matches,
    mutations,
    node,
    order_type,
    root,
    root_connection,
    root_one,
    split,
    to_many,
    to_one,
    type_,
    where,
    within,
)
from civicgraph.grievances.desk.rules import offered
from civicgraph.projects import models, operations, rules, slices
from civicgraph.projects.models import ProjectStage

if TYPE_CHECKING:
    from civicgraph.graph.plan import Compiler, Row

_FEW = "A city signs some hundred projects a year: what is passed over is little."


def _is_mine(c: Compiler, row: Row) -> str:
    """One sees to it: alone, or as a member of its team where nobody does."""
    person = c.person()
    teams = f"SELECT belongs.team_id FROM team_member belongs WHERE belongs.person_id = {person}"
    return (
        f"({row['responsible_id']} = {person} OR ({row['responsible_id']} IS NULL AND {row['team_id']} IN ({teams})))"
    )


@filter_type
class InvestmentProjectFilter:
    """Which investment projects."""

    within = within("division_id")
    stages = any_of("stage", ProjectStage, "At any of these stages.")
    industry = where(
        IndustryCode,
        "Of this industry or of one below it.",
        of_industry,
        columns=levels("industry_id"),
        index="investment_project_section",
    )
    signed_from = where(
        date,
        "Signed on this day or later.",
        lambda c, row, given: f"{row['signed_on']} >= {given.sql(c, 'day')}",
        reason=_FEW,
    )
    signed_until = where(
        date,
        "Signed on this day or before.",
        lambda c, row, given: f"{row['signed_on']} <= {given.sql(c, 'day')}",
        reason=_FEW,
    )
    text = matches("investment_project")
    has_late_milestone = flag("Goes on, and a milestone is late.", rules.has_late, reason=_FEW)
    is_published = flag(
        "Shown to the public (or not).",
        lambda c, row: str(row["is_published"]),
        lambda c, row: f"NOT {row['is_published']}",
        reason=_FEW,
    )
    is_mine = flag("You see to it, alone or with your team.", _is_mine, columns=("responsible_id", "team_id"))
    is_editable = flag("You may change it.", rules.keeps, reason=_FEW)


@order_type
class InvestmentProjectOrder:
    """The order of investment projects."""

    NEWEST = Order(("id",), "Latest entered first.", is_descending=True)
    LARGEST = Order(("contracted_fen", "id"), "Most contracted first.", is_descending=True, reason=_FEW)


@node(models.InvestmentProject, visible=rules.visible, is_big=True)
class InvestmentProject:
    """A project that somebody has signed to invest in."""

    number = computed(int, lambda c, row: row["id"], "Its number.")
    name = column()
    name_en = column()
    summary = column()
    investor = column()
    body = column()
    phone = column()
    signed_on = column()
    stage = column()
    stage_on = column()
    stop_reason = column()
    contracted_fen = column()
    invested_fen = column()
    counted_from = column()
    is_published = column()
    is_generated = column()
    version = column()
    updated_at = column()
    division = to_one("divisions.Division")
    industry = to_one("enterprises.Industry")
    enterprise = to_one("enterprises.Enterprise", is_nullable=True)
    responsible = to_one("accounts.Person", guard=rules.keeps)
    team = to_one("grievances.desk.Team", guard=rules.keeps)
    teams = to_many(
        "grievances.desk.Team",
        link=offered,
        order=("name", "id"),
        description="Teams of its place and above, for staff.",
    )
    keepers = connection(
        "accounts.Person",
        link=rules.keeper,
        guard=rules.keeps,
        description="Who may see to it; null unless you may change it.",
    )
    milestones = to_many(
        "InvestmentMilestone", key="project_id", order=("due_on", "id"), description="What is to be done by which day."
    )
    stage_changes = to_many(
        "InvestmentStageChange", key="project_id", order=("on", "id"), description="How it came to where it stands."
    )
    amounts = to_many(
        "InvestmentAmount",
        key="project_id",
        order=("on", "id"),
        description="What was contracted and invested, by day.",
    )
    has_late_milestone = computed(bool, rules.has_late, "Whether it goes on and a milestone is late.")
    is_mine = computed(
        bool,
        lambda c, row: f"coalesce({_is_mine(c, row)}, {c.dialect.false})",
        "Whether you see to it, alone or with your team.",
    )
    may_edit = computed(bool, rules.keeps, "Whether you may change it.")


@type_(models.InvestmentStageChange, visible=rules.visible_part)
class InvestmentStageChange:
    """A step from one stage to another."""

    before = column()
    stage = column()
    on = column()
    reason = column()
    person = to_one("accounts.Person", guard=rules.keeps_part)


@type_(models.InvestmentAmount, visible=rules.visible_part)
class InvestmentAmount:
    """What was contracted, or invested so far, as of a day."""

    of = column()
    on = column()
    amount_fen = column()
    note = column()


@type_(models.InvestmentMilestone, visible=rules.visible_part)
class InvestmentMilestone:
    """Something that is to be done by a day."""

    number = computed(int, lambda c, row: row["id"], "Its number, for mutations.")
    name = column()
    due_on = column()
    promised_on = column()
    done_on = column()
    note = column()
    version = column()
    is_late = computed(bool, rules.is_late, "Whether its day is over, it is not done, and the project goes on.")


@type_(models.InvestmentCell)
class InvestmentFigures:
    """How many investment projects there are in a division and below it, and what is contracted and invested."""

    division = to_one(
        "divisions.Division",
        link=lambda c, row, child: f"{child['code']} = {row.slice.division}",
        is_nullable=False,
        description="Where.",
    )
    stage = computed(
        ProjectStage | None, lambda c, row: row.slice.stage or "NULL", "Of those at this stage alone; null: at any."
    )
    signed = computed(
        str | None, lambda c, row: row.slice.signed or "NULL", "Of those signed in this quarter alone; null: in any."
    )
    projects = computed(int, lambda c, row: row["projects"], "Projects.")
    contracted_fen = computed(BigInt, lambda c, row: row["contracted_fen"], "What is contracted, in 1/100 CNY.")
    invested_fen = computed(BigInt, lambda c, row: row["invested_fen"], "What is invested so far, in 1/100 CNY.")
    by_stage = split("InvestmentFigures", slices.by_stage, size=6, description="In parts by stage.")
    by_division = split(
        "InvestmentFigures",
        slices.by_division,
        size=20,
        description=f"In parts by the divisions directly below, at most {MAX_DIVISIONS}.",
    )
    by_signing = split(
        "InvestmentFigures",
        slices.by_signing,
        size=12,
        description=f"In parts by the quarter of signing: the latest {slices.MAX_QUARTERS} in which any was signed.",
    )


@root
class Query:
    """Reads of the projects room."""

    investment_project = root_one(
        "InvestmentProject",
        arguments={"number": (int, "Its number.")},
        where=lambda c, row, number: f"{row['id']} = {number.sql(c)}",
        description="An investment project by its number.",
    )
    investment_projects = root_connection("InvestmentProject", description="Investment projects of the city.")
    investment_figures = slices.figures("InvestmentFigures", DivisionCode)


Mutation = mutations(
    "Mutation",
    *(
        door(one, {"project": "InvestmentProject"})
        for one in (
            operations.create_investment_project,
            operations.update_investment_project,
            operations.publish_investment_project,
            operations.withdraw_investment_project,
            operations.move_investment_project,
            operations.step_back_investment_project,
            operations.record_investment_amount,
            operations.add_investment_milestone,
            operations.change_investment_milestone,
            operations.finish_investment_milestone,
            operations.remove_investment_milestone,
        )
    ),
)
TYPES = (InvestmentProject, InvestmentStageChange, InvestmentAmount, InvestmentMilestone, InvestmentFigures)
