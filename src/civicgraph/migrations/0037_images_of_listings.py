"""Images of events and services: the words of a file for those who do not see it, and which part of it stays in view."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from civicgraph.uploads.models import FocalPoint


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0036_categories")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Upload",
            name="alt",
            field=fields.CharField(
                default="",
                description="What a listing’s image shows, for those who do not see it.",
                db_default="",
                max_length=200,
            ),
        ),
        ops.AddField(
            model_name="Upload",
            name="focal_point",
            field=fields.CharEnumField(
                default=FocalPoint.CENTRE,
                description="The part of a listing’s image that stays in view where it is cut to fit.",
                db_default=FocalPoint.CENTRE.value,
                enum_type=FocalPoint,
                max_length=12,
            ),
        ),
    ]
