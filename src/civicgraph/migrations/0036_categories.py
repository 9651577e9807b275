"""Categories of grievances are changed on a page: a version tells what the editor saw."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0035_jobs")]

    operations = [
        ops.AddField(
            model_name="GrievanceCategory",
            name="version",
            field=fields.IntField(default=1, db_default=1, description="Grows by one with each change."),
        ),
    ]
