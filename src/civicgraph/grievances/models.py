"""Tables of the grievances room."""

from __future__ import annotations

from typing import Any, ClassVar

from tortoise import fields
from tortoise.models import Model

from civicgraph.grievances.figures.models import GrievanceCell as GrievanceCell  # a table of the room
from civicgraph.i18n import N_, Labelled
from civicgraph.model import Record, SqlIndexes, by_place, place


class Urgency(Labelled):
    """The four-level list 四级清单."""

    CRITICAL = "critical", N_("Critical")  # 特急
    URGENT = "urgent", N_("Urgent")  # 紧急
    GENERAL = "general", N_("General")  # 一般
    PLANNED = "planned", N_("Long-term")  # 长期


class Body(Labelled):
    """Who normally leads on a category."""

    PROPERTY = "property", N_("Property company")
    DEPARTMENT = "department", N_("Department")
    GRID_WORKER = "grid_worker", N_("Grid worker")
    COMMUNITY = "community", N_("Community")
    COMMITTEE = "committee", N_("Owners' committee")


class GrievanceStatus(Labelled):
    """Where a grievance stands."""

    SUBMITTED = "submitted", N_("Submitted")
    ACCEPTED = "accepted", N_("Accepted")
    ASSIGNED = "assigned", N_("Assigned")
    IN_PROGRESS = "in_progress", N_("Being worked on")
    RESOLVED = "resolved", N_("Resolved")
    CLOSED = "closed", N_("Case closed")


class Channel(Labelled):
    """How a grievance came in."""

    WEB = "web", N_("Web")
    STAFF = "staff", N_("Taken by staff")
    API = "api", N_("Partner app")


class ReporterKind(Labelled):
    """Who reports."""

    RESIDENT = "resident", N_("Resident")
    ENTERPRISE = "enterprise", N_("Enterprise")


class GrievanceCategory(Model):
    """A category of grievance: the common words of forms, figures and the API."""

    code = fields.CharField(40, primary_key=True, description="Stable code.")
    group_code = fields.CharField(20, description="Code of its group.")
    group_name = fields.CharField(40, description="Its group in Chinese.")
    group_name_en = fields.CharField(60, description="Its group in English.")
    name = fields.CharField(40, description="Its name in Chinese.")
    name_en = fields.CharField(60, description="Its name in English.")
    urgency = fields.CharEnumField(Urgency, max_length=10, description="The urgency it starts with.")
    body = fields.CharEnumField(Body, max_length=12, description="Who normally leads.")
    position = fields.IntField(description="Its place in lists.")

    class Meta:
        table = "grievance_category"
        indexes = (("position", "code"),)


class UrgencyPolicy(Record):
    """The four-level list of a division: overrides its ancestors' for new grievances."""

    division_id: str
    division = place(False)
    urgency = fields.CharEnumField(Urgency, max_length=10, description="The level.")
    response_minutes = fields.IntField(description="Time to the first response, in minutes.")
    resolution_minutes = fields.IntField(description="Time to the resolution, in minutes.")

    class Meta:
        table = "urgency_policy"
        unique_together = (("division", "urgency"),)


