"""Opening hours on holidays and special days; prices by household and floor."""

from typing import Any

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from civicgraph.services.models import HolidayHours, Household


async def watch(apps: Any, schema_editor: Any) -> None:
    """The table's version, as 0006 began it: pages are kept until it changes."""
    client = schema_editor.client
    if client.capabilities.dialect == "postgres":
        await client.execute_query(
            "CREATE TRIGGER special_day_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON special_day"
            " FOR EACH STATEMENT EXECUTE FUNCTION tell_change()"
        )
        return
    raised = "UPDATE table_version SET version = version + 1 WHERE name = 'special_day'"
    await client.execute_query("INSERT INTO table_version VALUES ('special_day', 1)")
    for verb in ("insert", "update", "delete"):
        await client.execute_query(
            f"CREATE TRIGGER special_day_changed_{verb} AFTER {verb} ON special_day BEGIN {raised}; END"
        )


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0026_problems")]

    operations = [
        ops.CreateModel(
            name="SpecialDay",
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
                    "service",
                    fields.ForeignKeyField(
                        "civicgraph.Service",
                        source_field="service_id",
                        description="The service.",
                        db_constraint=True,
                        to_field="id",
                        related_name="special_days",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("first_day", fields.DateField(description="First day, in the city.")),
                ("last_day", fields.DateField(description="Last day, the same as the first for a single one.")),
                (
                    "opens_minute",
                    fields.IntField(null=True, description="Opening time in minutes after midnight, empty: closed."),
                ),
                (
                    "closes_minute",
                    fields.IntField(null=True, description="Closing time in minutes after midnight, at most 1440."),
                ),
                ("note", fields.CharField(default="", description="Why, for everyone.", max_length=80)),
            ],
            options={
                "table": "special_day",
                "app": "civicgraph",
                "indexes": [Index(fields=["service_id", "first_day", "id"])],
                "pk_attr": "id",
                "table_description": "A stretch of days on which a service has other hours, or none: 春节停业, 高考期间延时.",
            },
            bases=["Record"],
        ),
        ops.AddField(
            model_name="PriceRule",
            name="household",
            field=fields.CharEnumField(
                null=True,
                description="Fits households of this kind only, empty: all.",
                enum_type=Household,
                max_length=16,
            ),
        ),
        ops.AddField(
            model_name="PriceRule",
            name="max_floor",
            field=fields.IntField(null=True, description="Highest floor that it fits."),
        ),
        ops.AddField(
            model_name="PriceRule",
            name="min_floor",
            field=fields.IntField(
                null=True, description="Lowest floor that it fits, for instance for what is carried up."
            ),
        ),
        ops.AddField(
            model_name="Service",
            name="holiday_hours",
            field=fields.CharEnumField(
                default=HolidayHours.AS_USUAL,
                description="What public holidays do to its hours.",
                db_default="as_usual",
                enum_type=HolidayHours,
                max_length=12,
            ),
        ),
        ops.RunPython(watch),
    ]
