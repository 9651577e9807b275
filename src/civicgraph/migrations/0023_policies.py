"""Policies for enterprises: the catalogue, who qualifies, examples that try it, grants and what they add up to."""

from typing import Any

from orjson import loads
from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from civicgraph.enterprises.models import EnterpriseKind, EnterpriseScale, EnterpriseStatus
from civicgraph.policies.models import AmountKind, GrantState, PolicyCategory, PolicyCycle, PolicyStatus

WATCHED = ("policy", "policy_rule_line", "policy_example", "policy_grant", "policy_cell")


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
    """The catalogue is found by its words, as 0002 began it."""
    if is_postgres:
        return ["CREATE INDEX policy_terms ON policy USING gin (string_to_array(search_terms, ' '))"]
    gone = "INSERT INTO policy_fts (policy_fts, rowid, search_terms) VALUES ('delete', old.id, old.search_terms);"
    new = "INSERT INTO policy_fts (rowid, search_terms) VALUES (new.id, new.search_terms);"
    return [
        "CREATE VIRTUAL TABLE policy_fts USING fts5(search_terms, content='')",
        f"CREATE TRIGGER policy_fts_insert AFTER INSERT ON policy BEGIN {new} END",
        f"CREATE TRIGGER policy_fts_delete AFTER DELETE ON policy BEGIN {gone} END",
        f"CREATE TRIGGER policy_fts_update AFTER UPDATE OF search_terms ON policy"
        f" WHEN old.search_terms <> new.search_terms BEGIN {gone} {new} END",
    ]


def _bounded(is_postgres: bool) -> list[str]:
    """A policy never grants more than its budget, whatever the code does. SQLite adds no CHECK to a table that is there."""
    if is_postgres:
        return ["ALTER TABLE policy ADD CONSTRAINT policy_within_budget CHECK (granted_fen <= budget_fen)"]
    return [
        f"CREATE TRIGGER policy_within_budget_{verb} BEFORE {verb} ON policy WHEN new.granted_fen > new.budget_fen"
        " BEGIN SELECT RAISE(ABORT, 'policy_within_budget'); END"
        for verb in ("insert", "update")
    ]


