"""Vacancies of enterprises, referrals of residents who look for work, and the cells of their figures."""

from typing import Any

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from civicgraph.jobs.models import ReferralStage, VacancyStatus, WagePer, WorkKind

WATCHED = ("vacancy", "referral", "referral_step", "referral_cell")
NEVER = "{new}hired < 0 OR {new}hired > {new}places"
"""What no vacancy may be, whoever writes: more people hired than are wanted."""


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
    """Vacancies are found by their words, as 0002 began it."""
    table = "vacancy"
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


def _checked(is_postgres: bool) -> list[str]:
    """SQLite cannot add a constraint to a table that is there: a trigger says the same."""
    name = "vacancy_overfilled"
    if is_postgres:
        return [f"ALTER TABLE vacancy ADD CONSTRAINT {name} CHECK (NOT ({NEVER.format(new='')}))"]
    return [
        f"CREATE TRIGGER {name}_{verb} BEFORE {verb} ON vacancy WHEN {NEVER.format(new='NEW.')}"
        f" BEGIN SELECT RAISE(ABORT, '{name}'); END"
        for verb in ("insert", "update")
    ]


async def forwards(apps: Any, schema_editor: Any) -> None:
    """What models cannot declare."""
    client = schema_editor.client
    is_postgres = client.capabilities.dialect == "postgres"
    placed = [
        f"CREATE INDEX {table}_place_{digits} ON {table} (substr(division_id, 1, {digits}), {order})"
        for table, order in (("vacancy", "id"), ("referral", "due_at, id"))
        for digits in (6, 9)
    ]
    watched = [statement for table in WATCHED for statement in _watched(table, is_postgres)]
    for statement in (*placed, *_searched(is_postgres), *_checked(is_postgres), *watched):
        await client.execute_query(statement)


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0034_grievance_queue")]

    operations = [
        ops.CreateModel(
            name="ReferralCell",
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
                    "month",
                    fields.CharField(description="The month of the application, for instance 2026-05.", max_length=7),
                ),
                (
                    "hours",
                    fields.IntField(
                        description="Full hours from the application to the first working day, -1 for the applications themselves."
                    ),
                ),
                ("referrals", fields.IntField(default=0, description="Applications.", db_default=0)),
                ("hired", fields.IntField(default=0, description="Those who began to work.", db_default=0)),
                (
                    "in_time",
                    fields.IntField(default=0, description="Those who began within the promised time.", db_default=0),
                ),
            ],
            options={
                "table": "referral_cell",
                "app": "civicgraph",
                "unique_together": (("division", "month", "hours"),),
                "pk_attr": "id",
                "table_description": "Referrals of a month in a division and below it, by the hours that they took.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Vacancy",
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
                    "enterprise",
                    fields.ForeignKeyField(
                        "civicgraph.Enterprise",
                        source_field="enterprise_id",
                        description="Who offers it.",
                        db_constraint=True,
                        to_field="id",
                        related_name="vacancies",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "division",
                    fields.ForeignKeyField(
                        "civicgraph.Division",
                        source_field="division_id",
                        description="Where the work is.",
                        db_constraint=True,
                        to_field="code",
                        related_name="vacancies",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "kind",
                    fields.CharEnumField(description="What sort of work it is.", enum_type=WorkKind, max_length=10),
                ),
                ("title", fields.CharField(description="What one does there.", max_length=60)),
                ("places", fields.IntField(description="How many people are wanted.")),
                (
                    "hired",
                    fields.IntField(
                        default=0, description="How many of them began to work there by a referral.", db_default=0
                    ),
                ),
                (
                    "wage_from_fen",
                    fields.BigIntField(null=True, description="Lowest wage, in 1/100 CNY, empty: to be agreed."),
                ),
                (
                    "wage_to_fen",
                    fields.BigIntField(null=True, description="Highest wage, in 1/100 CNY, empty: no range."),
                ),
                (
                    "wage_per",
                    fields.CharEnumField(
                        default=WagePer.MONTH, description="What the wage is paid for.", enum_type=WagePer, max_length=5
                    ),
                ),
                ("address", fields.CharField(default="", description="Where one goes.", max_length=120)),
                ("hours", fields.CharField(default="", description="Working hours in words.", max_length=120)),
                ("requirement", fields.CharField(default="", description="Who can do it.", max_length=400)),
                (
                    "benefits",
                    fields.CharField(default="", description="Meals, lodging, insurance and the like.", max_length=200),
                ),
                ("valid_until", fields.DateField(description="The last day on which one can apply.")),
                (
                    "status",
                    fields.CharEnumField(
                        default=VacancyStatus.DRAFT,
                        description="Whether it is offered.",
                        enum_type=VacancyStatus,
                        max_length=7,
                    ),
                ),
                (
                    "stop_reason",
                    fields.CharField(default="", description="Why staff took it off, empty otherwise.", max_length=200),
                ),
                (
                    "contact_name",
                    fields.CharField(
                        default="",
                        description="Whom one asks for, as the enterprise agreed to make public.",
                        max_length=60,
                    ),
                ),
                (
                    "contact_phone",
                    fields.CharField(default="", description="Telephone, public by the same agreement.", max_length=40),
                ),
                (
                    "contact_agreed_on",
                    fields.DateField(
                        null=True,
                        description="The day on which the enterprise agreed to that, empty when there is no public contact.",
                    ),
                ),
                ("search_terms", fields.TextField(default="", description="Bigrams of its texts.", unique=False)),
            ],
            options={
                "table": "vacancy",
                "app": "civicgraph",
                "indexes": [
                    Index(fields=["enterprise_id", "id"]),
                    Index(fields=["kind", "id"]),
                    Index(fields=["division_id", "id"]),
                    Index(fields=["status", "id"]),
                ],
                "pk_attr": "id",
                "table_description": "Work that an enterprise offers.",
            },
            bases=["Listing"],
        ),
        ops.CreateModel(
            name="Referral",
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
                ("number", fields.CharField(unique=True, description="Its number.", max_length=12)),
                (
                    "division",
                    fields.ForeignKeyField(
                        "civicgraph.Division",
                        source_field="division_id",
                        description="The place whose staff follow it: where the person lives.",
                        db_constraint=True,
                        to_field="code",
                        related_name="referrals",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "wanted",
                    fields.ForeignKeyField(
                        "civicgraph.Vacancy",
                        source_field="wanted_id",
                        null=True,
                        description="The vacancy that was applied for, empty: any work that fits.",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                (
                    "vacancy",
                    fields.ForeignKeyField(
                        "civicgraph.Vacancy",
                        source_field="vacancy_id",
                        null=True,
                        description="The vacancy that it was matched to.",
                        db_constraint=True,
                        to_field="id",
                        related_name="referrals",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                (
                    "stage",
                    fields.CharEnumField(
                        default=ReferralStage.APPLIED,
                        description="How far it has come.",
                        enum_type=ReferralStage,
                        max_length=9,
                    ),
                ),
                (
                    "stage_at",
                    fields.DatetimeField(description="Since when it is so far.", auto_now=False, auto_now_add=False),
                ),
                (
                    "applied_at",
                    fields.DatetimeField(description="When the person applied.", auto_now=False, auto_now_add=False),
                ),
                (
                    "due_at",
                    fields.DatetimeField(
                        description="By when the first working day is promised.", auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "interview_at",
                    fields.DatetimeField(
                        null=True, description="When the interview is.", auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "started_at",
                    fields.DatetimeField(
                        null=True, description="When the first working day began.", auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "ended_at",
                    fields.DatetimeField(
                        null=True,
                        description="When nothing was left to be done for it.",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                (
                    "reason",
                    fields.CharField(
                        default="", description="Why it ended without work, in words for the person.", max_length=300
                    ),
                ),
                (
                    "responsible",
                    fields.ForeignKeyField(
                        "civicgraph.Person",
                        source_field="responsible_id",
                        null=True,
                        description="The member of staff who follows it.",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ("contact_name", fields.CharField(description="Name.", max_length=60)),
                ("contact_phone", fields.TextField(default="", description="Telephone, encrypted.", unique=False)),
                ("contact_phone_masked", fields.CharField(default="", description="Telephone, masked.", max_length=30)),
                ("contact_email", fields.TextField(default="", description="E-mail, encrypted.", unique=False)),
                ("contact_email_masked", fields.CharField(default="", description="E-mail, masked.", max_length=120)),
                (
                    "wish",
                    fields.TextField(
                        default="", description="What the person can do and looks for, encrypted.", unique=False
                    ),
                ),
                ("locale", fields.CharField(default="zh", description="The person’s language.", max_length=5)),
                (
                    "erase_at",
                    fields.DatetimeField(
                        null=True,
                        description="When name, contact and words are erased.",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                ("is_generated", fields.BooleanField(default=False, description="Made up for the demo city.")),
                (
                    "version",
                    fields.IntField(default=1, description="Grows by one with each change, send it back with a step."),
                ),
            ],
            options={
                "table": "referral",
                "app": "civicgraph",
                "indexes": [
                    Index(fields=["division_id", "due_at", "id"]),
                    Index(fields=["stage", "due_at", "id"]),
                    Index(fields=["due_at", "id"]),
                    Index(fields=["vacancy_id", "due_at", "id"]),
                    Index(fields=["responsible_id", "due_at", "id"]),
                    Index(fields=["erase_at", "id"]),
                ],
                "pk_attr": "id",
                "table_description": "A resident who looks for work, from the application to the first working day.",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="ReferralStep",
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
                    "referral",
                    fields.ForeignKeyField(
                        "civicgraph.Referral",
                        source_field="referral_id",
                        description="The referral.",
                        db_constraint=True,
                        to_field="id",
                        related_name="steps",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "before",
                    fields.CharEnumField(
                        null=True,
                        description="How far it had come, empty before the application.",
                        enum_type=ReferralStage,
                        max_length=9,
                    ),
                ),
                ("stage", fields.CharEnumField(description="How far it came.", enum_type=ReferralStage, max_length=9)),
                ("at", fields.DatetimeField(description="When that was.", auto_now=False, auto_now_add=False)),
                (
                    "note",
                    fields.CharField(
                        default="", description="What the person should know, or why it ended.", max_length=300
                    ),
                ),
                (
                    "vacancy",
                    fields.ForeignKeyField(
                        "civicgraph.Vacancy",
                        source_field="vacancy_id",
                        null=True,
                        description="The vacancy that it was matched to.",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                (
                    "person",
                    fields.ForeignKeyField(
                        "civicgraph.Person",
                        source_field="person_id",
                        null=True,
                        description="The member of staff who made it, empty: the person themselves.",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
            ],
            options={
                "table": "referral_step",
                "app": "civicgraph",
                "indexes": [Index(fields=["referral_id", "id"])],
                "pk_attr": "id",
                "table_description": "A step of a referral, with its time and who made it. The first is the application.",
            },
            bases=["Record"],
        ),
        ops.RunPython(forwards),
    ]
