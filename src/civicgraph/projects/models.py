"""Tables of the projects room."""

from __future__ import annotations

from typing import Any, ClassVar

from tortoise import fields
from tortoise.models import Model

from civicgraph.enterprises.models import Enterprise, Industry
from civicgraph.i18n import N_, Labelled
from civicgraph.model import Listing, Record, SqlIndexes, by_place, place


class ProjectStage(Labelled):
    """How far an investment project has come."""

    SIGNED = "signed", N_("Signed")  # 签约
    APPROVED = "approved", N_("Approved")  # 审批
    BUILDING = "building", N_("Under construction")  # 开工
    COMPLETED = "completed", N_("Built")  # 竣工
    PRODUCING = "producing", N_("In production")  # 投产
    STOPPED = "stopped", N_("Stopped")  # 终止


class AmountOf(Labelled):
    """What an amount of a project says."""

    CONTRACTED = "contracted", N_("Contracted")  # 合同金额
    INVESTED = "invested", N_("Invested so far")  # 到位资金


class InvestmentProject(Listing):
    """A project that somebody has signed to invest in. Its stage and amounts are those of its dated rows, the latest."""

    division_id: str
    industry_id: str
    enterprise_id: int | None
    responsible_id: int | None
    team_id: int | None
    name = fields.CharField(120, description="Its name.")
    name_en = fields.CharField(160, default="", db_default="", description="Its name in English.")
    summary = fields.CharField(1000, description="What is built and what it is for, in plain words.")
    division = place("investment_projects", description="Where it is built.")
    industry: fields.ForeignKeyRelation[Industry] = fields.ForeignKeyField(
        "civicgraph.Industry", related_name=False, on_delete=fields.RESTRICT, description="The industry that it is of."
    )
    investor = fields.CharField(120, default="", description="Who invests, in words.")
    enterprise: fields.ForeignKeyNullableRelation[Enterprise] = fields.ForeignKeyField(
        "civicgraph.Enterprise",
        related_name="investment_projects",
        null=True,
        on_delete=fields.RESTRICT,
        description="Who invests, as an entry of the register.",
    )
    body = fields.CharField(80, description="The body in charge.")
    phone = fields.CharField(40, default="", description="The body's public telephone.")
    responsible: Any = fields.ForeignKeyField(
        "civicgraph.Person",
        related_name=False,
        null=True,
        on_delete=fields.SET_NULL,
        description="The member of staff who sees to it. Never public.",
    )
    team: Any = fields.ForeignKeyField(
        "civicgraph.Team",
        related_name=False,
        null=True,
        on_delete=fields.SET_NULL,
        description="The team that sees to it where nobody does alone. Never public.",
    )
    signed_on = fields.DateField(description="The day on which it was signed.")
    counted_from = fields.DateField(
        null=True,
        description="First day that it counts in figures: that of its signing, or of its publication if that quarter was closed.",
    )
    stage = fields.CharEnumField(
        ProjectStage, max_length=9, default=ProjectStage.SIGNED, description="How far it has come."
    )
    stage_on = fields.DateField(description="Since when it is so far.")
    stop_reason = fields.CharField(300, default="", description="Why it was stopped, empty while it goes on.")
    contracted_fen = fields.BigIntField(description="What is contracted, in 1/100 CNY.")
    invested_fen = fields.BigIntField(default=0, description="What is invested so far, in 1/100 CNY.")
    is_published = fields.BooleanField(default=False, description="Shown to the public, and counted.")
    search_terms = fields.TextField(default="", description="Bigrams of its texts.")

    class Meta:
        table = "investment_project"
        indexes = (
            ("division_id", "id"),
            ("stage", "id"),
            ("industry_id", "id"),
            ("enterprise_id", "id"),
            ("responsible_id", "id"),
            ("team_id", "id"),
            ("contracted_fen", "id"),
        )

    sql_indexes: ClassVar[SqlIndexes] = {
        **by_place("investment_project", "division_id", "id"),
        "investment_project_section": (),
        **{f"investment_project_industry_{digits}": (f"substr(industry_id, 1, {digits})", "id") for digits in (2, 3)},
    }


