"""Listings are planned, looked over before they are published, and known by the keys of tables.

Bookings are listed over all events and services of a place.
"""

from typing import Any

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


async def indexes(apps: Any, schema_editor: Any) -> None:
    """One row for each key of a table; what waits to be looked over; registrations by place."""
    for statement in (
        "CREATE UNIQUE INDEX event_import_key ON event (import_key) WHERE import_key IS NOT NULL",
        "CREATE UNIQUE INDEX service_import_key ON service (import_key) WHERE import_key IS NOT NULL",
        "CREATE INDEX event_submitted ON event (starts_at, id) WHERE submitted_at IS NOT NULL",
        "CREATE INDEX service_submitted ON service (id) WHERE submitted_at IS NOT NULL",
        *(
            f"CREATE INDEX registration_place_{digits} ON registration (substr(division_id, 1, {digits}), id)"
            for digits in (6, 9)
        ),
    ):
        await schema_editor.client.execute_query(statement)


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0029_enterprise_accounts")]

    operations = [
        ops.AddField(
            model_name="Event",
            name="import_key",
            field=fields.CharField(
                null=True,
                description="What a table calls it, so that the same table sent again changes it.",
                max_length=60,
            ),
        ),
        ops.AddField(
            model_name="Event",
            name="publish_at",
            field=fields.DatetimeField(
                null=True,
                description="When it is published by itself, empty when by hand.",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.AddField(
            model_name="Event",
            name="review_note",
            field=fields.CharField(
                default="",
                description="What has to change before it is published, for its author.",
                db_default="",
                max_length=300,
            ),
        ),
        ops.AddField(
            model_name="Event",
            name="submitted_at",
            field=fields.DatetimeField(
                null=True,
                description="When its author asked somebody to look it over, empty when nobody is to.",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.AddIndex(
            model_name="Registration",
            index=Index(fields=["division_id", "id"]),
        ),
        ops.AddField(
            model_name="Service",
            name="import_key",
            field=fields.CharField(
                null=True,
                description="What a table calls it, so that the same table sent again changes it.",
                max_length=60,
            ),
        ),
        ops.AddField(
            model_name="Service",
            name="publish_at",
            field=fields.DatetimeField(
                null=True,
                description="When it is published by itself, empty when by hand.",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.AddField(
            model_name="Service",
            name="review_note",
            field=fields.CharField(
                default="",
                description="What has to change before it is published, for its author.",
                db_default="",
                max_length=300,
            ),
        ),
        ops.AddField(
            model_name="Service",
            name="submitted_at",
            field=fields.DatetimeField(
                null=True,
                description="When its author asked somebody to look it over, empty when nobody is to.",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.RunPython(indexes),
    ]
