"""Privacy: redactions, runs of the retention, look-up of contacts by keyed hashes, and when a contact is erased.

What has ended is erased 180 days after it ended, also what ended before this release. Keyed hashes are made
by `civicgraph keys rotate`, which this migration cannot be: it knows no key.
"""

from typing import Any

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

INDEXES = (
    "CREATE INDEX grievance_phone ON grievance (phone_index, id) WHERE phone_index <> ''",
    "CREATE INDEX grievance_email ON grievance (email_index, id) WHERE email_index <> ''",
    "CREATE INDEX grievance_to_erase ON grievance (erase_at, id) WHERE erase_at IS NOT NULL",
    "CREATE INDEX outbox_to_erase ON outbox_message (sent_at, id) WHERE state = 'sent' AND address <> ''",
)
TABLE = "grievance_redaction"


def _ended(is_postgres: bool) -> str:
    """What ended before: closed cases by their end, the others by their last change."""
    end = "coalesce(closed_at, updated_at)"
    due = f"{end} + interval '180 days'" if is_postgres else f"strftime('%Y-%m-%d %H:%M:%S+00:00', {end}, '+180 days')"
    return f"UPDATE grievance SET erase_at = {due} WHERE status IN ('closed', 'redirected', 'merged', 'withdrawn')"


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
    is_postgres = client.capabilities.dialect == "postgres"
    for statement in (_ended(is_postgres), *INDEXES, *_watched(is_postgres)):
        await client.execute_query(statement)


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0015_desk")]

    operations = [
        ops.CreateModel(
            name="GrievanceRedaction",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "grievance",
                    fields.ForeignKeyField(
                        "civicgraph.Grievance",
                        source_field="grievance_id",
                        description="The grievance.",
                        db_constraint=True,
                        to_field="id",
                        related_name="redactions",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("position", fields.IntField(description="The number that the mark in the text carries, from 1.")),
                ("words", fields.TextField(description="What was taken out. Never public.", unique=False)),
                ("reason", fields.CharField(description="Why, in public words.", max_length=200)),
                ("by_line", fields.CharField(default="", description="Which office did it.", max_length=120)),
                ("at", fields.DatetimeField(description="When.", auto_now=False, auto_now_add=False)),
                (
                    "person",
                    fields.ForeignKeyField(
                        "civicgraph.Person",
                        source_field="person_id",
                        null=True,
                        description="Who did it.",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "restored_at",
                    fields.DatetimeField(
                        null=True, description="When the words were put back.", auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "restored_by",
                    fields.ForeignKeyField(
                        "civicgraph.Person",
                        source_field="restored_by_id",
                        null=True,
                        description="Who put them back.",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "grievance_redaction",
                "app": "civicgraph",
                "unique_together": (("grievance", "position"),),
                "pk_attr": "id",
                "table_description": "Words that staff took out of what the public reads of a grievance, with who, when and why. They can come back.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="RetentionRun",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("night", fields.DateField(description="The night, by the city's calendar.")),
                (
                    "kind",
                    fields.CharField(description="What is kept, by its name in the table of retention.", max_length=40),
                ),
                ("erased", fields.IntField(default=0, description="Rows erased.", db_default=0)),
                ("started_at", fields.DatetimeField(description="When it began.", auto_now=False, auto_now_add=False)),
                (
                    "finished_at",
                    fields.DatetimeField(
                        null=True, description="When nothing was left to erase.", auto_now=False, auto_now_add=False
                    ),
                ),
            ],
            options={
                "table": "retention_run",
                "app": "civicgraph",
                "unique_together": (("kind", "night"),),
                "pk_attr": "id",
                "table_description": "A night's work on one kind of what is kept: how much of it was erased because its time was over.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Grievance",
            name="email_index",
            field=fields.CharField(
                default="",
                description="Keyed hash of the e-mail, to find the same person by.",
                db_default="",
                max_length=60,
            ),
        ),
        ops.AddField(
            model_name="Grievance",
            name="erase_at",
            field=fields.DatetimeField(
                null=True,
                description="When name, contact, address and own words are erased, empty while it is open or done.",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.AddField(
            model_name="Grievance",
            name="phone_index",
            field=fields.CharField(
                default="",
                description="Keyed hash of the telephone, to find the same person by.",
                db_default="",
                max_length=60,
            ),
        ),
        ops.RunPython(forwards),
    ]
