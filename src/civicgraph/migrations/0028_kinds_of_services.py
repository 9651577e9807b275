"""What kinds of services have of their own: menus of the day, prices of goods, stewards, times that can be booked."""

from typing import Any

from orjson import loads
from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from civicgraph.services.models import Meal

TABLES = (
    "menu_day",
    "dish",
    "slot_plan",
    "steward",
)


async def watch(apps: Any, schema_editor: Any) -> None:
    """The tables' versions, as 0006 began them: pages are kept until they change."""
    client = schema_editor.client
    for table in TABLES:
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
    dependencies = [("civicgraph", "0027_special_days")]

    operations = [
        ops.CreateModel(
            name="MenuDay",
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
                        description="The canteen.",
                        db_constraint=True,
                        to_field="id",
                        related_name="menus",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("served_on", fields.DateField(description="The day, in the city.")),
                (
                    "note",
                    fields.CharField(default="", description="What is worth knowing of that day.", max_length=120),
                ),
                (
                    "version",
                    fields.IntField(default=1, description="Grows by one with each change, send it back when editing."),
                ),
            ],
            options={
                "table": "menu_day",
                "app": "civicgraph",
                "unique_together": (("service", "served_on"),),
                "indexes": [Index(fields=["service_id", "served_on", "id"])],
                "pk_attr": "id",
                "table_description": "What a canteen serves on one day.",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="Dish",
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
                    "menu",
                    fields.ForeignKeyField(
                        "civicgraph.MenuDay",
                        source_field="menu_id",
                        description="The day’s menu.",
                        db_constraint=True,
                        to_field="id",
                        related_name="dishes",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("meal", fields.CharEnumField(description="The meal that it is for.", enum_type=Meal, max_length=10)),
                ("position", fields.IntField(description="Its place on the menu, from 1, breakfast first.")),
                ("name", fields.CharField(description="Its name.", max_length=80)),
                (
                    "allergens",
                    fields.JSONField(
                        default=list,
                        description="What it may hold that some must not eat.",
                        encoder=JSON_DUMPS,
                        decoder=loads,
                    ),
                ),
                (
                    "diets",
                    fields.JSONField(default=list, description="Whom it suits.", encoder=JSON_DUMPS, decoder=loads),
                ),
                ("note", fields.CharField(default="", description="What is worth knowing about it.", max_length=120)),
            ],
            options={
                "table": "dish",
                "app": "civicgraph",
                "indexes": [Index(fields=["menu_id", "position", "id"])],
                "pk_attr": "id",
                "table_description": "A dish on a day's menu.",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="SlotPlan",
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
                        related_name="slot_plans",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "title",
                    fields.CharField(
                        default="", description="What or whom one books, empty for the service itself.", max_length=60
                    ),
                ),
                ("weekday", fields.IntField(description="1 is Monday, 7 is Sunday (ISO 8601).")),
                ("opens_minute", fields.IntField(description="Start of the first slot, in minutes after midnight.")),
                (
                    "closes_minute",
                    fields.IntField(description="End of the last slot, in minutes after midnight, at most 1440."),
                ),
                ("slot_minutes", fields.IntField(description="How long a slot is.")),
                ("places", fields.IntField(description="How many can book the same slot.")),
            ],
            options={
                "table": "slot_plan",
                "app": "civicgraph",
                "indexes": [Index(fields=["service_id", "weekday", "opens_minute", "id"])],
                "pk_attr": "id",
                "table_description": "A stretch of a weekday that is given out in time slots: a doctor's mornings, a steward's hours.",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="Steward",
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
                        related_name="stewards",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("position", fields.IntField(description="Their place in the list, from 1.")),
                (
                    "buildings",
                    fields.CharField(description="The buildings in words, for instance 1至3栋、5栋.", max_length=120),
                ),
                (
                    "name",
                    fields.CharField(
                        description="Their name. Public only where they have agreed to it.", max_length=40
                    ),
                ),
                (
                    "phone",
                    fields.CharField(
                        default="",
                        description="Telephone at work. Public only where they have agreed to it.",
                        max_length=40,
                    ),
                ),
                (
                    "is_public",
                    fields.BooleanField(
                        default=False,
                        description="Whether name and telephone are a public contact, as the steward has agreed.",
                    ),
                ),
            ],
            options={
                "table": "steward",
                "app": "civicgraph",
                "indexes": [Index(fields=["service_id", "position", "id"])],
                "pk_attr": "id",
                "table_description": "Who looks after which buildings of the compound that a service of stewards serves 楼栋管家.",
            },
            bases=["Record"],
        ),
        ops.AddField(
            model_name="Offer",
            name="amount_fen",
            field=fields.IntField(null=True, description="Its price in fen (1/100 CNY), empty where it has none."),
        ),
        ops.AddField(
            model_name="Offer",
            name="unit",
            field=fields.CharField(
                default="",
                description="What the price is for, for instance 斤 or 5 升桶.",
                db_default="",
                max_length=20,
            ),
        ),
        ops.AddField(
            model_name="Quota",
            name="is_planned",
            field=fields.BooleanField(
                default=False,
                description="Whether it was laid out from the hours that a service gives out.",
                db_default=False,
            ),
        ),
        ops.AddField(
            model_name="Service",
            name="slots_until",
            field=fields.DateField(null=True, description="Its time slots are laid out before this day, empty: none."),
        ),
        ops.AddIndex(
            model_name="Service",
            index=Index(fields=["slots_until", "id"]),
        ),
        ops.RunPython(watch),
    ]
