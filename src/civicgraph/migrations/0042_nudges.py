"""How many asked for a grievance when the level above was told last."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0041_ended_courses")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Grievance",
            name="nudged_count",
            field=fields.IntField(default=0, db_default=0, description="How many asked when a level was told of it."),
        ),
    ]
