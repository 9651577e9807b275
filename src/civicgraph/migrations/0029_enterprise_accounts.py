"""Accounts that act for enterprises, codes that claim one, and objections to grants."""

from typing import Any

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from civicgraph.enterprises.claims.models import ClaimWay

WATCHED = ("enterprise_account",)


async def watch(apps: Any, schema_editor: Any) -> None:
    """What models cannot declare: the tables' versions, as 0006 began them, so that pages are kept until they change."""
    client = schema_editor.client
    for table in WATCHED:
        if client.capabilities.dialect == "postgres":
            await client.execute_query(
                f"CREATE TRIGGER {table}_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}"
                " FOR EACH STATEMENT EXECUTE FUNCTION tell_change()"
            )
            continue
        raised = f"UPDATE table_version SET version = version + 1 WHERE name = '{table}'"
        await client.execute_query(f"INSERT INTO table_version VALUES ('{table}', 1)")
        for verb in ("insert", "update", "delete"):
            await client.execute_query(
                f"CREATE TRIGGER {table}_changed_{verb} AFTER {verb} ON {table} BEGIN {raised}; END"
            )


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0028_kinds_of_services")]

    operations = [
        ops.CreateModel(
            name="ClaimCode",
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
                    "enterprise",
                    fields.ForeignKeyField(
                        "civicgraph.Enterprise",
                        source_field="enterprise_id",
                        description="The enterprise.",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("code_hash", fields.CharField(description="Keyed hash of the code.", max_length=64)),
                (
                    "expires_at",
                    fields.DatetimeField(description="Until when it can be used.", auto_now=False, auto_now_add=False),
                ),
                ("tries", fields.IntField(default=0, description="Wrong codes that were tried since it was sent.")),
                (
                    "used_at",
                    fields.DatetimeField(
                        null=True, description="When it was used.", auto_now=False, auto_now_add=False
                    ),
                ),
            ],
            options={
                "table": "claim_code",
                "app": "civicgraph",
                "indexes": [Index(fields=["enterprise_id", "id"]), Index(fields=["created_at", "id"])],
                "pk_attr": "id",
                "table_description": "A code that was sent to the registered contact of an enterprise. It is kept hashed.",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="EnterpriseAccount",
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
                    "enterprise",
                    fields.ForeignKeyField(
                        "civicgraph.Enterprise",
                        source_field="enterprise_id",
                        description="The enterprise.",
                        db_constraint=True,
                        to_field="id",
                        related_name="accounts",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "person",
                    fields.ForeignKeyField(
                        "civicgraph.Person",
                        source_field="person_id",
                        description="Whose account it is.",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("way", fields.CharEnumField(description="How it came about.", enum_type=ClaimWay, max_length=5)),
                (
                    "ended_at",
                    fields.DatetimeField(
                        null=True,
                        description="When it ended, empty while it lasts.",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
            ],
            options={
                "table": "enterprise_account",
                "app": "civicgraph",
                "unique_together": (("enterprise", "person"),),
                "indexes": [Index(fields=["person_id", "enterprise_id"]), Index(fields=["enterprise_id", "id"])],
                "pk_attr": "id",
                "table_description": "A person's account that acts for an enterprise: it reads what is private to it, and speaks for it.",
            },
            bases=["Record"],
        ),
        ops.AddField(
            model_name="PolicyGrant",
            name="objected_at",
            field=fields.DatetimeField(
                null=True, description="When the enterprise objected.", auto_now=False, auto_now_add=False
            ),
        ),
        ops.AddField(
            model_name="PolicyGrant",
            name="objection",
            field=fields.CharField(
                default="", description="What the enterprise objects to it.", db_default="", max_length=600
            ),
        ),
        ops.AddField(
            model_name="PolicyGrant",
            name="objection_answer",
            field=fields.CharField(
                default="", description="What the office answered to the objection.", db_default="", max_length=300
            ),
        ),
        ops.AddField(
            model_name="PolicyGrant",
            name="objection_answered_at",
            field=fields.DatetimeField(
                null=True, description="When the office answered it.", auto_now=False, auto_now_add=False
            ),
        ),
        ops.RunPython(watch),
    ]
