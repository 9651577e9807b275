"""Tables of the jobs room: vacancies 岗位 of enterprises, referrals 推荐 of residents, and what they add up to."""

from __future__ import annotations

from typing import Any, ClassVar

from tortoise import fields
from tortoise.models import Model

from civicgraph.enterprises.models import Enterprise
from civicgraph.i18n import N_, Labelled
from civicgraph.model import Listing, Record, SqlIndexes, by_place, place


class WorkKind(Labelled):
    """What sort of work it is."""

    FULL_TIME = "full_time", N_("Full time")  # 全职
    PART_TIME = "part_time", N_("Part time")  # 兼职
    DAY_WORK = "day_work", N_("By the day")  # 零工
    SEASONAL = "seasonal", N_("For a season")  # 季节工
    AT_HOME = "at_home", N_("At home")  # 居家加工
    APPRENTICE = "apprentice", N_("Apprenticeship")  # 学徒、见习


class WagePer(Labelled):
    """What a wage is paid for."""

    MONTH = "month", N_("a month")
    DAY = "day", N_("a day")
    HOUR = "hour", N_("an hour")
    PIECE = "piece", N_("a piece")


class VacancyStatus(Labelled):
    """Whether a vacancy is offered."""

    DRAFT = "draft", N_("Draft")
    OPEN = "open", N_("Hiring")
    CLOSED = "closed", N_("No longer hiring")
    STOPPED = "stopped", N_("Taken off by staff")


class ReferralStage(Labelled):
    """How far a referral has come."""

    APPLIED = "applied", N_("Applied")  # 已登记
    TAKEN = "taken", N_("Taken on")  # 已受理
    MATCHED = "matched", N_("Matched")  # 已推荐
    INTERVIEW = "interview", N_("Interview")  # 面试
    STARTED = "started", N_("At work")  # 已上岗
    ENDED = "ended", N_("Ended without work")  # 已终止
    WITHDRAWN = "withdrawn", N_("Withdrawn")  # 已撤回


class Vacancy(Listing):
    """Work that an enterprise offers."""

    enterprise_id: int
    division_id: str
    enterprise: fields.ForeignKeyRelation[Enterprise] = fields.ForeignKeyField(
        "civicgraph.Enterprise", related_name="vacancies", on_delete=fields.CASCADE, description="Who offers it."
    )
    division = place("vacancies", description="Where the work is.")
    kind = fields.CharEnumField(WorkKind, max_length=10, description="What sort of work it is.")
    title = fields.CharField(60, description="What one does there.")
    places = fields.IntField(description="How many people are wanted.")
    hired = fields.IntField(default=0, db_default=0, description="How many of them began to work there by a referral.")
    wage_from_fen = fields.BigIntField(null=True, description="Lowest wage, in 1/100 CNY, empty: to be agreed.")
    wage_to_fen = fields.BigIntField(null=True, description="Highest wage, in 1/100 CNY, empty: no range.")
    wage_per = fields.CharEnumField(
        WagePer, max_length=5, default=WagePer.MONTH, description="What the wage is paid for."
    )
    address = fields.CharField(120, default="", description="Where one goes.")
    hours = fields.CharField(120, default="", description="Working hours in words.")
    requirement = fields.CharField(400, default="", description="Who can do it.")
    benefits = fields.CharField(200, default="", description="Meals, lodging, insurance and the like.")
    valid_until = fields.DateField(description="The last day on which one can apply.")
    status = fields.CharEnumField(
        VacancyStatus, max_length=7, default=VacancyStatus.DRAFT, description="Whether it is offered."
    )
    stop_reason = fields.CharField(200, default="", description="Why staff took it off, empty otherwise.")
    contact_name = fields.CharField(
        60, default="", description="Whom one asks for, as the enterprise agreed to make public."
    )
    contact_phone = fields.CharField(40, default="", description="Telephone, public by the same agreement.")
    contact_agreed_on = fields.DateField(
        null=True, description="The day on which the enterprise agreed to that, empty when there is no public contact."
    )
    search_terms = fields.TextField(default="", description="Bigrams of its texts.")

    class Meta:
        # The database itself refuses more hired than there are places (migration 0035): Tortoise makes no checks on SQLite.
        table = "vacancy"
        indexes = (
            ("enterprise_id", "id"),
            ("kind", "id"),
            ("division_id", "id"),
            ("status", "id"),
        )

    sql_indexes: ClassVar[SqlIndexes] = by_place("vacancy", "division_id", "id")


