"""How reports come in: questions of categories, answers, places, dangers, supporters, and what is looked at first."""

from typing import Any

from orjson import loads
from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from civicgraph.grievances.intake.models import Channel, HeldState, HoldCause, QuestionKind

TABLES = ("category_question", "grievance_answer", "held_report")


def _watched(table: str, is_postgres: bool) -> list[str]:
    """The table's version, as 0006 began it: pages are kept until it changes."""
    if is_postgres:
        return [
            f"CREATE TRIGGER {table}_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION tell_change()"
        ]
    raised = f"UPDATE table_version SET version = version + 1 WHERE name = '{table}'"
    return [
        f"INSERT INTO table_version VALUES ('{table}', 1)",
        *(
            f"CREATE TRIGGER {table}_changed_{verb} AFTER {verb} ON {table} BEGIN {raised}; END"
            for verb in ("insert", "update", "delete")
        ),
    ]


async def forwards(apps: Any, schema_editor: Any) -> None:
    client = schema_editor.client
    for table in TABLES:
        for statement in _watched(table, client.capabilities.dialect == "postgres"):
            await client.execute_query(statement)


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0020_events_that_come_again")]

    operations = [
        ops.CreateModel(
            name="CategoryQuestion",
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
                    "category",
                    fields.ForeignKeyField(
                        "civicgraph.GrievanceCategory",
                        source_field="category_id",
                        description="Its category.",
                        db_constraint=True,
                        to_field="code",
                        related_name="questions",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "code",
                    fields.CharField(description="Stable code, one of its own within the category.", max_length=40),
                ),
                ("name", fields.CharField(description="The question in Chinese.", max_length=120)),
                ("name_en", fields.CharField(description="The question in English.", max_length=160)),
                ("kind", fields.CharEnumField(description="How it is answered.", enum_type=QuestionKind, max_length=8)),
                (
                    "choices",
                    fields.JSONField(
                        default=list,
                        description="What can be chosen, in Chinese: these words are the answer.",
                        encoder=JSON_DUMPS,
                        decoder=loads,
                    ),
                ),
                (
                    "choices_en",
                    fields.JSONField(
                        default=list, description="The same in English, in order.", encoder=JSON_DUMPS, decoder=loads
                    ),
                ),
                ("is_required", fields.BooleanField(default=False, description="Whether it has to be answered.")),
                ("is_public", fields.BooleanField(default=False, description="Whether everyone may read the answer.")),
                (
                    "is_active",
                    fields.BooleanField(
                        default=True, description="Asked now, otherwise kept for the answers of before."
                    ),
                ),
                ("position", fields.IntField(default=0, description="Its place among the category’s questions.")),
            ],
            options={
                "table": "category_question",
                "app": "civicgraph",
                "unique_together": (("category", "code"),),
                "indexes": [Index(fields=["category_id", "position", "id"])],
                "pk_attr": "id",
                "table_description": "What is asked of those who report something of a category.",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="GrievanceAnswer",
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
                    "grievance",
                    fields.ForeignKeyField(
                        "civicgraph.Grievance",
                        source_field="grievance_id",
                        description="The grievance.",
                        db_constraint=True,
                        to_field="id",
                        related_name="answers",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "question",
                    fields.ForeignKeyField(
                        "civicgraph.CategoryQuestion",
                        source_field="question_id",
                        description="What was asked.",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("answer", fields.TextField(description="The answer as it was given. Never public.", unique=False)),
                (
                    "public_answer",
                    fields.TextField(
                        default="", description="The answer with personal data masked, if it is public.", unique=False
                    ),
                ),
            ],
            options={
                "table": "grievance_answer",
                "app": "civicgraph",
                "unique_together": (("grievance", "question"),),
                "indexes": [Index(fields=["grievance_id", "id"])],
                "pk_attr": "id",
                "table_description": "The answer to one of its category's questions.",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="GrievanceSupporter",
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
                    "grievance",
                    fields.ForeignKeyField(
                        "civicgraph.Grievance",
                        source_field="grievance_id",
                        description="The grievance.",
                        db_constraint=True,
                        to_field="id",
                        related_name="supporters",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "supporter_key",
                    fields.CharField(description="Keyed hash of what tells them from others.", max_length=64),
                ),
            ],
            options={
                "table": "grievance_supporter",
                "app": "civicgraph",
                "unique_together": (("grievance", "supporter_key"),),
                "pk_attr": "id",
                "table_description": "Somebody who has the same problem and said so, once a browser or contact.",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="HeldReport",
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
                    "division_code",
                    fields.CharField(description="The community that it is for, else the city.", max_length=17),
                ),
                (
                    "number",
                    fields.CharField(
                        unique=True, description="The number that it was given, and keeps.", max_length=20
                    ),
                ),
                ("secret_hash", fields.CharField(description="SHA-256 of the tracking secret.", max_length=64)),
                ("channel", fields.CharEnumField(description="How it came in.", enum_type=Channel, max_length=8)),
                ("cause", fields.CharEnumField(description="Why it is held.", enum_type=HoldCause, max_length=8)),
                (
                    "rule",
                    fields.CharField(default="", description="The rule of the spam list that it met.", max_length=60),
                ),
                ("content", fields.TextField(description="All that was sent, encrypted. Never public.", unique=False)),
                (
                    "summary",
                    fields.CharField(description="Its first words, with personal data masked.", max_length=300),
                ),
                (
                    "state",
                    fields.CharEnumField(
                        default=HeldState.WAITING, description="What became of it.", enum_type=HeldState, max_length=8
                    ),
                ),
                (
                    "decided_by",
                    fields.ForeignKeyField(
                        "civicgraph.Person",
                        source_field="decided_by_id",
                        null=True,
                        description="Who decided.",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "decided_at",
                    fields.DatetimeField(
                        null=True, description="When it was decided.", auto_now=False, auto_now_add=False
                    ),
                ),
            ],
            options={
                "table": "held_report",
                "app": "civicgraph",
                "indexes": [Index(fields=["state", "division_code", "id"]), Index(fields=["state", "id"])],
                "pk_attr": "id",
                "table_description": "A report that a person looks at before it becomes a grievance: held rather than lost.",
            },
            bases=["Record"],
        ),
        ops.AddField(
            model_name="Grievance",
            name="building",
            field=fields.CharField(
                default="",
                description="Building or stairway within the compound. Never public.",
                db_default="",
                max_length=40,
            ),
        ),
        ops.AddField(
            model_name="Grievance",
            name="danger",
            field=fields.CharField(
                default="",
                description="What danger its words tell of, by its code, mostly none.",
                db_default="",
                max_length=20,
            ),
        ),
        ops.AddField(
            model_name="Grievance",
            name="latitude_micro",
            field=fields.IntField(null=True, description="Latitude by WGS-84 in millionths of a degree. Never public."),
        ),
        ops.AddField(
            model_name="Grievance",
            name="longitude_micro",
            field=fields.IntField(
                null=True, description="Longitude by WGS-84 in millionths of a degree. Never public."
            ),
        ),
        ops.AddField(
            model_name="Grievance",
            name="supporter_count",
            field=fields.IntField(default=0, description="How many others have the same problem.", db_default=0),
        ),
        ops.RunPython(forwards),
    ]
