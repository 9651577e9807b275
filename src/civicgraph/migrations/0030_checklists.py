"""The register by size, for its facets."""

from tortoise import migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0029_enterprise_accounts")]

    operations = [
        ops.AddIndex(model_name="Enterprise", index=Index(fields=["scale", "id"])),
    ]
