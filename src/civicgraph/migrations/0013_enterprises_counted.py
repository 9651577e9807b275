"""The enterprises of a place are counted in an index alone: whether each is published stands in it."""

from tortoise import migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0012_figures")]

    operations = [ops.AddIndex("Enterprise", Index(fields=("division_id", "is_published")))]
