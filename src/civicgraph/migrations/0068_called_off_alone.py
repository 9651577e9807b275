"""Places that are called off by themselves, while their event or service goes on: times that a service gave out, until now."""

from typing import Any

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


async def mark(apps: Any, schema_editor: Any) -> None:
    """Times of services that are there were called off by a day that was closed. Who left no telephone cannot be called."""
    client = schema_editor.client
    yes = "true" if client.capabilities.dialect == "postgres" else "1"
    await client.execute_query(
        f"UPDATE quota SET is_off_alone = {yes} WHERE is_planned AND status = 'called_off'"
        " AND service_id IN (SELECT id FROM service WHERE status IN ('published', 'suspended'))"
    )
    await client.execute_query(
        "UPDATE registration SET call_about = NULL WHERE call_about IS NOT NULL AND contact_phone = ''"
    )


async def leave(apps: Any, schema_editor: Any) -> None:
    """The column goes."""


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0067_what_a_step_changed")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Quota",
            name="is_off_alone",
            field=fields.BooleanField(
                default=False,
                db_default=False,
                description="Whether it was called off by itself, while its event or service goes on.",
            ),
        ),
        ops.RunPython(mark, leave),
    ]
