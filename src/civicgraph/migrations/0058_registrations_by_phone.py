"""Who registered is found by telephone, by a keyed hash of it.

The hashes of those who registered before are made by `civicgraph keys rotate`, which this migration cannot be: it
knows no key.
"""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


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
    ]
