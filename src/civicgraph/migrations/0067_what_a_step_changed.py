"""A step of a grievance keeps what it changed of what people were told: level, category, place, promised time.

Steps of before keep none: what they changed is in the audit trail.
"""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from civicgraph.grievances.kinds import Urgency


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0066_personal_categories")]

    initial = False

    operations = [
        ops.AddField(
            model_name="GrievanceUpdate",
            name="level_before",
            field=fields.CharEnumField(
                description="The level that it changed.", enum_type=Urgency, max_length=10, null=True
            ),
        ),
        ops.AddField(
            model_name="GrievanceUpdate",
            name="level",
            field=fields.CharEnumField(
                description="The level from there on.", enum_type=Urgency, max_length=10, null=True
            ),
        ),
        ops.AddField(
            model_name="GrievanceUpdate",
            name="category_before",
            field=fields.CharField(null=True, description="The code of the category that it changed.", max_length=40),
        ),
        ops.AddField(
            model_name="GrievanceUpdate",
            name="category",
            field=fields.CharField(null=True, description="The code of the category from there on.", max_length=40),
        ),
        ops.AddField(
            model_name="GrievanceUpdate",
            name="moved_to",
            field=fields.CharField(
                null=True, description="The code of the community that it was handed to.", max_length=20
            ),
        ),
        ops.AddField(
            model_name="GrievanceUpdate",
            name="promised_before",
            field=fields.DatetimeField(
                null=True,
                description="The promised time of the resolution that it moved.",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.AddField(
            model_name="GrievanceUpdate",
            name="promised",
            field=fields.DatetimeField(
                null=True,
                description="Until when the resolution is promised from there on.",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
    ]
