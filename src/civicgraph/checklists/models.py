"""Tables of the checklists room: templates 事项 that staff keep, and cases 办件 of enterprises."""

from __future__ import annotations

from typing import Any, ClassVar

from tortoise import fields
from tortoise.models import Model

from civicgraph.i18n import N_, Labelled
from civicgraph.model import Listing, Record, SqlIndexes, by_place, place


class ChecklistStatus(Labelled):
    """Whether a checklist is offered."""

    DRAFT = "draft", N_("Draft")
    PUBLISHED = "published", N_("Offered")
    CLOSED = "closed", N_("No longer offered")


class AskedKind(Labelled):
    """How a field of the one form is filled in."""

    TEXT = "text", N_("In words")
    NUMBER = "number", N_("A whole number")
    CHOICE = "choice", N_("One of several")
    DATE = "date", N_("A date")


class CaseState(Labelled):
    """Where a case stands as a whole."""

    OPEN = "open", N_("In progress")
    RETURNED = "returned", N_("To be corrected")
    DONE = "done", N_("Done")
    WITHDRAWN = "withdrawn", N_("Withdrawn")


class StepState(Labelled):
    """Where a step of a case stands."""

    WAITING = "waiting", N_("Waits for an earlier step")
    WORKING = "working", N_("With the department")
    RETURNED = "returned", N_("Returned, please correct")
    DONE = "done", N_("Done")
    NOT_NEEDED = "not_needed", N_("Not needed")
    CALLED_OFF = "called_off", N_("Called off")


class Checklist(Listing):
    """One thing that is done once: its steps, its one form, its one window."""

    title = fields.CharField(80, description="What it is called.")
    title_en = fields.CharField(120, default="", description="What it is called in English.")
    summary = fields.CharField(600, description="What it is, in plain words.")
    summary_en = fields.CharField(900, default="", description="The same in English.")
    audience = fields.CharField(200, description="Whom it is for.")
    audience_en = fields.CharField(300, default="", description="The same in English.")
    division = place("checklists", description="Where it is offered: to enterprises of this division and below it.")
    lead = fields.CharField(80, description="The body that leads.")
    window_name = fields.CharField(120, description="The one window.")
    window_hours = fields.CharField(120, default="", description="When the window is open, in words.")
    phone = fields.CharField(40, default="", description="Public telephone of the window.")
    working_days = fields.IntField(description="Working days within which all of it is promised.")
    legal_source = fields.CharField(200, default="", description="The document that it rests on.")
    status = fields.CharEnumField(
        ChecklistStatus, max_length=9, default=ChecklistStatus.DRAFT, description="Whether it is offered."
    )

    class Meta:
        table = "checklist"
        indexes = (("division_id", "id"), ("status", "id"))


class ChecklistQuestion(Model):
    """A question that is answered with yes or no and decides which steps are needed."""

    id = fields.BigIntField(primary_key=True)
    checklist: fields.ForeignKeyRelation[Checklist] = fields.ForeignKeyField(
        "civicgraph.Checklist", related_name="questions", on_delete=fields.CASCADE, description="The checklist."
    )
    position = fields.IntField(description="Its number, from 1.")
    text = fields.CharField(200, description="The question.")
    text_en = fields.CharField(300, default="", description="The question in English.")

    class Meta:
        table = "checklist_question"
        unique_together = (("checklist", "position"),)


class ChecklistStep(Model):
    """A step 环节: the department in charge, what it needs, what one gets."""

    team_id: int | None
    id = fields.BigIntField(primary_key=True)
    checklist: fields.ForeignKeyRelation[Checklist] = fields.ForeignKeyField(
        "civicgraph.Checklist", related_name="steps", on_delete=fields.CASCADE, description="The checklist."
    )
    position = fields.IntField(description="Its number, from 1.")
    title = fields.CharField(80, description="What is done.")
    title_en = fields.CharField(120, default="", description="What is done, in English.")
    department = fields.CharField(80, description="The department in charge.")
    team: Any = fields.ForeignKeyField(
        "civicgraph.Team", related_name=False, null=True, on_delete=fields.SET_NULL,
        description="The team whose members work on it, empty: who looks after cases of the place.",
    )  # fmt: skip
    materials = fields.CharField(600, default="", description="What is needed, one a line.")
    result = fields.CharField(120, default="", description="What one gets.")
    working_days = fields.IntField(description="Working days within which it is promised.")
    after: fields.Field[list[int]] = fields.JSONField(
        default=list, description="Numbers of the earlier steps that have to be done first."
    )
    question = fields.IntField(null=True, description="Number of the question that decides, empty: always needed.")
    needed_when = fields.BooleanField(default=True, description="The answer to it with which the step is needed.")

    class Meta:
        table = "checklist_step"
        unique_together = (("checklist", "position"),)


class ChecklistField(Model):
    """A field of the one form: asked once, though several steps use it."""

    id = fields.BigIntField(primary_key=True)
    checklist: fields.ForeignKeyRelation[Checklist] = fields.ForeignKeyField(
        "civicgraph.Checklist", related_name="form_fields", on_delete=fields.CASCADE, description="The checklist."
    )
    position = fields.IntField(description="Its number, from 1.")
    label = fields.CharField(80, description="What is asked.")
    label_en = fields.CharField(120, default="", description="What is asked, in English.")
    help = fields.CharField(200, default="", description="What helps to answer.")
    kind = fields.CharEnumField(AskedKind, max_length=6, default=AskedKind.TEXT, description="How it is filled in.")
    choices: fields.Field[list[str]] = fields.JSONField(default=list, description="What can be chosen.")
    is_required = fields.BooleanField(default=True, description="Has to be filled in.")
    is_personal = fields.BooleanField(
        default=False, description="Says something of a person: what is filled in is sealed and shown masked."
    )

    class Meta:
        table = "checklist_field"
        unique_together = (("checklist", "position"),)


