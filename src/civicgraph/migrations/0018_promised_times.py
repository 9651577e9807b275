"""Promised times: the four-level list by category and calendar, office hours, levels that change, departments called."""

from typing import Any

from orjson import loads
from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from civicgraph.grievances.models import Counting, Urgency

WATCHED = ("grievance_call", "office_hours", "urgency_policy")


KEPT = "created_at, updated_at, division_id, urgency, response_minutes, resolution_minutes"


async def set_aside(apps: Any, schema_editor: Any) -> None:
    """Keep the entries of the four-level list."""
    await schema_editor.client.execute_query(f"CREATE TABLE urgency_policy_before AS SELECT {KEPT} FROM urgency_policy")


async def bring_back(apps: Any, schema_editor: Any) -> None:
    """They hold for all categories, and count round the clock as they did."""
    client = schema_editor.client
    await client.execute_query(f"INSERT INTO urgency_policy ({KEPT}) SELECT {KEPT} FROM urgency_policy_before")
    await client.execute_query("DROP TABLE urgency_policy_before")


async def forwards(apps: Any, schema_editor: Any) -> None:
    """Versions of the tables that pages read, see 0006."""
    client = schema_editor.client
    is_postgres = client.capabilities.dialect == "postgres"
    for table in WATCHED:
        if is_postgres:
            await client.execute_query(
                f"CREATE TRIGGER {table}_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}"
                " FOR EACH STATEMENT EXECUTE FUNCTION tell_change()"
            )
            continue
        await client.execute_query(f"INSERT INTO table_version VALUES ('{table}', 1)")
        for verb in ("insert", "update", "delete"):
            await client.execute_query(
                f"""CREATE TRIGGER {table}_changed_{verb} AFTER {verb} ON {table} BEGIN
                    UPDATE table_version SET version = version + 1 WHERE name = '{table}'; END"""
            )


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0017_bookings")]

    operations = [
        ops.CreateModel(
            name="GrievanceCall",
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
                        description="What it is called to.",
                        db_constraint=True,
                        to_field="id",
                        related_name="calls",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "division",
                    fields.ForeignKeyField(
                        "civicgraph.Division",
                        source_field="division_id",
                        description="The subdistrict or county that the department belongs to.",
                        db_constraint=True,
                        to_field="code",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("department", fields.CharField(description="The department, for instance 城市管理局.", max_length=80)),
                (
                    "called_at",
                    fields.DatetimeField(description="When it was called.", auto_now=False, auto_now_add=False),
                ),
                (
                    "answer_due_at",
                    fields.DatetimeField(description="By when it has to answer.", auto_now=False, auto_now_add=False),
                ),
                (
                    "reported_in_at",
                    fields.DatetimeField(
                        null=True, description="When it reported in.", auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "answered_at",
                    fields.DatetimeField(
                        null=True, description="When it answered.", auto_now=False, auto_now_add=False
                    ),
                ),
            ],
            options={
                "table": "grievance_call",
                "app": "civicgraph",
                "indexes": [Index(fields=["grievance_id", "id"]), Index(fields=["division_id", "answer_due_at", "id"])],
                "pk_attr": "id",
                "table_description": "A department that a community called to a grievance 吹哨: it reports in 报到, and answers by a time.",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="OfficeHours",
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
                    "division",
                    fields.OneToOneField(
                        "civicgraph.Division",
                        source_field="division_id",
                        description="The division.",
                        db_constraint=True,
                        to_field="code",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "hours",
                    fields.CharField(
                        description="The hours of a working day, for instance 09:00-12:00 13:00-17:00.", max_length=80
                    ),
                ),
                (
                    "closed_days",
                    fields.JSONField(
                        default=list,
                        description="Working days on which they are closed nevertheless.",
                        encoder=JSON_DUMPS,
                        decoder=loads,
                    ),
                ),
                ("version", fields.IntField(default=1, description="Grows by one with each change.")),
            ],
            options={
                "table": "office_hours",
                "app": "civicgraph",
                "pk_attr": "id",
                "table_description": "When the offices of a division and of everything below it work, unless one nearer says otherwise.",
            },
            bases=["Record"],
        ),
        ops.AddField(
            model_name="Grievance",
            name="calendar",
            field=fields.TextField(
                default="",
                description="The office hours, and the days closed, in which the promised times count, empty: round the clock.",
                db_default="",
                unique=False,
            ),
        ),
        ops.AddField(
            model_name="Grievance",
            name="resolution_soon_at",
            field=fields.DatetimeField(
                null=True,
                description="When three quarters of the time to the resolution have passed.",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.AddField(
            model_name="Grievance",
            name="response_soon_at",
            field=fields.DatetimeField(
                null=True,
                description="When three quarters of the time to the first response have passed.",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.AddField(
            model_name="GrievanceUpdate",
            name="changes",
            field=fields.JSONField(
                null=True,
                description="What of level, category and promise became something else, before and after.",
                encoder=JSON_DUMPS,
                decoder=loads,
            ),
        ),
        # SQLite cannot drop a constraint of a table: it is made anew, and its rows come back.
        ops.RunPython(set_aside),
        ops.DeleteModel("UrgencyPolicy"),
        ops.CreateModel(
            name="UrgencyPolicy",
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
                    "division",
                    fields.ForeignKeyField(
                        "civicgraph.Division",
                        source_field="division_id",
                        description="The community or other division it belongs to.",
                        db_constraint=True,
                        to_field="code",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("urgency", fields.CharEnumField(description="The level.", enum_type=Urgency, max_length=10)),
                (
                    "category",
                    fields.CharField(
                        default="",
                        db_default="",
                        description="Code of the only category that it holds for, empty for all.",
                        max_length=40,
                    ),
                ),
                ("response_minutes", fields.IntField(description="Time to the first response, in minutes.")),
                ("resolution_minutes", fields.IntField(description="Time to the resolution, in minutes.")),
                (
                    "counting",
                    fields.CharEnumField(
                        default=Counting.ROUND_THE_CLOCK,
                        db_default="round_the_clock",
                        description="How both are counted.",
                        enum_type=Counting,
                        max_length=16,
                    ),
                ),
                ("version", fields.IntField(default=1, db_default=1, description="Grows by one with each change.")),
            ],
            options={
                "table": "urgency_policy",
                "app": "civicgraph",
                "unique_together": (("division", "urgency", "category"),),
                "pk_attr": "id",
                "table_description": "An entry of the four-level list of a division: overrides its ancestors' for new"
                " grievances.",
            },
            bases=["Record"],
        ),
        ops.RunPython(bring_back),
        ops.RunPython(forwards),
    ]
