"""Products and projects have a name in English, projects a team, examples of policies total assets.

What a file's words say is told in other words, since documents have such words as well.
"""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from civicgraph.migrating import Reworded


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0059_taken_back")]

    initial = False

    operations = [
        Reworded(
            model_name="Upload",
            name="alt",
            field=fields.CharField(
                default="",
                db_default="",
                description="What a listing’s image shows, for those who do not see it, or which of what was asked for a document is.",
                max_length=200,
            ),
        ),
        ops.AddField(
            model_name="Product",
            name="name_en",
            field=fields.CharField(default="", db_default="", description="Its name in English.", max_length=120),
        ),
        ops.AddField(
            model_name="InvestmentProject",
            name="name_en",
            field=fields.CharField(default="", db_default="", description="Its name in English.", max_length=160),
        ),
        ops.AddField(
            model_name="InvestmentProject",
            name="team",
            field=fields.ForeignKeyField(
                "civicgraph.Team",
                source_field="team_id",
                to_field="id",
                db_constraint=True,
                related_name=False,
                null=True,
                on_delete=OnDelete.SET_NULL,
                description="The team that sees to it where nobody does alone. Never public.",
            ),
        ),
        ops.AddIndex(model_name="InvestmentProject", index=Index(fields=["team_id", "id"])),
        ops.AddField(
            model_name="PolicyExample",
            name="assets_fen",
            field=fields.BigIntField(null=True, description="Total assets at the end of its last year, in 1/100 CNY."),
        ),
    ]
