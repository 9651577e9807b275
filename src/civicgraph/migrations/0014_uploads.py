"""Photos and documents that people send in; pages that show them are kept until one of them changes."""

from typing import Any

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from civicgraph.uploads.models import Purpose

TABLE = "upload"


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


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0014_notices")]

    operations = [
        ops.CreateModel(
            name="Upload",
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
                    "name",
                    fields.CharField(
                        unique=True,
                        description="Its random name in addresses, a changed file has another.",
                        max_length=40,
                    ),
                ),
                (
                    "subject_type",
                    fields.CharField(
                        default="", description="Type of what it belongs to, empty until claimed.", max_length=40
                    ),
                ),
                ("subject_id", fields.BigIntField(null=True, description="Key of what it belongs to.")),
                (
                    "purpose",
                    fields.CharEnumField(
                        default=Purpose.ATTACHMENT,
                        description="What it is there for.",
                        enum_type=Purpose,
                        max_length=12,
                    ),
                ),
                ("position", fields.IntField(default=0, description="Its place among the others.")),
                ("division_code", fields.CharField(default="", description="Where it belongs.", max_length=17)),
                (
                    "capability",
                    fields.CharField(
                        default="", description="What one must be able to do there to see it.", max_length=40
                    ),
                ),
                ("is_public", fields.BooleanField(default=False, description="Whether everyone may see it.")),
                (
                    "is_hidden",
                    fields.BooleanField(default=False, description="Taken from the public for good, with a reason."),
                ),
                ("reason", fields.CharField(default="", description="Why it was hidden.", max_length=200)),
                (
                    "is_blurred",
                    fields.BooleanField(default=False, description="Whether parts of it were made unrecognisable."),
                ),
                (
                    "media_type",
                    fields.CharField(description="Its type by its content, for instance image/jpeg.", max_length=40),
                ),
                ("filename", fields.CharField(default="", description="What its sender called it.", max_length=120)),
                ("size_bytes", fields.IntField(description="Its size in bytes, as it is kept.")),
                ("width", fields.IntField(null=True, description="Width in pixels, of a picture.")),
                ("height", fields.IntField(null=True, description="Height in pixels, of a picture.")),
                ("content_hash", fields.CharField(description="SHA-256 of what is shown.", max_length=64)),
                (
                    "original_hash",
                    fields.CharField(
                        description="SHA-256 of what was sent, cleaned: before anything was blurred.", max_length=64
                    ),
                ),
                (
                    "uploaded_by",
                    fields.ForeignKeyField(
                        "civicgraph.Person",
                        source_field="uploaded_by_id",
                        null=True,
                        description="The member of staff who sent it.",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "upload",
                "app": "civicgraph",
                "indexes": [
                    Index(fields=["subject_type", "subject_id", "position", "id"]),
                    Index(fields=["subject_type", "created_at"]),
                    Index(fields=["content_hash"]),
                    Index(fields=["original_hash"]),
                ],
                "pk_attr": "id",
                "table_description": "A file that somebody sent in. Until something claims it, only who knows its name can see it, for a day.",
            },
            bases=["Record"],
        ),
        ops.RunPython(forwards),
    ]