class OneThingCase(Record):
    """An enterprise's case 办件 of a checklist."""

    enterprise_id: int
    division_id: str
    number = fields.CharField(16, unique=True, description="Its number.")
    checklist: fields.ForeignKeyRelation[Checklist] = fields.ForeignKeyField(
        "civicgraph.Checklist", related_name="cases", on_delete=fields.RESTRICT, description="What it is a case of."
    )
    enterprise: Any = fields.ForeignKeyField(
        "civicgraph.Enterprise", related_name="one_thing_cases", on_delete=fields.RESTRICT,
        description="Whose case it is.",
    )  # fmt: skip
    division = place("one_thing_cases", description="Where the enterprise is registered: its window works on it.")
    state = fields.CharEnumField(CaseState, max_length=9, default=CaseState.OPEN, description="Where it stands.")
    due_at = fields.DatetimeField(description="By when all of it is promised.")
    next_due_at = fields.DatetimeField(
        description="By when its most urgent step is promised, the promise of the whole where none is with a department."
    )
    is_by_staff = fields.BooleanField(default=False, description="Opened at the window for the enterprise.")
    locale = fields.CharField(5, default="zh", description="The language of its notices.")
    closed_at = fields.DatetimeField(null=True, description="When it was done or withdrawn.")
    erase_at = fields.DatetimeField(null=True, description="When its answers are erased.")
    version = fields.IntField(default=1, description="Grows by one with each change, send it back with a step.")

    class Meta:
        table = "one_thing_case"
        indexes = (
            ("enterprise_id", "id"),
            ("enterprise_id", "next_due_at", "id"),
            ("checklist_id", "id"),
            ("division_id", "id"),
            ("state", "id"),
            ("state", "next_due_at", "id"),
            ("next_due_at", "id"),
            ("erase_at", "id"),
        )

    sql_indexes: ClassVar[SqlIndexes] = by_place("one_thing_case", "division_id", "id")


class OneThingStep(Model):
    """A step of a case, as the checklist said when the case was opened."""

    case_id: int
    team_id: int | None
    id = fields.BigIntField(primary_key=True)
    case: fields.ForeignKeyRelation[OneThingCase] = fields.ForeignKeyField(
        "civicgraph.OneThingCase", related_name="steps", on_delete=fields.CASCADE, description="The case."
    )
    position = fields.IntField(description="Its number, from 1.")
    title = fields.CharField(80, description="What is done.")
    title_en = fields.CharField(120, default="", description="What is done, in English.")
    department = fields.CharField(80, description="The department in charge.")
    team: Any = fields.ForeignKeyField(
        "civicgraph.Team",
        related_name=False,
        null=True,
        on_delete=fields.SET_NULL,
        description="Whose members work on it.",
    )
    materials = fields.CharField(600, default="", description="What is needed, one a line.")
    working_days = fields.IntField(description="Working days within which it is promised.")
    after: fields.Field[list[int]] = fields.JSONField(default=list, description="Numbers of the steps before it.")
    state = fields.CharEnumField(StepState, max_length=10, default=StepState.WAITING, description="Where it stands.")
    started_at = fields.DatetimeField(null=True, description="When it came to the department.")
    due_at = fields.DatetimeField(null=True, description="By when it is promised, while it is with the department.")
    days_left = fields.IntField(null=True, description="Working days that are left when it is corrected.")
    done_at = fields.DatetimeField(null=True, description="When it was done.")
    reason = fields.CharField(600, default="", description="What is to be corrected, or was last.")
    result = fields.CharField(200, default="", description="What one gets, and with it, once done, what one got.")
    turn = fields.IntField(default=1, description="How often it has come to the department.")

    class Meta:
        table = "one_thing_step"
        unique_together = (("case", "position"),)
        indexes = (("team_id", "case_id"),)


class OneThingAnswer(Model):
    """A field of the one form as it was when the case was opened, filled in. What is personal is sealed, and shown masked."""

    case_id: int
    id = fields.BigIntField(primary_key=True)
    case: fields.ForeignKeyRelation[OneThingCase] = fields.ForeignKeyField(
        "civicgraph.OneThingCase", related_name="answers", on_delete=fields.CASCADE, description="The case."
    )
    position = fields.IntField(description="Number of the form's field.")
    label = fields.CharField(80, description="What was asked.")
    label_en = fields.CharField(120, default="", description="What was asked, in English.")
    is_personal = fields.BooleanField(default=False, description="Says something of a person: shown masked.")
    kind = fields.CharEnumField(AskedKind, max_length=6, default=AskedKind.TEXT, description="How it is filled in.")
    choices: fields.Field[list[str]] = fields.JSONField(default=list, description="What can be chosen.")
    help = fields.CharField(200, default="", description="What helps to answer.")
    is_required = fields.BooleanField(default=True, description="Has to be filled in.")
    value = fields.CharField(500, default="", description="The answer, masked where it is personal.")
    sealed = fields.TextField(default="", description="The answer where it is personal, encrypted. Never public.")

    class Meta:
        table = "one_thing_answer"
        unique_together = (("case", "position"),)
