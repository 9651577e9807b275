"""Problems of enterprises: the department that owns a category, and the event at which a question was asked."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0025_kinds_and_rescue")]

    operations = [
        ops.AddField(
            model_name="GrievanceCategory",
            name="department",
            field=fields.CharField(
                default="",
                description="The department that owns it, for instance 自然资源局, empty where none does.",
                db_default="",
                max_length=80,
            ),
        ),
        ops.AddField(
            model_name="Grievance",
            name="event",
            field=fields.ForeignKeyField(
                "civicgraph.Event",
                source_field="event_id",
                null=True,
                description="The event at which it was asked, for instance a forum for enterprises.",
                db_constraint=True,
                to_field="id",
                related_name="grievances",
                on_delete=OnDelete.RESTRICT,
            ),
        ),
        ops.AddIndex(model_name="Grievance", index=Index(fields=["event_id", "id"])),
    ]
