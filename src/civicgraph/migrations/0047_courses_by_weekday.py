"""Courses and activities of a service have a weekday and times of their own."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0046_called_teams")]

    operations = [
        ops.AddField(
            model_name="Offer",
            name="weekday",
            field=fields.IntField(
                null=True,
                description="Weekday of a course or an activity, 1 is Monday (ISO 8601), empty: none of its own.",
            ),
        ),
        ops.AddField(
            model_name="Offer",
            name="starts_minute",
            field=fields.IntField(null=True, description="When it begins, in minutes after midnight."),
        ),
        ops.AddField(
            model_name="Offer",
            name="ends_minute",
            field=fields.IntField(null=True, description="When it ends, in minutes after midnight, at most 1440."),
        ),
    ]
