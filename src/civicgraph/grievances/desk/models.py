"""Tables of working with grievances."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.models import Model

from civicgraph.i18n import N_, Labelled
from civicgraph.model import Record, place


class TeamKind(Labelled):
    """What sort of body works together on a grievance."""

    GRID = "grid", N_("Grid team")  # 网格队伍
    VOLUNTEERS = "volunteers", N_("Volunteer team")  # 志愿服务队
    PROPERTY = "property", N_("Property company")
    DEPARTMENT = "department", N_("Department")


class TextPurpose(Labelled):
    """What ready words are for."""

    PUBLIC = "public", N_("Words to the reporter")
    INTERNAL = "internal", N_("Note among staff")


class Team(Record):
    """A body that work is given to: for its place and everything below it.

    Its members are people with accounts; a body without any is reached by its contact office.
    """

    division_id: str
    division = place("teams")
    name = fields.CharField(80, description="Its name, which the public reads.")
    kind = fields.CharEnumField(TeamKind, max_length=12, description="What sort of body it is.")
    contact_office = fields.CharField(80, default="", description="Who takes its work, where it has no members here.")
    contact_phone = fields.CharField(40, default="", description="Telephone of that office, for staff.")
    is_active = fields.BooleanField(default=True, description="Is given work.")
    version = fields.IntField(default=1, description="Grows by one with each change, send it back when editing.")

    class Meta:
        table = "team"
        unique_together = (("division", "name"),)


class TeamMember(Model):
    """Who belongs to a team."""

    person_id: int
    id = fields.BigIntField(primary_key=True)
    team: fields.ForeignKeyRelation[Team] = fields.ForeignKeyField(
        "civicgraph.Team", related_name="members", on_delete=fields.CASCADE, description="The team."
    )
    person: Any = fields.ForeignKeyField(
        "civicgraph.Person", related_name="teams", on_delete=fields.CASCADE, description="Who belongs to it."
    )

    class Meta:
        table = "team_member"
        unique_together = (("team", "person"),)
        indexes = (("person_id", "team_id"),)


class WorkOrder(Model):
    """What one person or one team has to do with a grievance 工单. One leads, the others help."""

    person_id: int | None
    team_id: int | None
    id = fields.BigIntField(primary_key=True)
    grievance: Any = fields.ForeignKeyField(
        "civicgraph.Grievance", related_name="work_orders", on_delete=fields.CASCADE, description="The grievance."
    )
    person: Any = fields.ForeignKeyField(
        "civicgraph.Person",
        related_name="work_orders",
        null=True,
        on_delete=fields.RESTRICT,
        description="The person who has it, null: a team has.",
    )
    team: Any = fields.ForeignKeyField(
        "civicgraph.Team",
        related_name="work_orders",
        null=True,
        on_delete=fields.RESTRICT,
        description="The team that has it, null: a person has.",
    )
    is_lead = fields.BooleanField(default=False, description="Leads, and says when the whole is resolved.")
    ordered_at = fields.DatetimeField(description="When it was given.")
    done_at = fields.DatetimeField(null=True, description="When its holder said that their part is done.")
    ended_at = fields.DatetimeField(null=True, description="When it was taken back, null: it counts.")

    class Meta:
        table = "work_order"
        indexes = (
            ("grievance_id", "id"),
            ("person_id", "ended_at", "grievance_id"),
            ("team_id", "ended_at", "grievance_id"),
        )


class GrievanceCall(Record):
    """A department that a community called to a grievance 吹哨: it reports in 报到, and answers by a time."""

    grievance_id: int
    division_id: str
    team_id: int | None
    grievance: Any = fields.ForeignKeyField(
        "civicgraph.Grievance", related_name="calls", on_delete=fields.CASCADE, description="What it is called to."
    )
    division = place(False, description="The subdistrict or county that the department belongs to.")
    department = fields.CharField(80, description="The department, for instance 城市管理局.")
    team: Any = fields.ForeignKeyField(
        "civicgraph.Team",
        related_name=False,
        null=True,
        on_delete=fields.RESTRICT,
        description="The team that it is here, whose members speak for it, null: its level does.",
    )
    called_at = fields.DatetimeField(description="When it was called.")
    answer_due_at = fields.DatetimeField(description="By when it has to answer.")
    reported_in_at = fields.DatetimeField(null=True, description="When it reported in.")
    answered_at = fields.DatetimeField(null=True, description="When it answered.")

    class Meta:
        table = "grievance_call"
        indexes = (
            ("grievance_id", "id"),
            ("division_id", "answer_due_at", "id"),
            ("team_id", "answered_at", "grievance_id"),
        )


class GrievanceTag(Model):
    """A word by which the staff of a place find grievances again. Never public."""

    id = fields.BigIntField(primary_key=True)
    grievance: Any = fields.ForeignKeyField(
        "civicgraph.Grievance", related_name="tags", on_delete=fields.CASCADE, description="The grievance."
    )
    name = fields.CharField(20, description="The word.")

    class Meta:
        table = "grievance_tag"
        unique_together = (("grievance", "name"),)
        indexes = (("name", "grievance_id"),)


class ReadyText(Record):
    """Ready words 常用语 for a place and everything below it."""

    division_id: str
    division = place("ready_texts")
    title = fields.CharField(40, description="What they are for, as lists show them.")
    purpose = fields.CharEnumField(TextPurpose, max_length=10, description="To the reporter, or among staff.")
    text = fields.TextField(description="The words, with placeholders.")
    is_active = fields.BooleanField(default=True, description="Is offered.")
    version = fields.IntField(default=1, description="Grows by one with each change, send it back when editing.")

    class Meta:
        table = "ready_text"
        unique_together = (("division", "title"),)


class SavedFilter(Record):
    """A way of looking at the queue that somebody keeps, for themselves or for their office."""

    person_id: int
    division_id: str
    person: Any = fields.ForeignKeyField(
        "civicgraph.Person", related_name="saved_filters", on_delete=fields.CASCADE, description="Who keeps it."
    )
    division = place("saved_filters", description="The office that it may be shared with.")
    name = fields.CharField(30, description="What it is called.")
    query = fields.CharField(400, description="The filters, as the address of the queue holds them.")
    is_shared = fields.BooleanField(default=False, description="Colleagues of the same office see it.")

    class Meta:
        table = "saved_filter"
        unique_together = (("person", "name"),)
        indexes = (("division_id", "is_shared", "id"), ("person_id", "id"))


class GrievanceRedaction(Model):
    """Words that staff took out of what the public reads of a grievance, with who, when and why. They can come back."""

    person_id: int | None
    restored_by_id: int | None
    id = fields.BigIntField(primary_key=True)
    grievance: Any = fields.ForeignKeyField(
        "civicgraph.Grievance", related_name="redactions", on_delete=fields.CASCADE, description="The grievance."
    )
    position = fields.IntField(description="The number that the mark in the text carries, from 1.")
    words = fields.TextField(description="What was taken out. Never public.")
    reason = fields.CharField(200, description="Why, in public words.")
    by_line = fields.CharField(120, default="", description="Which office did it.")
    at = fields.DatetimeField(description="When.")
    person: Any = fields.ForeignKeyField(
        "civicgraph.Person", related_name=False, null=True, on_delete=fields.RESTRICT, description="Who did it."
    )
    restored_at = fields.DatetimeField(null=True, description="When the words were put back.")
    restored_by: Any = fields.ForeignKeyField(
        "civicgraph.Person", related_name=False, null=True, on_delete=fields.RESTRICT, description="Who put them back."
    )

    class Meta:
        table = "grievance_redaction"
        unique_together = (("grievance", "position"),)
