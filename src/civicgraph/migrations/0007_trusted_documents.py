"""Trusted documents: a token that has a list of them runs nothing else."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0006_table_versions")]

    operations = [
        ops.AddField(
            model_name="ApiToken",
            name="documents_version",
            field=fields.IntField(
                default=0,
                db_default=0,
                description="Grows with each list of trusted documents, 0: it may send any document.",
            ),
        ),
        ops.CreateModel(
            name="TrustedDocument",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "created_at",
                    fields.DatetimeField(description="When it was entered.", auto_now=False, auto_now_add=True),
                ),
                (
                    "updated_at",
                    fields.DatetimeField(description="When it was last changed.", auto_now=True, auto_now_add=False),
                ),
                (
                    "token",
                    fields.ForeignKeyField(
                        "civicgraph.ApiToken",
                        source_field="token_id",
                        description="Whose list it is on.",
                        db_constraint=True,
                        to_field="id",
                        related_name="documents",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("digest", fields.CharField(description="The hash that clients name it by.", max_length=64)),
                ("text", fields.TextField(description="The document.", unique=False)),
            ],
            options={
                "table": "trusted_document",
                "app": "civicgraph",
                "unique_together": (("token", "digest"),),
                "pk_attr": "id",
                "table_description": "A GraphQL document that a token may run, a token with such a list runs nothing else.",
            },
            bases=["Record"],
        ),
    ]
