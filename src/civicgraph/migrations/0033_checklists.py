"""Checklists 一件事一次办: templates, cases and their steps; the register by size, for its facets."""

from typing import Any

from orjson import loads
from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from civicgraph.checklists.models import AskedKind, CaseState, ChecklistStatus, StepState

WATCHED = (
    *("checklist", "checklist_question", "checklist_step", "checklist_field"),
    *("one_thing_case", "one_thing_step", "one_thing_answer"),
)


async def watch(apps: Any, schema_editor: Any) -> None:
    """What models cannot declare: indexes of places, and the tables' versions, as 0006 began them."""
    client = schema_editor.client
    for digits in (6, 9):
        await client.execute_query(
            f"CREATE INDEX one_thing_case_place_{digits} ON one_thing_case (substr(division_id, 1, {digits}), id)"
        )
    for table in WATCHED:
        if client.capabilities.dialect == "postgres":
            await client.execute_query(
                f"CREATE TRIGGER {table}_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}"
                " FOR EACH STATEMENT EXECUTE FUNCTION tell_change()"
            )
            continue
        raised = f"UPDATE table_version SET version = version + 1 WHERE name = '{table}'"
        await client.execute_query(f"INSERT INTO table_version VALUES ('{table}', 1)")
        for verb in ("insert", "update", "delete"):
            await client.execute_query(
                f"CREATE TRIGGER {table}_changed_{verb} AFTER {verb} ON {table} BEGIN {raised}; END"
            )


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0032_products_and_markets")]

    operations = [
        ops.AddIndex(model_name="Enterprise", index=Index(fields=["scale", "id"])),
        ops.CreateModel(
            name="Checklist",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "created_at",
                    fields.DatetimeField(description="When it was entered.", auto_now=False, auto_now_add=True),
                ),
                (
                    "updated_at",
                    fields.DatetimeField(description="When it was last changed.", auto_now=True, auto_now_add=False),
                ),
                (
                    "version",
                    fields.IntField(default=1, description="Grows by one with each change, send it back when editing."),
                ),
                (
                    "is_generated",
                    fields.BooleanField(
                        default=False, description="Made up for the demo city rather than taken from a published fact."
                    ),
                ),
                ("title", fields.CharField(description="What it is called.", max_length=80)),
                ("title_en", fields.CharField(default="", description="What it is called in English.", max_length=120)),
                ("summary", fields.CharField(description="What it is, in plain words.", max_length=600)),
                ("summary_en", fields.CharField(default="", description="The same in English.", max_length=900)),
                ("audience", fields.CharField(description="Whom it is for.", max_length=200)),
                ("audience_en", fields.CharField(default="", description="The same in English.", max_length=300)),
                (
                    "division",
                    fields.ForeignKeyField(
                        "civicgraph.Division",
                        source_field="division_id",
                        description="Where it is offered: to enterprises of this division and below it.",
                        db_constraint=True,
                        to_field="code",
                        related_name="checklists",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("lead", fields.CharField(description="The body that leads.", max_length=80)),
                ("window_name", fields.CharField(description="The one window.", max_length=120)),
                (
                    "window_hours",
                    fields.CharField(default="", description="When the window is open, in words.", max_length=120),
                ),
                ("phone", fields.CharField(default="", description="Public telephone of the window.", max_length=40)),
                ("working_days", fields.IntField(description="Working days within which all of it is promised.")),
                (
                    "legal_source",
                    fields.CharField(default="", description="The document that it rests on.", max_length=200),
                ),
                (
                    "status",
                    fields.CharEnumField(
                        default=ChecklistStatus.DRAFT,
                        description="Whether it is offered.",
                        enum_type=ChecklistStatus,
                        max_length=9,
                    ),
                ),
            ],
            options={
                "table": "checklist",
                "app": "civicgraph",
                "indexes": [Index(fields=["division_id", "id"]), Index(fields=["status", "id"])],
                "pk_attr": "id",
                "table_description": "One thing that is done once: its steps, its one form, its one window.",
            },
            bases=["Listing"],
        ),
        ops.CreateModel(
            name="ChecklistField",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "checklist",
                    fields.ForeignKeyField(
                        "civicgraph.Checklist",
                        source_field="checklist_id",
                        description="The checklist.",
                        db_constraint=True,
                        to_field="id",
                        related_name="form_fields",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("position", fields.IntField(description="Its number, from 1.")),
                ("label", fields.CharField(description="What is asked.", max_length=80)),
                ("label_en", fields.CharField(default="", description="What is asked, in English.", max_length=120)),
                ("help", fields.CharField(default="", description="What helps to answer.", max_length=200)),
                (
                    "kind",
                    fields.CharEnumField(
                        default=AskedKind.TEXT, description="How it is filled in.", enum_type=AskedKind, max_length=6
                    ),
                ),
                (
                    "choices",
                    fields.JSONField(
                        default=list, description="What can be chosen.", encoder=JSON_DUMPS, decoder=loads
                    ),
                ),
                ("is_required", fields.BooleanField(default=True, description="Has to be filled in.")),
                (
                    "is_personal",
                    fields.BooleanField(
                        default=False,
                        description="Says something of a person: what is filled in is sealed and shown masked.",
                    ),
                ),
            ],
            options={
                "table": "checklist_field",
                "app": "civicgraph",
                "unique_together": (("checklist", "position"),),
                "pk_attr": "id",
                "table_description": "A field of the one form: asked once, though several steps use it.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ChecklistQuestion",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "checklist",
                    fields.ForeignKeyField(
                        "civicgraph.Checklist",
                        source_field="checklist_id",
                        description="The checklist.",
                        db_constraint=True,
                        to_field="id",
                        related_name="questions",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("position", fields.IntField(description="Its number, from 1.")),
                ("text", fields.CharField(description="The question.", max_length=200)),
                ("text_en", fields.CharField(default="", description="The question in English.", max_length=300)),
            ],
            options={
                "table": "checklist_question",
                "app": "civicgraph",
                "unique_together": (("checklist", "position"),),
                "pk_attr": "id",
                "table_description": "A question that is answered with yes or no and decides which steps are needed.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ChecklistStep",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "checklist",
                    fields.ForeignKeyField(
                        "civicgraph.Checklist",
                        source_field="checklist_id",
                        description="The checklist.",
                        db_constraint=True,
                        to_field="id",
                        related_name="steps",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("position", fields.IntField(description="Its number, from 1.")),
                ("title", fields.CharField(description="What is done.", max_length=80)),
                ("title_en", fields.CharField(default="", description="What is done, in English.", max_length=120)),
                ("department", fields.CharField(description="The department in charge.", max_length=80)),
                (
                    "team",
                    fields.ForeignKeyField(
                        "civicgraph.Team",
                        source_field="team_id",
                        null=True,
                        description="The team whose members work on it, empty: who looks after cases of the place.",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ("materials", fields.CharField(default="", description="What is needed, one a line.", max_length=600)),
                ("result", fields.CharField(default="", description="What one gets.", max_length=120)),
                ("working_days", fields.IntField(description="Working days within which it is promised.")),
                (
                    "after",
                    fields.JSONField(
                        default=list,
                        description="Numbers of the earlier steps that have to be done first.",
                        encoder=JSON_DUMPS,
                        decoder=loads,
                    ),
                ),
                (
                    "question",
                    fields.IntField(
                        null=True, description="Number of the question that decides, empty: always needed."
                    ),
                ),
                (
                    "needed_when",
                    fields.BooleanField(default=True, description="The answer to it with which the step is needed."),
                ),
            ],
            options={
                "table": "checklist_step",
                "app": "civicgraph",
                "unique_together": (("checklist", "position"),),
                "pk_attr": "id",
                "table_description": "A step 环节: the department in charge, what it needs, what one gets.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="OneThingCase",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "created_at",
                    fields.DatetimeField(description="When it was entered.", auto_now=False, auto_now_add=True),
                ),
                (
                    "updated_at",
                    fields.DatetimeField(description="When it was last changed.", auto_now=True, auto_now_add=False),
                ),
                ("number", fields.CharField(unique=True, description="Its number.", max_length=16)),
                (
                    "checklist",
                    fields.ForeignKeyField(
                        "civicgraph.Checklist",
                        source_field="checklist_id",
                        description="What it is a case of.",
                        db_constraint=True,
                        to_field="id",
                        related_name="cases",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "enterprise",
                    fields.ForeignKeyField(
                        "civicgraph.Enterprise",
                        source_field="enterprise_id",
                        description="Whose case it is.",
                        db_constraint=True,
                        to_field="id",
                        related_name="one_thing_cases",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "division",
                    fields.ForeignKeyField(
                        "civicgraph.Division",
                        source_field="division_id",
                        description="Where the enterprise is registered: its window works on it.",
                        db_constraint=True,
                        to_field="code",
                        related_name="one_thing_cases",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "state",
                    fields.CharEnumField(
                        default=CaseState.OPEN, description="Where it stands.", enum_type=CaseState, max_length=9
                    ),
                ),
                (
                    "due_at",
                    fields.DatetimeField(
                        description="By when all of it is promised.", auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "next_due_at",
                    fields.DatetimeField(
                        description="By when its most urgent step is promised, the promise of the whole where none is with a department.",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                (
                    "is_by_staff",
                    fields.BooleanField(default=False, description="Opened at the window for the enterprise."),
                ),
                ("locale", fields.CharField(default="zh", description="The language of its notices.", max_length=5)),
                (
                    "closed_at",
                    fields.DatetimeField(
                        null=True, description="When it was done or withdrawn.", auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "erase_at",
                    fields.DatetimeField(
                        null=True, description="When its answers are erased.", auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "version",
                    fields.IntField(default=1, description="Grows by one with each change, send it back with a step."),
                ),
            ],
            options={
                "table": "one_thing_case",
                "app": "civicgraph",
                "indexes": [
                    Index(fields=["enterprise_id", "id"]),
                    Index(fields=["enterprise_id", "next_due_at", "id"]),
                    Index(fields=["checklist_id", "id"]),
                    Index(fields=["division_id", "id"]),
                    Index(fields=["state", "id"]),
                    Index(fields=["state", "next_due_at", "id"]),
                    Index(fields=["next_due_at", "id"]),
                    Index(fields=["erase_at", "id"]),
                ],
                "pk_attr": "id",
                "table_description": "An enterprise's case 办件 of a checklist.",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="OneThingAnswer",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "case",
                    fields.ForeignKeyField(
                        "civicgraph.OneThingCase",
                        source_field="case_id",
                        description="The case.",
                        db_constraint=True,
                        to_field="id",
                        related_name="answers",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("position", fields.IntField(description="Number of the form's field.")),
                ("label", fields.CharField(description="What was asked.", max_length=80)),
                ("label_en", fields.CharField(default="", description="What was asked, in English.", max_length=120)),
                (
                    "is_personal",
                    fields.BooleanField(default=False, description="Says something of a person: shown masked."),
                ),
                (
                    "kind",
                    fields.CharEnumField(
                        default=AskedKind.TEXT, description="How it is filled in.", enum_type=AskedKind, max_length=6
                    ),
                ),
                (
                    "choices",
                    fields.JSONField(
                        default=list, description="What can be chosen.", encoder=JSON_DUMPS, decoder=loads
                    ),
                ),
                ("help", fields.CharField(default="", description="What helps to answer.", max_length=200)),
                ("is_required", fields.BooleanField(default=True, description="Has to be filled in.")),
                (
                    "value",
                    fields.CharField(
                        default="", description="The answer, masked where it is personal.", max_length=500
                    ),
                ),
                (
                    "sealed",
                    fields.TextField(
                        default="",
                        description="The answer where it is personal, encrypted. Never public.",
                        unique=False,
                    ),
                ),
            ],
            options={
                "table": "one_thing_answer",
                "app": "civicgraph",
                "unique_together": (("case", "position"),),
                "pk_attr": "id",
                "table_description": "A field of the one form as it was when the case was opened, filled in. What is personal is sealed, and shown masked.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="OneThingStep",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "case",
                    fields.ForeignKeyField(
                        "civicgraph.OneThingCase",
                        source_field="case_id",
                        description="The case.",
                        db_constraint=True,
                        to_field="id",
                        related_name="steps",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("position", fields.IntField(description="Its number, from 1.")),
                ("title", fields.CharField(description="What is done.", max_length=80)),
                ("title_en", fields.CharField(default="", description="What is done, in English.", max_length=120)),
                ("department", fields.CharField(description="The department in charge.", max_length=80)),
                (
                    "team",
                    fields.ForeignKeyField(
                        "civicgraph.Team",
                        source_field="team_id",
                        null=True,
                        description="Whose members work on it.",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ("materials", fields.CharField(default="", description="What is needed, one a line.", max_length=600)),
                ("working_days", fields.IntField(description="Working days within which it is promised.")),
                (
                    "after",
                    fields.JSONField(
                        default=list, description="Numbers of the steps before it.", encoder=JSON_DUMPS, decoder=loads
                    ),
                ),
                (
                    "state",
                    fields.CharEnumField(
                        default=StepState.WAITING, description="Where it stands.", enum_type=StepState, max_length=10
                    ),
                ),
                (
                    "started_at",
                    fields.DatetimeField(
                        null=True, description="When it came to the department.", auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "due_at",
                    fields.DatetimeField(
                        null=True,
                        description="By when it is promised, while it is with the department.",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                (
                    "days_left",
                    fields.IntField(null=True, description="Working days that are left when it is corrected."),
                ),
                (
                    "done_at",
                    fields.DatetimeField(
                        null=True, description="When it was done.", auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "reason",
                    fields.CharField(default="", description="What is to be corrected, or was last.", max_length=600),
                ),
                (
                    "result",
                    fields.CharField(
                        default="", description="What one gets, and with it, once done, what one got.", max_length=200
                    ),
                ),
                ("turn", fields.IntField(default=1, description="How often it has come to the department.")),
            ],
            options={
                "table": "one_thing_step",
                "app": "civicgraph",
                "unique_together": (("case", "position"),),
                "indexes": [Index(fields=["team_id", "case_id"])],
                "pk_attr": "id",
                "table_description": "A step of a case, as the checklist said when the case was opened.",
            },
            bases=["Model"],
        ),
        ops.RunPython(watch),
    ]