class Grievance(Record):
    """A grievance 诉求 from a resident or an enterprise."""

    division_id: str
    category_id: str
    grid_id: str | None
    assignee_id: int | None
    number = fields.CharField(20, unique=True, description="Its public number, for instance ZY-1123-7F3K.")
    secret_hash = fields.CharField(64, description="SHA-256 of the tracking secret.")
    category: fields.ForeignKeyRelation[GrievanceCategory] = fields.ForeignKeyField(
        "civicgraph.GrievanceCategory", related_name=False, on_delete=fields.RESTRICT, description="What it is about."
    )
    urgency = fields.CharEnumField(Urgency, max_length=10, description="Its level on the four-level list.")
    channel = fields.CharEnumField(Channel, max_length=8, description="How it came in.")
    reporter_kind = fields.CharEnumField(
        ReporterKind, max_length=10, default=ReporterKind.RESIDENT, description="Who reports."
    )
    division = place("grievances")
    grid: Any = fields.ForeignKeyField(
        "civicgraph.Grid", related_name="grievances", null=True, on_delete=fields.RESTRICT, description="The grid."
    )
    compound: Any = fields.ForeignKeyField(
        "civicgraph.Compound",
        related_name="grievances",
        null=True,
        on_delete=fields.RESTRICT,
        description="The compound.",
    )
    enterprise: Any = fields.ForeignKeyField(
        "civicgraph.Enterprise",
        related_name="grievances",
        null=True,
        on_delete=fields.RESTRICT,
        description="The enterprise that reports.",
    )
    public_text = fields.TextField(description="What is reported, with personal data masked.")
    description = fields.TextField(description="What is reported, in the reporter’s own words. Never public.")
    address = fields.CharField(200, default="", description="Building, unit and door. Never public.")
    contact_name = fields.CharField(60, default="", description="The reporter’s name. Never public.")
    contact_phone = fields.TextField(default="", description="Telephone, encrypted. Never public.")
    contact_phone_masked = fields.CharField(40, default="", description="The telephone, masked.")
    contact_email = fields.TextField(default="", description="E-mail, encrypted. Never public.")
    contact_email_masked = fields.CharField(80, default="", description="The e-mail, masked.")
    locale = fields.CharField(5, default="zh", description="The reporter’s language: zh or en.")
    status = fields.CharEnumField(
        GrievanceStatus, max_length=12, default=GrievanceStatus.SUBMITTED, description="Where it stands."
    )
    is_public = fields.BooleanField(default=True, description="Shown, anonymised, to everyone.")
    assignee: Any = fields.ForeignKeyField(
        "civicgraph.Person",
        related_name="assigned_grievances",
        null=True,
        on_delete=fields.RESTRICT,
        description="Who works on it.",
    )
    team = fields.CharField(80, default="", description="The team or company that helps.")
    outcome = fields.TextField(default="", description="What was done, in public words.")
    submitted_at = fields.DatetimeField(description="When it was reported.")
    accepted_at = fields.DatetimeField(null=True, description="When it was accepted: the first response.")
    assigned_at = fields.DatetimeField(null=True, description="When it was assigned.")
    resolved_at = fields.DatetimeField(null=True, description="When it was resolved.")
    closed_at = fields.DatetimeField(null=True, description="When it was closed.")
    response_due_at = fields.DatetimeField(description="Promised time of the first response.")
    resolution_due_at = fields.DatetimeField(description="Promised time of the resolution.")
    is_generated = fields.BooleanField(default=False, description="Made up for the demo city.")
    search_terms = fields.TextField(default="", description="Bigrams of the public text.")
    version = fields.IntField(default=1, description="Grows by one with each change, send it back when working on it.")

    class Meta:
        table = "grievance"
        indexes = (
            ("division_id", "id"),
            ("grid_id", "id"),
            ("compound_id", "id"),
            ("enterprise_id", "id"),
            ("category_id", "id"),
            ("assignee_id", "status", "resolution_due_at", "id"),
            ("status", "id"),
            ("resolution_due_at", "id"),
        )

    sql_indexes: ClassVar[SqlIndexes] = {**by_place("grievance", "division_id", "id"), "grievance_open": ()}


class GrievanceUpdate(Model):
    """One step of a grievance's history, never changed afterwards."""

    id = fields.BigIntField(primary_key=True)
    grievance: fields.ForeignKeyRelation[Grievance] = fields.ForeignKeyField(
        "civicgraph.Grievance", related_name="updates", on_delete=fields.CASCADE, description="The grievance."
    )
    at = fields.DatetimeField(description="When it happened.")
    status = fields.CharEnumField(GrievanceStatus, max_length=12, description="Where the grievance stood after it.")
    by_line = fields.CharField(120, default="", description="Who did it, by office: 金台社区联络点.")
    person: Any = fields.ForeignKeyField(
        "civicgraph.Person",
        related_name="grievance_updates",
        null=True,
        on_delete=fields.RESTRICT,
        description="Who did it.",
    )
    public_note = fields.TextField(default="", description="Words to the public.")
    internal_note = fields.TextField(default="", description="Words among staff. Never public.")

    class Meta:
        table = "grievance_update"
        indexes = (("grievance_id", "id"), ("person_id",))
