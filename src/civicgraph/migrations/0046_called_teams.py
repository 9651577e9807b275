"""A called department may be a team of the register: its members report in and answer themselves."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0045_names_sealed")]

    initial = False

    operations = [
        ops.AddField(
            model_name="GrievanceCall",
            name="team",
            field=fields.ForeignKeyField(
                "civicgraph.Team",
                source_field="team_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name=False,
                on_delete=OnDelete.RESTRICT,
                description="The team that it is here, whose members speak for it, null: its level does.",
            ),
        ),
        ops.AddIndex(model_name="GrievanceCall", index=Index(fields=["team_id", "answered_at", "grievance_id"])),
    ]
