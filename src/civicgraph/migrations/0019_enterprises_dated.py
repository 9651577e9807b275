"""The register's dated facts and its figures; files that are entered in batches; search by ear.

What is in the register counts from its founding. What is deregistered without a known day is taken to be so since its
last change. The cells are counted when the server first ticks (`enterprises.figures.keeping.fill_when_empty`).
"""

from typing import Any

from orjson import loads
from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from civicgraph.enterprises.models import ChangedFact, EnterpriseScale, ImportState
from civicgraph.text import sound_terms

WATCHED = ("enterprise_cell", "enterprise_change", "enterprise_import", "closed_quarter")
CHUNK = 5_000


def _watched(table: str, is_postgres: bool) -> list[str]:
    """The table's version, as 0006 began it: pages are kept until it changes."""
    if is_postgres:
        return [
            f"CREATE TRIGGER {table}_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION tell_change()"
        ]
    raised = f"UPDATE table_version SET version = version + 1 WHERE name = '{table}'"
    return [
        f"INSERT INTO table_version VALUES ('{table}', 1)",
        *(
            f"CREATE TRIGGER {table}_changed_{verb} AFTER {verb} ON {table} BEGIN {raised}; END"
            for verb in ("insert", "update", "delete")
        ),
    ]


def _dated(is_postgres: bool) -> list[str]:
    day = (
        "CAST({} AT TIME ZONE 'Asia/Shanghai' AS date)" if is_postgres else "substr(datetime({}, '+8 hours'), 1, 10)"
    ).format
    return [
        f"UPDATE enterprise SET counted_from = coalesce(established_on, {day('created_at')})",
        'INSERT INTO enterprise_change (created_at, updated_at, enterprise_id, "on", fact, before, after)'
        f" SELECT updated_at, updated_at, id, {day('updated_at')}, 'status', 'active', 'closed' FROM enterprise"
        " WHERE status = 'closed'",
    ]


async def _by_ear(client: Any, is_postgres: bool) -> None:
    marks = ("$1", "$2") if is_postgres else ("?", "?")
    last = 0
    while rows := await client.execute_query_dict(
        f"SELECT id, name, brand, search_terms FROM enterprise WHERE id > {last} ORDER BY id LIMIT {CHUNK}"
    ):
        found = [[f"{row['search_terms']} {sound_terms(row['name'], row['brand'])}".strip(), row["id"]] for row in rows]
        await client.execute_many(f"UPDATE enterprise SET search_terms = {marks[0]} WHERE id = {marks[1]}", found)
        last = rows[-1]["id"]


