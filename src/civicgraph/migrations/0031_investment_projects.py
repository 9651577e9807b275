"""Investment projects: their stages, amounts and milestones, and the cells of their figures."""

from typing import Any

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from civicgraph.projects.models import AmountOf, ProjectStage

WATCHED = (
    "investment_project",
    "investment_stage_change",
    "investment_amount",
    "investment_milestone",
    "investment_cell",
)
SECTION_ENDS = (
    ("A", "05"), ("B", "12"), ("C", "43"), ("D", "46"), ("E", "50"), ("F", "52"), ("G", "60"), ("H", "62"), ("I", "65"),
    ("J", "69"), ("K", "70"), ("L", "72"), ("M", "75"), ("N", "79"), ("O", "82"), ("P", "83"), ("Q", "85"), ("R", "90"),
    ("S", "96"), ("T", "97"),
)  # fmt: skip
"""Sections of industry and their last divisions, as GB/T 4754-2017 has them."""


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


def _searched(is_postgres: bool) -> list[str]:
    """Projects are found by their words, as 0002 began it."""
    table = "investment_project"
    if is_postgres:
        return [f"CREATE INDEX {table}_terms ON {table} USING gin (string_to_array(search_terms, ' '))"]
    gone = f"INSERT INTO {table}_fts ({table}_fts, rowid, search_terms) VALUES ('delete', old.id, old.search_terms);"
    new = f"INSERT INTO {table}_fts (rowid, search_terms) VALUES (new.id, new.search_terms);"
    return [
        f"CREATE VIRTUAL TABLE {table}_fts USING fts5(search_terms, content='')",
        f"CREATE TRIGGER {table}_fts_insert AFTER INSERT ON {table} BEGIN {new} END",
        f"CREATE TRIGGER {table}_fts_delete AFTER DELETE ON {table} BEGIN {gone} END",
        f"CREATE TRIGGER {table}_fts_update AFTER UPDATE OF search_terms ON {table}"
        f" WHEN old.search_terms <> new.search_terms BEGIN {gone} {new} END",
    ]


def _section() -> str:
    cases = " ".join(f"WHEN industry_id <= '{last}' THEN '{letter}'" for letter, last in SECTION_ENDS)
    return f"CASE WHEN industry_id >= 'A' THEN industry_id {cases} END"


