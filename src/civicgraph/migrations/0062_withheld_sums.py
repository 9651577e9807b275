"""Sums of what policies granted and paid that the public does not see, with those that would tell them by subtraction."""

from typing import Any

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from civicgraph.policies.settling import settle

TABLE = "withheld_sum"


def _watched(is_postgres: bool) -> list[str]:
    """The table's version, as 0006 began it: pages are kept until it changes."""
    if is_postgres:
        return [
            f"CREATE TRIGGER {TABLE}_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {TABLE}"
            " FOR EACH STATEMENT EXECUTE FUNCTION tell_change()"
        ]
    raised = f"UPDATE table_version SET version = version + 1 WHERE name = '{TABLE}'"
    return [
        f"INSERT INTO table_version VALUES ('{TABLE}', 1)",
        *(
            f"CREATE TRIGGER {TABLE}_changed_{verb} AFTER {verb} ON {TABLE} BEGIN {raised}; END"
            for verb in ("insert", "update", "delete")
        ),
    ]


async def forwards(apps: Any, schema_editor: Any) -> None:
    client = schema_editor.client
    for statement in _watched(client.capabilities.dialect == "postgres"):
        await client.execute_query(statement)
    await settle(client)


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0061_who_led")]

    initial = False

    operations = [
        ops.CreateModel(
            name="WithheldSum",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "division",
                    fields.ForeignKeyField(
                        "civicgraph.Division",
                        source_field="division_id",
                        description="The community or other division it belongs to.",
                        db_constraint=True,
                        to_field="code",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "policy_number",
                    fields.BigIntField(default=0, db_default=0, description="Of this policy, 0 for all."),
                ),
                (
                    "category",
                    fields.CharField(
                        default="",
                        description="Of this category, empty for all, or where the policy says it.",
                        max_length=12,
                    ),
                ),
                ("year", fields.CharField(default="", description="Of this year, empty for all.", max_length=4)),
                ("figure", fields.CharField(description="Of what was `granted`, or `paid`.", max_length=7)),
            ],
            options={
                "table": "withheld_sum",
                "app": "civicgraph",
                "unique_together": (("division", "policy_number", "category", "year", "figure"),),
                "pk_attr": "id",
                "table_description": "A sum that the public does not see: it rests on one or two grants, or would tell such a sum by subtraction.",
            },
            bases=["Model"],
        ),
        ops.RunPython(forwards),
    ]
