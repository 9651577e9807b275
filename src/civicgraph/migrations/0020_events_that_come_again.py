"""Events that come again: the series with its rule, and for each of its events the start that the rule gave it.

An event remembers the start that was announced before it was moved; an item of a programme its stage.
"""

from typing import Any

from orjson import loads
from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

TABLE = "event_series"


def _watched(is_postgres: bool) -> list[str]:
    """The table's version, as 0006 began it: pages are kept until it changes."""
    if is_postgres:
        return [
            f"CREATE TRIGGER {TABLE}_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {TABLE}"
            " FOR EACH STATEMENT EXECUTE FUNCTION tell_change()"
        ]
    raised = f"UPDATE table_version SET version = version + 1 WHERE name = '{TABLE}'"
    return [
        f"INSERT INTO table_version VALUES ('{TABLE}', 1)",
        *(
            f"CREATE TRIGGER {TABLE}_changed_{verb} AFTER {verb} ON {TABLE} BEGIN {raised}; END"
            for verb in ("insert", "update", "delete")
        ),
    ]


async def forwards(apps: Any, schema_editor: Any) -> None:
    client = schema_editor.client
    # One event for each slot of a rule, however many processes extend the series.
    unique = "CREATE UNIQUE INDEX event_slot ON event (series_id, recurs_at) WHERE series_id IS NOT NULL"
    for statement in (unique, *_watched(client.capabilities.dialect == "postgres")):
        await client.execute_query(statement)


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0019_enterprises_dated")]

    operations = [
        ops.CreateModel(
            name="EventSeries",
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
                        default=False,
                        description="Made up for the demo city rather than taken from a published fact.",
                    ),
                ),
                (
                    "division",
                    fields.ForeignKeyField(
                        "civicgraph.Division",
                        source_field="division_id",
                        description="The community or other division it belongs to.",
                        db_constraint=True,
                        to_field="code",
                        related_name="event_series",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("rule", fields.CharField(description="When it comes again, as an RRULE of RFC 5545.", max_length=200)),
                ("starts_at", fields.DatetimeField(description="The start that the rule counts from.")),
                (
                    "template",
                    fields.JSONField(
                        default=dict,
                        description="The values of its next events, at the time of the start.",
                        encoder=JSON_DUMPS,
                        decoder=loads,
                    ),
                ),
                (
                    "made_until",
                    fields.DatetimeField(
                        null=True, description="Its events are made up to here, empty when no more come."
                    ),
                ),
            ],
            options={
                "table": TABLE,
                "app": "civicgraph",
                "indexes": [Index(fields=["made_until"])],
                "pk_attr": "id",
                "table_description": "An event that comes again: its rule, and what the next of its events is made from.",
            },
            bases=["Listing"],
        ),
        ops.AddField(
            model_name="Event",
            name="is_exception",
            field=fields.BooleanField(
                default=False,
                description="Whether it was changed by itself and no longer follows its series.",
                db_default=False,
            ),
        ),
        ops.AddField(
            model_name="Event",
            name="previous_starts_at",
            field=fields.DatetimeField(
                null=True,
                description="The start that was announced before it was moved, empty when it never was.",
            ),
        ),
        ops.AddField(
            model_name="Event",
            name="recurs_at",
            field=fields.DatetimeField(null=True, description="Its start by the rule of its series."),
        ),
        ops.AddField(
            model_name="Event",
            name="series",
            field=fields.ForeignKeyField(
                "civicgraph.EventSeries",
                source_field="series_id",
                null=True,
                description="The series that it belongs to, null for an event that comes once.",
                db_constraint=True,
                to_field="id",
                related_name="events",
                on_delete=OnDelete.RESTRICT,
            ),
        ),
        ops.AddIndex(model_name="Event", index=Index(fields=["series_id", "starts_at", "id"])),
        ops.AddField(
            model_name="ProgrammeItem",
            name="stage",
            field=fields.CharField(
                default="", description="The stage, hall or table where it is.", db_default="", max_length=60
            ),
        ),
        ops.RunPython(forwards),
    ]