class Referral(Record):
    """A resident who looks for work, from the application to the first working day."""

    vacancy_id: int | None
    wanted_id: int | None
    division_id: str
    responsible_id: int | None
    number = fields.CharField(12, unique=True, description="Its number.")
    division = place("referrals", description="The place whose staff follow it: where the person lives.")
    wanted: fields.ForeignKeyNullableRelation[Vacancy] = fields.ForeignKeyField(
        "civicgraph.Vacancy",
        related_name=False,
        null=True,
        on_delete=fields.SET_NULL,
        description="The vacancy that was applied for, empty: any work that fits.",
    )
    vacancy: fields.ForeignKeyNullableRelation[Vacancy] = fields.ForeignKeyField(
        "civicgraph.Vacancy",
        related_name="referrals",
        null=True,
        on_delete=fields.SET_NULL,
        description="The vacancy that it was matched to.",
    )
    stage = fields.CharEnumField(
        ReferralStage, max_length=9, default=ReferralStage.APPLIED, description="How far it has come."
    )
    stage_at = fields.DatetimeField(description="Since when it is so far.")
    applied_at = fields.DatetimeField(description="When the person applied.")
    due_at = fields.DatetimeField(description="By when the first working day is promised.")
    interview_at = fields.DatetimeField(null=True, description="When the interview is.")
    started_at = fields.DatetimeField(null=True, description="When the first working day began.")
    ended_at = fields.DatetimeField(null=True, description="When nothing was left to be done for it.")
    reason = fields.CharField(300, default="", description="Why it ended without work, in words for the person.")
    responsible: Any = fields.ForeignKeyField(
        "civicgraph.Person",
        related_name=False,
        null=True,
        on_delete=fields.SET_NULL,
        description="The member of staff who follows it.",
    )
    contact_name = fields.CharField(60, description="Name.")
    contact_phone = fields.TextField(default="", description="Telephone, encrypted.")
    contact_phone_masked = fields.CharField(30, default="", description="Telephone, masked.")
    contact_email = fields.TextField(default="", description="E-mail, encrypted.")
    contact_email_masked = fields.CharField(120, default="", description="E-mail, masked.")
    wish = fields.TextField(default="", description="What the person can do and looks for, encrypted.")
    locale = fields.CharField(5, default="zh", description="The person’s language.")
    erase_at = fields.DatetimeField(null=True, description="When name, contact and words are erased.")
    is_generated = fields.BooleanField(default=False, description="Made up for the demo city.")
    version = fields.IntField(default=1, description="Grows by one with each change, send it back with a step.")

    class Meta:
        table = "referral"
        indexes = (
            ("division_id", "due_at", "id"),
            ("stage", "due_at", "id"),
            ("due_at", "id"),
            ("vacancy_id", "due_at", "id"),
            ("responsible_id", "due_at", "id"),
            ("erase_at", "id"),
        )

    sql_indexes: ClassVar[SqlIndexes] = by_place("referral", "division_id", "due_at", "id")


class ReferralStep(Record):
    """A step of a referral, with its time and who made it. The first is the application."""

    referral_id: int
    referral: fields.ForeignKeyRelation[Referral] = fields.ForeignKeyField(
        "civicgraph.Referral", related_name="steps", on_delete=fields.CASCADE, description="The referral."
    )
    before = fields.CharEnumField(
        ReferralStage, max_length=9, null=True, description="How far it had come, empty before the application."
    )
    stage = fields.CharEnumField(ReferralStage, max_length=9, description="How far it came.")
    at = fields.DatetimeField(description="When that was.")
    note = fields.CharField(300, default="", description="What the person should know, or why it ended.")
    vacancy: Any = fields.ForeignKeyField(
        "civicgraph.Vacancy",
        related_name=False,
        null=True,
        on_delete=fields.SET_NULL,
        description="The vacancy that it was matched to.",
    )
    person: Any = fields.ForeignKeyField(
        "civicgraph.Person",
        related_name=False,
        null=True,
        on_delete=fields.SET_NULL,
        description="The member of staff who made it, empty: the person themselves.",
    )

    class Meta:
        table = "referral_step"
        indexes = (("referral_id", "id"),)


class ReferralCell(Model):
    """Referrals of a month in a division and below it, by the hours that they took.

    Written in the transaction that changes a referral. From these the median is exact to the hour.
    """

    division_id: str
    id = fields.BigIntField(primary_key=True)
    division = place(False)
    month = fields.CharField(7, description="The month of the application, for instance 2026-05.")
    hours = fields.IntField(
        description="Full hours from the application to the first working day, -1 for the applications themselves."
    )
    referrals = fields.IntField(default=0, db_default=0, description="Applications.")
    hired = fields.IntField(default=0, db_default=0, description="Those who began to work.")
    in_time = fields.IntField(default=0, db_default=0, description="Those who began within the promised time.")

    class Meta:
        table = "referral_cell"
        unique_together = (("division", "month", "hours"),)
