"""Places say why they are on hold or do not take place; those of a service that rests are on hold as well."""

from typing import Any

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

HELD = (
    "UPDATE quota SET off_reason = coalesce((SELECT event.status_reason FROM event WHERE event.id = quota.event_id), '')"
    " WHERE is_on_hold OR status = 'called_off'",
    "UPDATE quota SET off_reason = coalesce((SELECT service.status_reason FROM service WHERE service.id = quota.service_id), '')"
    " WHERE service_id IN (SELECT id FROM service WHERE status IN ('suspended', 'closed'))",
    "UPDATE quota SET is_on_hold = TRUE"
    " WHERE service_id IN (SELECT id FROM service WHERE status = 'suspended') AND status <> 'called_off'"
    " AND NOT (is_planned AND starts_at <= CURRENT_TIMESTAMP)",
)
"""What holds from now on, of those that rested or were called off before."""


async def hold(apps: Any, schema_editor: Any) -> None:
    for statement in HELD:
        await schema_editor.client.execute_query(statement)


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0054_calls_to_make")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Quota",
            name="off_reason",
            field=fields.CharField(
                default="",
                db_default="",
                description="Why it is on hold or does not take place, as everybody reads it.",
                max_length=300,
            ),
        ),
        ops.RunPython(hold),
    ]