async def forwards(apps: Any, schema_editor: Any) -> None:
    """What models cannot declare."""
    client = schema_editor.client
    is_postgres = client.capabilities.dialect == "postgres"
    placed = [
        f"CREATE INDEX policy_grant_place_{digits} ON policy_grant (substr(division_id, 1, {digits}), id)"
        for digits in (6, 9)
    ]
    watched = [statement for table in WATCHED for statement in _watched(table, is_postgres)]
    for statement in (*placed, *_bounded(is_postgres), *_searched(is_postgres), *watched):
        await client.execute_query(statement)


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0022_more_is_watched")]

    operations = [
        ops.CreateModel(
            name="Policy",
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
                (
                    "category",
                    fields.CharEnumField(
                        description="Which part of the catalogue.", enum_type=PolicyCategory, max_length=12
                    ),
                ),
                ("title", fields.CharField(description="What it is called.", max_length=80)),
                ("title_en", fields.CharField(default="", description="What it is called in English.", max_length=120)),
                ("summary", fields.CharField(description="What it gives and why, in plain words.", max_length=600)),
                ("summary_en", fields.CharField(default="", description="The same in English.", max_length=900)),
                (
                    "legal_source",
                    fields.CharField(default="", description="The document that it rests on.", max_length=200),
                ),
                (
                    "division",
                    fields.ForeignKeyField(
                        "civicgraph.Division",
                        source_field="division_id",
                        description="Where it holds: for enterprises of this division and below it.",
                        db_constraint=True,
                        to_field="code",
                        related_name="policies",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("owner", fields.CharField(description="The office in charge.", max_length=80)),
                ("phone", fields.CharField(default="", description="Public telephone for questions.", max_length=40)),
                (
                    "status",
                    fields.CharEnumField(
                        default=PolicyStatus.DRAFT, description="Where it stands.", enum_type=PolicyStatus, max_length=9
                    ),
                ),
                ("starts_on", fields.DateField(description="First day.")),
                ("ends_on", fields.DateField(null=True, description="Last day, empty while it is not known.")),
                (
                    "cycle",
                    fields.CharEnumField(
                        default=PolicyCycle.ONCE,
                        description="How often an enterprise can get it.",
                        enum_type=PolicyCycle,
                        max_length=7,
                    ),
                ),
                (
                    "amount_kind",
                    fields.CharEnumField(description="How the amount is found.", enum_type=AmountKind, max_length=16),
                ),
                (
                    "amount_fen",
                    fields.BigIntField(null=True, description="The amount, or that for each person, in 1/100 CNY."),
                ),
                (
                    "share_bp",
                    fields.IntField(null=True, description="The share of the revenue, in 1/100 of a per cent."),
                ),
                (
                    "cap_fen",
                    fields.BigIntField(
                        null=True, description="The most that an enterprise gets at once, in 1/100 CNY."
                    ),
                ),
                (
                    "budget_fen",
                    fields.BigIntField(
                        null=True, description="The whole budget in 1/100 CNY, empty when it has no bound."
                    ),
                ),
                (
                    "granted_fen",
                    fields.BigIntField(
                        default=0,
                        description="What is granted of the budget, without what was withdrawn, in 1/100 CNY.",
                        db_default=0,
                    ),
                ),
                (
                    "objection_days",
                    fields.IntField(default=7, description="Days during which a grant is open to objections."),
                ),
                (
                    "eligibility",
                    fields.JSONField(
                        default=dict,
                        description="Who qualifies, as a tree of conditions, empty while nothing is said.",
                        encoder=JSON_DUMPS,
                        decoder=loads,
                    ),
                ),
                (
                    "rule_version",
                    fields.IntField(default=1, description="Grows with each change of who gets how much."),
                ),
                (
                    "matched_on",
                    fields.DateField(null=True, description="The day of the last look for enterprises that qualify."),
                ),
                (
                    "matched_at",
                    fields.DatetimeField(
                        null=True,
                        description="When enterprises that qualify were last looked for.",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                ("matched_rule", fields.IntField(default=0, description="The version of the rule by which that was.")),
                (
                    "matched_entry",
                    fields.BigIntField(
                        default=0,
                        description="The newest entry of the audit trail then: later ones may have changed the register.",
                    ),
                ),
                ("ended_on", fields.DateField(null=True, description="The day on which it was ended.")),
                ("search_terms", fields.TextField(default="", description="Bigrams of its texts.", unique=False)),
            ],
            options={
                "table": "policy",
                "app": "civicgraph",
                "indexes": [
                    Index(fields=["category", "id"]),
                    Index(fields=["division_id", "id"]),
                    Index(fields=["status", "id"]),
                ],
                "pk_attr": "id",
                "table_description": "A measure that helps enterprises. The database itself refuses a row that granted more than its budget.",
            },
            bases=["Listing"],
        ),
        ops.CreateModel(
            name="PolicyCell",
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
                    "policy",
                    fields.ForeignKeyField(
                        "civicgraph.Policy",
                        source_field="policy_id",
                        description="The policy.",
                        db_constraint=True,
                        to_field="id",
                        related_name="cells",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("category", fields.CharField(description="Its category.", max_length=12)),
                (
                    "year",
                    fields.CharField(
                        description="The year in which it was granted, for what is paid, in which it was paid.",
                        max_length=4,
                    ),
                ),
                (
                    "granted",
                    fields.IntField(default=0, description="Grants made, without those withdrawn.", db_default=0),
                ),
                ("granted_fen", fields.BigIntField(default=0, description="Their sum, in 1/100 CNY.", db_default=0)),
                ("paid", fields.IntField(default=0, description="Grants paid.", db_default=0)),
                ("paid_fen", fields.BigIntField(default=0, description="Their sum, in 1/100 CNY.", db_default=0)),
            ],
            options={
                "table": "policy_cell",
                "app": "civicgraph",
                "unique_together": (("division", "policy", "year"),),
                "indexes": [Index(fields=["division_id", "category", "year"])],
                "pk_attr": "id",
                "table_description": "What a policy granted and paid in a county or the whole city in a year: changed together with the grants.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="PolicyExample",
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
                    "policy",
                    fields.ForeignKeyField(
                        "civicgraph.Policy",
                        source_field="policy_id",
                        description="The policy.",
                        db_constraint=True,
                        to_field="id",
                        related_name="examples",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("title", fields.CharField(description="Which case it stands for.", max_length=120)),
                (
                    "kind",
                    fields.CharEnumField(null=True, description="Legal kind.", enum_type=EnterpriseKind, max_length=12),
                ),
                (
                    "status",
                    fields.CharEnumField(
                        null=True, description="Whether it does business.", enum_type=EnterpriseStatus, max_length=10
                    ),
                ),
                (
                    "scale",
                    fields.CharEnumField(null=True, description="Scale.", enum_type=EnterpriseScale, max_length=8),
                ),
                ("industry_code", fields.CharField(default="", description="Industry.", max_length=4)),
                ("division_code", fields.CharField(default="", description="Where it is registered.", max_length=17)),
                ("established_on", fields.DateField(null=True, description="Day of its founding.")),
                ("employees", fields.IntField(null=True, description="People insured through it.")),
                ("revenue_fen", fields.BigIntField(null=True, description="Revenue of its last year, in 1/100 CNY.")),
                (
                    "lists",
                    fields.JSONField(
                        default=list, description="The lists that it is on.", encoder=JSON_DUMPS, decoder=loads
                    ),
                ),
                ("listed_on", fields.DateField(null=True, description="Since when it is on them.")),
                ("on", fields.DateField(null=True, description="The day that is asked about, empty for today.")),
                ("qualifies", fields.BooleanField(description="Whether it should qualify.")),
                (
                    "amount_fen",
                    fields.BigIntField(null=True, description="What it should get, in 1/100 CNY, empty: not compared."),
                ),
            ],
            options={
                "table": "policy_example",
                "app": "civicgraph",
                "indexes": [Index(fields=["policy_id", "id"])],
                "pk_attr": "id",
                "table_description": "A made-up or real enterprise with what a policy should say of it: tried before it is published.",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="PolicyGrant",
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
                        related_name="policy_grants",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "policy",
                    fields.ForeignKeyField(
                        "civicgraph.Policy",
                        source_field="policy_id",
                        description="The policy.",
                        db_constraint=True,
                        to_field="id",
                        related_name="grants",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "period",
                    fields.CharField(
                        description="The period: `once`, a year (2026) or a quarter (2026Q1).", max_length=6
                    ),
                ),
                (
                    "division",
                    fields.ForeignKeyField(
                        "civicgraph.Division",
                        source_field="division_id",
                        description="Where the enterprise was registered when it was granted.",
                        db_constraint=True,
                        to_field="code",
                        related_name="policy_grants",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("amount_fen", fields.BigIntField(description="The amount, in 1/100 CNY.")),
                ("state", fields.CharEnumField(description="Where it stands.", enum_type=GrantState, max_length=9)),
                ("granted_on", fields.DateField(null=True, description="The day on which it was granted.")),
                ("objection_until", fields.DateField(null=True, description="The last day for objections.")),
                ("paid_on", fields.DateField(null=True, description="The day on which it was paid.")),
                ("reason", fields.CharField(default="", description="Why it was withdrawn.", max_length=300)),
                (
                    "notice_due",
                    fields.BooleanField(default=False, description="Whether the enterprise is still to be told."),
                ),
                (
                    "notified_at",
                    fields.DatetimeField(
                        null=True,
                        description="When its contact was written to, empty: has no e-mail.",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
            ],
            options={
                "table": "policy_grant",
                "app": "civicgraph",
                "unique_together": (("enterprise", "policy", "period"),),
                "indexes": [
                    Index(fields=["policy_id", "id"]),
                    Index(fields=["policy_id", "state", "id"]),
                    Index(fields=["policy_id", "period", "state", "enterprise_id"]),
                    Index(fields=["enterprise_id", "id"]),
                    Index(fields=["division_id", "id"]),
                    Index(fields=["state", "id"]),
                    Index(fields=["notice_due", "id"]),
                ],
                "pk_attr": "id",
                "table_description": "What an enterprise gets of a policy in a period: once.",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="PolicyRuleLine",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "policy",
                    fields.ForeignKeyField(
                        "civicgraph.Policy",
                        source_field="policy_id",
                        description="The policy.",
                        db_constraint=True,
                        to_field="id",
                        related_name="rule_lines",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("position", fields.IntField(description="Its place from the top, from 1.")),
                (
                    "path",
                    fields.CharField(
                        description="Its place in the tree: numbers of branches, from 0, empty for the whole.",
                        max_length=40,
                    ),
                ),
                ("depth", fields.IntField(description="How deep it stands, 0 is the whole.")),
                ("is_group", fields.BooleanField(description="Whether it says how the lines below it count.")),
                ("words", fields.TextField(description="The words in Chinese.", unique=False)),
                ("words_en", fields.TextField(description="The words in English.", unique=False)),
            ],
            options={
                "table": "policy_rule_line",
                "app": "civicgraph",
                "indexes": [Index(fields=["policy_id", "position", "id"])],
                "pk_attr": "id",
                "table_description": "A line of who qualifies, in words: made from the tree whenever it is saved.",
            },
            bases=["Model"],
        ),
        ops.RunPython(forwards),
    ]
