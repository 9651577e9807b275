"""The codes that a file of enterprises has named so far: one that comes again in a later batch is refused."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0042_nudges")]

    operations = [
        ops.CreateModel(
            name="EnterpriseImportCode",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "of",
                    fields.ForeignKeyField(
                        "civicgraph.EnterpriseImport",
                        source_field="of_id",
                        description="The file.",
                        db_constraint=True,
                        to_field="id",
                        related_name="codes",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("credit_code", fields.CharField(description="The code.", max_length=18)),
                ("line", fields.IntField(description="The line of the sheet that named it first.")),
            ],
            options={
                "table": "enterprise_import_code",
                "app": "civicgraph",
                "unique_together": (("of", "credit_code"),),
                "pk_attr": "id",
                "table_description": "A code that a file has named so far, so that it counts once however long the file is. Gone when the file is done.",
            },
            bases=["Model"],
        ),
    ]
