"""What each kind of event has of its own, the record of events, rescue teams and drills in figures.

The figures are counted when the server first ticks (`events.rescue.keeping.fill_when_empty`).
"""

from typing import Any

from orjson import loads
from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from civicgraph.events.models import EntryKind
from civicgraph.events.rescue.models import RescueKind

WATCHED = ("event_entry", "event_team", "rescue_team", "drill_cell", "rescue_cell")


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
    """What models cannot declare."""
    client = schema_editor.client
    is_postgres = client.capabilities.dialect == "postgres"
    placed = [
        f"CREATE INDEX rescue_team_place_{digits} ON rescue_team (substr(division_id, 1, {digits}), id)"
        for digits in (6, 9)
    ]
    watched = [statement for table in WATCHED for statement in _watched(table, is_postgres)]
    for statement in (*placed, *watched):
        await client.execute_query(statement)


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0024_attachments")]

    operations = [
        ops.CreateModel(
            name="DrillCell",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
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
                ("hazard", fields.CharField(default="", description="The hazard, empty for whichever.", max_length=12)),
                (
                    "month",
                    fields.CharField(description="The month in which they begin, for instance 2026-06.", max_length=7),
                ),
                (
                    "announced",
                    fields.IntField(default=0, description="Drills that are or were to take place.", db_default=0),
                ),
                ("held", fields.IntField(default=0, description="Drills that have taken place.", db_default=0)),
                ("planned", fields.IntField(default=0, description="People who were to take part.", db_default=0)),
                (
                    "participants",
                    fields.IntField(
                        default=0, description="People who took part in those that were held.", db_default=0
                    ),
                ),
            ],
            options={
                "table": "drill_cell",
                "app": "civicgraph",
                "unique_together": (("division", "hazard", "month"),),
                "pk_attr": "id",
                "table_description": "What the drills of a month count in a division and below it: for one hazard, or for whichever.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="EventEntry",
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
                    "event",
                    fields.ForeignKeyField(
                        "civicgraph.Event",
                        source_field="event_id",
                        description="The event.",
                        db_constraint=True,
                        to_field="id",
                        related_name="entries",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "kind",
                    fields.CharEnumField(description="What sort of entry it is.", enum_type=EntryKind, max_length=8),
                ),
                ("position", fields.IntField(description="Its place among those of its kind, from 1.")),
                ("text", fields.CharField(description="What it says.", max_length=600)),
                (
                    "said_by",
                    fields.CharField(
                        default="",
                        description="Who said it: an enterprise or a group, never a resident.",
                        max_length=80,
                    ),
                ),
                ("link", fields.CharField(default="", description="Where the material is to be had.", max_length=300)),
                (
                    "answer",
                    fields.CharField(
                        default="", description="What was answered, or what is done about it.", max_length=1000
                    ),
                ),
                ("owner", fields.CharField(default="", description="The office that sees to it.", max_length=80)),
                ("due_on", fields.DateField(null=True, description="By when.")),
                (
                    "done_on",
                    fields.DateField(null=True, description="When it was answered or done, empty while it is open."),
                ),
                (
                    "grievance",
                    fields.ForeignKeyField(
                        "civicgraph.Grievance",
                        source_field="grievance_id",
                        null=True,
                        description="The grievance that it was turned into.",
                        db_constraint=True,
                        to_field="id",
                        related_name="event_entries",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "version",
                    fields.IntField(default=1, description="Grows by one with each change, send it back when editing."),
                ),
            ],
            options={
                "table": "event_entry",
                "app": "civicgraph",
                "indexes": [Index(fields=["event_id", "kind", "position", "id"]), Index(fields=["grievance_id", "id"])],
                "pk_attr": "id",
                "table_description": "An entry of an event's record: what was on the agenda, asked, said or found, and what becomes of it.",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="RescueCell",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
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
                (
                    "kind",
                    fields.CharField(default="", description="What they are for, empty for whichever.", max_length=12),
                ),
                ("teams", fields.IntField(default=0, description="Teams.", db_default=0)),
                ("members", fields.IntField(default=0, description="Their members.", db_default=0)),
            ],
            options={
                "table": "rescue_cell",
                "app": "civicgraph",
                "unique_together": (("division", "kind"),),
                "pk_attr": "id",
                "table_description": "How many teams that can be called there are in a division and below it: of one kind, or of whichever.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="RescueTeam",
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
                ("name", fields.CharField(description="Its name.", max_length=80)),
                ("kind", fields.CharEnumField(description="What it is for.", enum_type=RescueKind, max_length=12)),
                (
                    "division",
                    fields.ForeignKeyField(
                        "civicgraph.Division",
                        source_field="division_id",
                        description="The community or other division it belongs to.",
                        db_constraint=True,
                        to_field="code",
                        related_name="rescue_teams",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "base",
                    fields.CharField(
                        default="", description="The body that keeps it, and where it stands.", max_length=120
                    ),
                ),
                ("members", fields.IntField(description="How many people it has.")),
                (
                    "equipment",
                    fields.JSONField(
                        default=list, description="Its equipment, one item a line.", encoder=JSON_DUMPS, decoder=loads
                    ),
                ),
                ("duty_phone", fields.CharField(default="", description="Public telephone on duty.", max_length=40)),
                ("founded_on", fields.DateField(null=True, description="Since when there is such a team.")),
                ("is_active", fields.BooleanField(default=True, description="Whether it can be called.")),
            ],
            options={
                "table": "rescue_team",
                "app": "civicgraph",
                "indexes": [Index(fields=["division_id", "id"]), Index(fields=["kind", "id"])],
                "pk_attr": "id",
                "table_description": "A team that is called in an emergency.",
            },
            bases=["Listing"],
        ),
        ops.CreateModel(
            name="EventTeam",
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
                    "event",
                    fields.ForeignKeyField(
                        "civicgraph.Event",
                        source_field="event_id",
                        description="The drill.",
                        db_constraint=True,
                        to_field="id",
                        related_name="teams",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "team",
                    fields.ForeignKeyField(
                        "civicgraph.RescueTeam",
                        source_field="team_id",
                        description="The team.",
                        db_constraint=True,
                        to_field="id",
                        related_name="drills",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "event_team",
                "app": "civicgraph",
                "unique_together": (("event", "team"),),
                "indexes": [Index(fields=["event_id", "id"]), Index(fields=["team_id", "id"])],
                "pk_attr": "id",
                "table_description": "A rescue team's part in a drill.",
            },
            bases=["Record"],
        ),
        ops.AddField(
            model_name="Event",
            name="actual_participants",
            field=fields.IntField(null=True, description="How many people took part in a drill."),
        ),
        ops.AddField(
            model_name="Event",
            name="minutes",
            field=fields.TextField(
                default="", description="What was said and agreed at a consultation.", db_default="", unique=False
            ),
        ),
        ops.AddField(
            model_name="Event",
            name="planned_participants",
            field=fields.IntField(null=True, description="How many people a drill is planned for."),
        ),
        ops.AddField(
            model_name="Event",
            name="scenario",
            field=fields.TextField(
                default="", description="What a drill pretends has happened.", db_default="", unique=False
            ),
        ),
        ops.AddIndex(
            model_name="Event",
            index=Index(fields=["venue", "starts_at", "id"]),
        ),
        ops.AddIndex(
            model_name="Event",
            index=Index(fields=["organiser", "starts_at", "id"]),
        ),
        ops.RunPython(forwards),
    ]
