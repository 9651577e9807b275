"""Who registered is found by telephone, by a keyed hash of it; grievances by the time of their report, however long ago.

The hashes of those who registered before are made by `civicgraph keys rotate`, which this migration cannot be: it
knows no key.
"""

from typing import Any

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

BY_COUNTY = "CREATE INDEX grievance_submitted_6 ON grievance (substr(division_id, 1, 6), submitted_at, id)"


async def index(apps: Any, schema_editor: Any) -> None:
    await schema_editor.client.execute_query(BY_COUNTY)


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0057_open_findings")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Registration",
            name="phone_index",
            field=fields.CharField(
                default="",
                db_default="",
                description="Keyed hash of the telephone, to find who registered by it.",
                max_length=60,
            ),
        ),
        ops.AddIndex(model_name="Registration", index=Index(fields=["phone_index", "id"])),
        ops.AddIndex(model_name="Grievance", index=Index(fields=["submitted_at", "id"])),
        ops.RunPython(index),
    ]