async def forwards(apps: Any, schema_editor: Any) -> None:
    client = schema_editor.client
    is_postgres = client.capabilities.dialect == "postgres"
    for statement in (*_dated(is_postgres), *(one for table in WATCHED for one in _watched(table, is_postgres))):
        await client.execute_query(statement)
    await _by_ear(client, is_postgres)


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0018_promised_times")]

    operations = [
        ops.CreateModel(
            name="ClosedQuarter",
            fields=[
                (
                    "quarter",
                    fields.CharField(
                        primary_key=True,
                        unique=True,
                        db_index=True,
                        description="The quarter, for instance 2026Q1.",
                        max_length=6,
                    ),
                ),
                (
                    "closed_at",
                    fields.DatetimeField(description="When it was closed.", auto_now=False, auto_now_add=False),
                ),
                (
                    "person",
                    fields.ForeignKeyField(
                        "civicgraph.Person",
                        source_field="person_id",
                        null=True,
                        description="Who closed it.",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
            ],
            options={
                "table": "closed_quarter",
                "app": "civicgraph",
                "pk_attr": "quarter",
                "table_description": "A quarter whose figures are published: facts that would change them are refused.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="EnterpriseCell",
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
                        related_name="enterprise_cells",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "list",
                    fields.CharField(default="", description="The list, empty for the whole register.", max_length=24),
                ),
                (
                    "industry",
                    fields.CharField(
                        default="",
                        description="A section or a division of industry, empty for all of them.",
                        max_length=2,
                    ),
                ),
                (
                    "quarter",
                    fields.CharField(
                        default="", description="The quarter, for instance 2026Q1, empty for now.", max_length=6
                    ),
                ),
                (
                    "joined",
                    fields.IntField(default=0, description="Came on in the quarter, or are on now.", db_default=0),
                ),
                ("departed", fields.IntField(default=0, description="Went off in the quarter.", db_default=0)),
                (
                    "shown",
                    fields.IntField(default=0, description="Public entries now, whatever their status.", db_default=0),
                ),
            ],
            options={
                "table": "enterprise_cell",
                "app": "civicgraph",
                "unique_together": (("division", "list", "industry", "quarter"),),
                "pk_attr": "id",
                "table_description": "How many came and went in a division and below it in a quarter: of the whole register or of a list.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="EnterpriseChange",
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
                        related_name="changes",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("on", fields.DateField(description="First day on which it holds.")),
                ("fact", fields.CharEnumField(description="What changed.", enum_type=ChangedFact, max_length=8)),
                ("before", fields.CharField(description="What it was before: a code, or the status.", max_length=17)),
                ("after", fields.CharField(description="What it is from then on.", max_length=17)),
            ],
            options={
                "table": "enterprise_change",
                "app": "civicgraph",
                "indexes": [Index(fields=["enterprise_id", "id"])],
                "pk_attr": "id",
                "table_description": "A change of a fact that figures follow, with the day from which it holds.",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="EnterpriseImport",
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
                ("name", fields.CharField(description="Name of the file.", max_length=120)),
                ("digest", fields.CharField(description="SHA-256 of the file.", max_length=64)),
                ("state", fields.CharEnumField(description="Where it stands.", enum_type=ImportState, max_length=8)),
                (
                    "total",
                    fields.IntField(
                        default=0, description="Rows of the file, 0 while that is not known.", db_default=0
                    ),
                ),
                ("position", fields.IntField(default=0, description="Rows that are done.", db_default=0)),
                ("created_count", fields.IntField(default=0, description="New entries.", db_default=0)),
                ("updated_count", fields.IntField(default=0, description="Entries that were changed.", db_default=0)),
                (
                    "unchanged_count",
                    fields.IntField(default=0, description="Entries that were so already.", db_default=0),
                ),
                ("refused_count", fields.IntField(default=0, description="Rows that do not fit.", db_default=0)),
                (
                    "errors",
                    fields.JSONField(
                        default=list,
                        description="What is wrong with the first rows that do not fit.",
                        encoder=JSON_DUMPS,
                        decoder=loads,
                    ),
                ),
                (
                    "division_code",
                    fields.CharField(default="", description="The place for which it was entered.", max_length=17),
                ),
                (
                    "person",
                    fields.ForeignKeyField(
                        "civicgraph.Person",
                        source_field="person_id",
                        null=True,
                        description="Who entered it.",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                (
                    "finished_at",
                    fields.DatetimeField(
                        null=True, description="When it was done.", auto_now=False, auto_now_add=False
                    ),
                ),
            ],
            options={
                "table": "enterprise_import",
                "app": "civicgraph",
                "indexes": [
                    Index(fields=["digest", "id"]),
                    Index(fields=["state", "id"]),
                    Index(fields=["division_code", "id"]),
                ],
                "pk_attr": "id",
                "table_description": "A file of enterprises that is entered in batches: where it was interrupted, it goes on.",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="EnterpriseImportPart",
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
                    "of",
                    fields.ForeignKeyField(
                        "civicgraph.EnterpriseImport",
                        source_field="of_id",
                        description="The file.",
                        db_constraint=True,
                        to_field="id",
                        related_name="parts",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("number", fields.IntField(description="Its place among the parts, from 1.")),
                ("count", fields.IntField(description="How many rows it holds.")),
                (
                    "rows",
                    fields.TextField(description="The rows, encrypted. Gone when they are entered.", unique=False),
                ),
            ],
            options={
                "table": "enterprise_import_part",
                "app": "civicgraph",
                "unique_together": (("of", "number"),),
                "pk_attr": "id",
                "table_description": "Rows of a file that wait to be entered.",
            },
            bases=["Record"],
        ),
        ops.AddField(
            model_name="Enterprise",
            name="contact_email",
            field=fields.TextField(
                default="", description="E-mail, encrypted. Never public.", db_default="", unique=False
            ),
        ),
        ops.AddField(
            model_name="Enterprise",
            name="contact_email_masked",
            field=fields.CharField(default="", description="The e-mail, masked.", db_default="", max_length=60),
        ),
        ops.AddField(
            model_name="Enterprise",
            name="counted_from",
            field=fields.DateField(
                null=True,
                description="First day that it counts in figures: its founding, or when it was entered if that was over.",
            ),
        ),
        ops.AddField(
            model_name="Enterprise",
            name="employees",
            field=fields.IntField(null=True, description="People who are insured through it. Never public."),
        ),
        ops.AddField(
            model_name="Enterprise",
            name="revenue_fen",
            field=fields.BigIntField(null=True, description="Revenue of its last year, in 1/100 CNY. Never public."),
        ),
        ops.AddField(
            model_name="Enterprise",
            name="scale",
            field=fields.CharEnumField(
                null=True,
                description="How big it is by the statistical standard.",
                enum_type=EnterpriseScale,
                max_length=8,
            ),
        ),
        ops.RunPython(forwards),
    ]
