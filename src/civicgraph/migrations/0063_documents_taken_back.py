"""An enterprise takes back a document: its content goes, when that was stays."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0062_withheld_sums")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Upload",
            name="taken_back_at",
            field=fields.DatetimeField(
                null=True,
                description="When the enterprise took its document back: its content is gone, that it was here stays.",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
    ]
