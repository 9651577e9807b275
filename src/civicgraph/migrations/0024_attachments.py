"""Documents beside notes: their types have longer names than those of pictures. What a robot said has an index."""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from civicgraph.migrating import WidenText


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0023_policies")]

    operations = [
        WidenText(
            model_name="Upload",
            name="media_type",
            field=fields.CharField(description="Its type by its content, for instance image/jpeg.", max_length=100),
        ),
        ops.AddIndex(model_name="OutboxMessage", index=Index(fields=["robot_id", "id"])),
    ]