async def forwards(apps: Any, schema_editor: Any) -> None:
    """What models cannot declare."""
    client = schema_editor.client
    is_postgres = client.capabilities.dialect == "postgres"
    placed = [
        f"CREATE INDEX investment_project_place_{digits} ON investment_project (substr(division_id, 1, {digits}), id)"
        for digits in (6, 9)
    ]
    section = f"CREATE INDEX investment_project_section ON investment_project (({_section()}), id)"
    watched = [statement for table in WATCHED for statement in _watched(table, is_postgres)]
    for statement in (*placed, section, *_searched(is_postgres), *watched):
        await client.execute_query(statement)


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0030_drafts_in_review")]

    operations = [
        ops.CreateModel(
            name="InvestmentCell",
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
                ("stage", fields.CharField(description="The stage.", max_length=9)),
                (
                    "signed",
                    fields.CharField(
                        description="The quarter in which they were signed, for instance 2026Q1.", max_length=6
                    ),
                ),
                ("quarter", fields.CharField(description="The quarter in which it changed.", max_length=6)),
                ("projects", fields.IntField(default=0, description="How many more or fewer there are.", db_default=0)),
                (
                    "contracted_fen",
                    fields.BigIntField(
                        default=0, description="How much more or less is contracted, in 1/100 CNY.", db_default=0
                    ),
                ),
                (
                    "invested_fen",
                    fields.BigIntField(
                        default=0, description="How much more or less is invested, in 1/100 CNY.", db_default=0
                    ),
                ),
            ],
            options={
                "table": "investment_cell",
                "app": "civicgraph",
                "unique_together": (("division", "stage", "signed", "quarter"),),
                "pk_attr": "id",
                "table_description": "By how much projects that were signed in a quarter changed what a stage counts, in a division and below it.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="InvestmentProject",
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
                    "version",
                    fields.IntField(default=1, description="Grows by one with each change, send it back when editing."),
                ),
                (
                    "is_generated",
                    fields.BooleanField(
                        default=False, description="Made up for the demo city rather than taken from a published fact."
                    ),
                ),
                ("name", fields.CharField(description="Its name.", max_length=120)),
                (
                    "summary",
                    fields.CharField(description="What is built and what it is for, in plain words.", max_length=1000),
                ),
                (
                    "division",
                    fields.ForeignKeyField(
                        "civicgraph.Division",
                        source_field="division_id",
                        description="Where it is built.",
                        db_constraint=True,
                        to_field="code",
                        related_name="investment_projects",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "industry",
                    fields.ForeignKeyField(
                        "civicgraph.Industry",
                        source_field="industry_id",
                        description="The industry that it is of.",
                        db_constraint=True,
                        to_field="code",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("investor", fields.CharField(default="", description="Who invests, in words.", max_length=120)),
                (
                    "enterprise",
                    fields.ForeignKeyField(
                        "civicgraph.Enterprise",
                        source_field="enterprise_id",
                        null=True,
                        description="Who invests, as an entry of the register.",
                        db_constraint=True,
                        to_field="id",
                        related_name="investment_projects",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("body", fields.CharField(description="The body in charge.", max_length=80)),
                ("phone", fields.CharField(default="", description="The body's public telephone.", max_length=40)),
                (
                    "responsible",
                    fields.ForeignKeyField(
                        "civicgraph.Person",
                        source_field="responsible_id",
                        null=True,
                        description="The member of staff who sees to it. Never public.",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ("signed_on", fields.DateField(description="The day on which it was signed.")),
                (
                    "counted_from",
                    fields.DateField(
                        null=True,
                        description="First day that it counts in figures: that of its signing, or of its publication if that quarter was closed.",
                    ),
                ),
                (
                    "stage",
                    fields.CharEnumField(
                        default=ProjectStage.SIGNED,
                        description="How far it has come.",
                        enum_type=ProjectStage,
                        max_length=9,
                    ),
                ),
                ("stage_on", fields.DateField(description="Since when it is so far.")),
                (
                    "stop_reason",
                    fields.CharField(
                        default="", description="Why it was stopped, empty while it goes on.", max_length=300
                    ),
                ),
                ("contracted_fen", fields.BigIntField(description="What is contracted, in 1/100 CNY.")),
                ("invested_fen", fields.BigIntField(default=0, description="What is invested so far, in 1/100 CNY.")),
                ("is_published", fields.BooleanField(default=False, description="Shown to the public, and counted.")),
                ("search_terms", fields.TextField(default="", description="Bigrams of its texts.", unique=False)),
            ],
            options={
                "table": "investment_project",
                "app": "civicgraph",
                "indexes": [
                    Index(fields=["division_id", "id"]),
                    Index(fields=["stage", "id"]),
                    Index(fields=["industry_id", "id"]),
                    Index(fields=["enterprise_id", "id"]),
                    Index(fields=["responsible_id", "id"]),
                    Index(fields=["contracted_fen", "id"]),
                ],
                "pk_attr": "id",
                "table_description": "A project that somebody has signed to invest in. Its stage and amounts are those of its dated rows, the latest.",
            },
            bases=["Listing"],
        ),
        ops.CreateModel(
            name="InvestmentAmount",
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
                    "project",
                    fields.ForeignKeyField(
                        "civicgraph.InvestmentProject",
                        source_field="project_id",
                        description="The project.",
                        db_constraint=True,
                        to_field="id",
                        related_name="amounts",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("of", fields.CharEnumField(description="What the amount says.", enum_type=AmountOf, max_length=10)),
                ("on", fields.DateField(description="First day on which it holds.")),
                ("amount_fen", fields.BigIntField(description="The amount, in 1/100 CNY.")),
                ("note", fields.CharField(default="", description="What it rests on.", max_length=200)),
            ],
            options={
                "table": "investment_amount",
                "app": "civicgraph",
                "unique_together": (("project", "of", "on"),),
                "indexes": [Index(fields=["project_id", "on", "id"])],
                "pk_attr": "id",
                "table_description": "What was contracted, or invested so far, as of a day: the whole, not what came to it.",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="InvestmentMilestone",
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
                    "project",
                    fields.ForeignKeyField(
                        "civicgraph.InvestmentProject",
                        source_field="project_id",
                        description="The project.",
                        db_constraint=True,
                        to_field="id",
                        related_name="milestones",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("name", fields.CharField(description="What is to be done.", max_length=80)),
                ("due_on", fields.DateField(description="Until when, this day included.")),
                ("done_on", fields.DateField(null=True, description="When it was done, empty while it is open.")),
                ("note", fields.CharField(default="", description="What is worth knowing about it.", max_length=300)),
                (
                    "version",
                    fields.IntField(default=1, description="Grows by one with each change, send it back when editing."),
                ),
            ],
            options={
                "table": "investment_milestone",
                "app": "civicgraph",
                "indexes": [Index(fields=["project_id", "due_on", "id"])],
                "pk_attr": "id",
                "table_description": "Something of a project that is to be done by a day.",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="InvestmentStageChange",
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
                    "project",
                    fields.ForeignKeyField(
                        "civicgraph.InvestmentProject",
                        source_field="project_id",
                        description="The project.",
                        db_constraint=True,
                        to_field="id",
                        related_name="stage_changes",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "before",
                    fields.CharEnumField(
                        null=True,
                        description="How far it had come, empty before its signing.",
                        enum_type=ProjectStage,
                        max_length=9,
                    ),
                ),
                (
                    "stage",
                    fields.CharEnumField(
                        description="How far it has come since.", enum_type=ProjectStage, max_length=9
                    ),
                ),
                ("on", fields.DateField(description="First day on which it was so far.")),
                (
                    "reason",
                    fields.CharField(default="", description="Why it was stopped, or goes on again.", max_length=300),
                ),
                (
                    "person",
                    fields.ForeignKeyField(
                        "civicgraph.Person",
                        source_field="person_id",
                        null=True,
                        description="Who recorded it. Never public.",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
            ],
            options={
                "table": "investment_stage_change",
                "app": "civicgraph",
                "indexes": [Index(fields=["project_id", "on", "id"])],
                "pk_attr": "id",
                "table_description": "A step from one stage to another, with its day. The first is the signing.",
            },
            bases=["Record"],
        ),
        ops.RunPython(forwards),
    ]