class InvestmentStageChange(Record):
    """A step from one stage to another, with its day. The first is the signing."""

    project_id: int
    project: fields.ForeignKeyRelation[InvestmentProject] = fields.ForeignKeyField(
        "civicgraph.InvestmentProject",
        related_name="stage_changes",
        on_delete=fields.CASCADE,
        description="The project.",
    )
    before = fields.CharEnumField(
        ProjectStage, max_length=9, null=True, description="How far it had come, empty before its signing."
    )
    stage = fields.CharEnumField(ProjectStage, max_length=9, description="How far it has come since.")
    on = fields.DateField(description="First day on which it was so far.")
    reason = fields.CharField(300, default="", description="Why it was stopped, or goes on again.")
    person: Any = fields.ForeignKeyField(
        "civicgraph.Person",
        related_name=False,
        null=True,
        on_delete=fields.SET_NULL,
        description="Who recorded it. Never public.",
    )

    class Meta:
        table = "investment_stage_change"
        indexes = (("project_id", "on", "id"),)


class InvestmentAmount(Record):
    """What was contracted, or invested so far, as of a day: the whole, not what came to it."""

    project_id: int
    project: fields.ForeignKeyRelation[InvestmentProject] = fields.ForeignKeyField(
        "civicgraph.InvestmentProject", related_name="amounts", on_delete=fields.CASCADE, description="The project."
    )
    of = fields.CharEnumField(AmountOf, max_length=10, description="What the amount says.")
    on = fields.DateField(description="First day on which it holds.")
    amount_fen = fields.BigIntField(description="The amount, in 1/100 CNY.")
    note = fields.CharField(200, default="", description="What it rests on.")

    class Meta:
        table = "investment_amount"
        unique_together = (("project", "of", "on"),)
        indexes = (("project_id", "on", "id"),)


class InvestmentMilestone(Record):
    """Something of a project that is to be done by a day."""

    project_id: int
    project: fields.ForeignKeyRelation[InvestmentProject] = fields.ForeignKeyField(
        "civicgraph.InvestmentProject", related_name="milestones", on_delete=fields.CASCADE, description="The project."
    )
    name = fields.CharField(80, description="What is to be done.")
    due_on = fields.DateField(description="Until when, this day included.")
    promised_on = fields.DateField(
        null=True, description="The day that the public read first, where it is another now."
    )
    done_on = fields.DateField(null=True, description="When it was done, empty while it is open.")
    note = fields.CharField(300, default="", description="What is worth knowing about it.")
    version = fields.IntField(default=1, description="Grows by one with each change, send it back when editing.")

    class Meta:
        table = "investment_milestone"
        indexes = (("project_id", "due_on", "id"),)


class InvestmentCell(Model):
    """By how much projects that were signed in a quarter changed what a stage counts, in a division and below it.

    The sum up to a quarter is what there was at its end. Written in the transaction that changes a project.
    """

    division_id: str
    id = fields.BigIntField(primary_key=True)
    division = place(False)
    stage = fields.CharField(9, description="The stage.")
    signed = fields.CharField(6, description="The quarter in which they were signed, for instance 2026Q1.")
    quarter = fields.CharField(6, description="The quarter in which it changed.")
    projects = fields.IntField(default=0, db_default=0, description="How many more or fewer there are.")
    contracted_fen = fields.BigIntField(
        default=0, db_default=0, description="How much more or less is contracted, in 1/100 CNY."
    )
    invested_fen = fields.BigIntField(
        default=0, db_default=0, description="How much more or less is invested, in 1/100 CNY."
    )

    class Meta:
        table = "investment_cell"
        unique_together = (("division", "stage", "signed", "quarter"),)
