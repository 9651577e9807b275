"""A category of grievances can be closed for new reports: those of before keep it."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0051_rarely_standing")]

    initial = False

    operations = [
        ops.AddField(
            model_name="GrievanceCategory",
            name="is_active",
            field=fields.BooleanField(
                default=True, db_default=True, description="Offered to new reports, otherwise kept for those of before."
            ),
        ),
    ]
