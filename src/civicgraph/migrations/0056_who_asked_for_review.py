"""A draft knows who asked for it to be looked over."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0055_places_on_hold")]

    initial = False

    operations = [
        ops.AddField(
            model_name=model,
            name="submitted_by",
            field=fields.ForeignKeyField(
                "civicgraph.Person",
                source_field="submitted_by_id",
                to_field="id",
                db_constraint=True,
                related_name=False,
                null=True,
                on_delete=OnDelete.SET_NULL,
                description="Who asked, to be told what becomes of it.",
            ),
        )
        for model in ("Event", "Service")
    ]
