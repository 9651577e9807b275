"""Places of a postponed event wait for its new date."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0038_registrations_by_name")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Quota",
            name="is_on_hold",
            field=fields.BooleanField(
                default=False,
                description="Whether the event is postponed, its new date not known yet.",
                db_default=False,
            ),
        ),
    ]
