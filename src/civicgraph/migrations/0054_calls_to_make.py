"""Who left no e-mail is called: what about, and when it was done."""

from typing import Any

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from civicgraph.bookings.models import CallReason


async def index(apps: Any, schema_editor: Any) -> None:
    """Those who are still to be called are few among all who registered."""
    statement = "CREATE INDEX registration_call ON registration (id, quota_id) WHERE call_about IS NOT NULL"
    await schema_editor.client.execute_query(statement)


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0053_services_by_what_one_books")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Registration",
            name="call_about",
            field=fields.CharEnumField(
                null=True,
                description="What they are still to be called about, who left no e-mail.",
                enum_type=CallReason,
                max_length=10,
            ),
        ),
        ops.AddField(
            model_name="Registration",
            name="called_at",
            field=fields.DatetimeField(
                null=True, description="When they were last called.", auto_now=False, auto_now_add=False
            ),
        ),
        ops.RunPython(index),
    ]
