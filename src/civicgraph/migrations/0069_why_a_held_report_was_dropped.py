"""Whoever sent a report that was dropped reads why."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0068_called_off_alone")]

    initial = False

    operations = [
        ops.AddField(
            model_name="HeldReport",
            name="reason",
            field=fields.CharField(
                default="", db_default="", description="Why it was dropped, as its sender reads it.", max_length=300
            ),
        ),
    ]
