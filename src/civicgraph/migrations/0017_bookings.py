"""Quotas of places and registrations for them, one mechanism for events and services; their versions are watched."""

from typing import Any

from orjson import loads
from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from civicgraph.bookings.models import AnswerKind, QuotaKind, QuotaStatus, RegistrationState

NEVER = {
    "quota_overbooked": "{new}taken < 0 OR {new}taken > coalesce({new}capacity, {new}taken)",
    "quota_miscounted": "{new}waiting < 0 OR {new}attended < 0",
}
"""What no quota may be, whoever writes: places taken beyond the capacity, fewer than none of anything."""
WATCHED = ("quota", "quota_question", "registration")


LISTED = "CREATE INDEX registration_listed ON registration (quota_id, id) WHERE is_listed AND state = 'confirmed'"
"""Those who come and let others know are few: a public page reads them alone."""


def _watched(is_postgres: bool, table: str) -> list[str]:
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


def _checks(is_postgres: bool) -> list[str]:
    """A check on PostgreSQL; on SQLite, which adds none to a table, triggers that say the same."""
    if is_postgres:
        return [
            f"ALTER TABLE quota ADD CONSTRAINT {name} CHECK (NOT ({never.format(new='')}))"
            for name, never in NEVER.items()
        ]
    return [
        f"""CREATE TRIGGER {name}_{verb} BEFORE {verb} ON quota WHEN {never.format(new="NEW.")} BEGIN
            SELECT RAISE(ABORT, '{name}'); END"""
        for name, never in NEVER.items()
        for verb in ("insert", "update")
    ]


async def forwards(apps: Any, schema_editor: Any) -> None:
    client = schema_editor.client
    for statement in _checks(client.capabilities.dialect == "postgres"):
        await client.execute_query(statement)
    await client.execute_query(LISTED)
    for table in WATCHED:
        for statement in _watched(client.capabilities.dialect == "postgres", table):
            await client.execute_query(statement)


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0016_privacy")]

    operations = [
        ops.CreateModel(
            name="Quota",
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
                ("code", fields.CharField(unique=True, description="Its name in addresses.", max_length=12)),
                (
                    "kind",
                    fields.CharEnumField(
                        description="What taking a place is called.", enum_type=QuotaKind, max_length=12
                    ),
                ),
                (
                    "event",
                    fields.ForeignKeyField(
                        "civicgraph.Event",
                        source_field="event_id",
                        null=True,
                        description="The event.",
                        db_constraint=True,
                        to_field="id",
                        related_name="quotas",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "service",
                    fields.ForeignKeyField(
                        "civicgraph.Service",
                        source_field="service_id",
                        null=True,
                        description="The service.",
                        db_constraint=True,
                        to_field="id",
                        related_name="quotas",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "division",
                    fields.ForeignKeyField(
                        "civicgraph.Division",
                        source_field="division_id",
                        description="The community or other division it belongs to.",
                        db_constraint=True,
                        to_field="code",
                        related_name="quotas",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "subject",
                    fields.CharField(
                        description="What it is for: the title of the event, the name of the service.", max_length=120
                    ),
                ),
                (
                    "title",
                    fields.CharField(
                        default="", description="The session, course or term, empty for the whole.", max_length=120
                    ),
                ),
                (
                    "note",
                    fields.CharField(
                        default="", description="What people should know before they take a place.", max_length=300
                    ),
                ),
                ("venue", fields.CharField(default="", description="Where one goes.", max_length=200)),
                ("phone", fields.CharField(default="", description="Public telephone for questions.", max_length=40)),
                (
                    "subject_starts_at",
                    fields.DatetimeField(
                        null=True,
                        description="Start of the event with which it is in step, to go along when the event moves.",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                ("link", fields.CharField(default="", description="The page of the event or service.", max_length=120)),
                (
                    "starts_at",
                    fields.DatetimeField(
                        null=True,
                        description="Start, empty where a place is not for a time.",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                ("ends_at", fields.DatetimeField(null=True, description="End.", auto_now=False, auto_now_add=False)),
                (
                    "weekdays",
                    fields.JSONField(
                        default=list,
                        description="Weekdays on which it takes place between start and end, 1 is Monday.",
                        encoder=JSON_DUMPS,
                        decoder=loads,
                    ),
                ),
                ("capacity", fields.IntField(null=True, description="Number of places, empty when there is no bound.")),
                (
                    "taken",
                    fields.IntField(default=0, description="Places that are taken or kept for somebody.", db_default=0),
                ),
                ("waiting", fields.IntField(default=0, description="Registrations on the waiting list.", db_default=0)),
                ("attended", fields.IntField(default=0, description="People who were checked in.", db_default=0)),
                (
                    "issued",
                    fields.BigIntField(default=0, description="Number of the latest registration.", db_default=0),
                ),
                (
                    "opens_at",
                    fields.DatetimeField(
                        null=True, description="When places begin to be given out.", auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "closes_at",
                    fields.DatetimeField(
                        null=True,
                        description="When they no longer are, empty until the start.",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                ("max_people", fields.IntField(default=1, description="How many people one registration may be for.")),
                (
                    "has_waiting_list",
                    fields.BooleanField(default=True, description="Whether people may wait when all is taken."),
                ),
                (
                    "hold_minutes",
                    fields.IntField(
                        null=True,
                        description="How long a place that became free is kept until its holder says yes. Empty when it is theirs at once.",
                    ),
                ),
                ("min_age", fields.IntField(null=True, description="Youngest age, in full years.")),
                ("max_age", fields.IntField(null=True, description="Oldest age, in full years.")),
                (
                    "is_phone_required",
                    fields.BooleanField(default=False, description="Whether a telephone number has to be given."),
                ),
                (
                    "status",
                    fields.CharEnumField(
                        default=QuotaStatus.OPEN,
                        description="Whether places are given out.",
                        enum_type=QuotaStatus,
                        max_length=10,
                    ),
                ),
                (
                    "is_public",
                    fields.BooleanField(default=False, description="Whether the event or service is published."),
                ),
            ],
            options={
                "table": "quota",
                "app": "civicgraph",
                "indexes": [
                    Index(fields=["event_id", "id"]),
                    Index(fields=["service_id", "id"]),
                    Index(fields=["service_id", "starts_at"]),
                    Index(fields=["division_id", "id"]),
                ],
                "pk_attr": "id",
                "table_description": "Places that people can take: of an event, of a session of it, of a service, of one of its terms or slots.",
            },
            bases=["Listing"],
        ),
        ops.CreateModel(
            name="QuotaQuestion",
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
                    "quota",
                    fields.ForeignKeyField(
                        "civicgraph.Quota",
                        source_field="quota_id",
                        description="The quota.",
                        db_constraint=True,
                        to_field="id",
                        related_name="questions",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("position", fields.IntField(description="Its turn, from 1.")),
                ("label", fields.CharField(description="The question.", max_length=120)),
                ("kind", fields.CharEnumField(description="How it is answered.", enum_type=AnswerKind, max_length=8)),
                (
                    "choices",
                    fields.JSONField(
                        default=list, description="The answers to choose from.", encoder=JSON_DUMPS, decoder=loads
                    ),
                ),
                ("is_required", fields.BooleanField(default=False, description="Whether it has to be answered.")),
            ],
            options={
                "table": "quota_question",
                "app": "civicgraph",
                "indexes": [Index(fields=["quota_id", "position", "id"])],
                "pk_attr": "id",
                "table_description": "What the organiser wants to know of everybody who takes a place.",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="Registration",
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
                    "number",
                    fields.CharField(
                        unique=True, description="Its number, short enough to be typed at the door.", max_length=12
                    ),
                ),
                (
                    "quota",
                    fields.ForeignKeyField(
                        "civicgraph.Quota",
                        source_field="quota_id",
                        description="What for.",
                        db_constraint=True,
                        to_field="id",
                        related_name="registrations",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
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
                    "state",
                    fields.CharEnumField(description="Where it stands.", enum_type=RegistrationState, max_length=10),
                ),
                ("people", fields.IntField(description="How many people it is for.")),
                (
                    "rank",
                    fields.BigIntField(
                        description="Its turn on the waiting list: the order in which registrations were taken."
                    ),
                ),
                ("contact_name", fields.CharField(description="Name.", max_length=60)),
                ("contact_phone", fields.TextField(default="", description="Telephone, encrypted.", unique=False)),
                ("contact_phone_masked", fields.CharField(default="", description="Telephone, masked.", max_length=30)),
                ("contact_email", fields.TextField(default="", description="E-mail, encrypted.", unique=False)),
                ("contact_email_masked", fields.CharField(default="", description="E-mail, masked.", max_length=120)),
                (
                    "answers",
                    fields.TextField(
                        default="", description="Answers to the organiser’s questions, encrypted.", unique=False
                    ),
                ),
                (
                    "is_listed",
                    fields.BooleanField(default=False, description="Whether others may read that the person comes."),
                ),
                ("locale", fields.CharField(default="zh", description="The person’s language.", max_length=5)),
                (
                    "confirmed_at",
                    fields.DatetimeField(
                        null=True, description="When the places became theirs.", auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "offered_until",
                    fields.DatetimeField(
                        null=True,
                        description="Until when the places are kept for a yes.",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                (
                    "moved_up_at",
                    fields.DatetimeField(
                        null=True, description="When it came off the waiting list.", auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "ended_at",
                    fields.DatetimeField(
                        null=True, description="When it was cancelled or given up.", auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "reason",
                    fields.CharField(default="", description="Why staff moved it up or took it off.", max_length=300),
                ),
                (
                    "checked_in_at",
                    fields.DatetimeField(null=True, description="When they came.", auto_now=False, auto_now_add=False),
                ),
                ("attended", fields.IntField(default=0, description="How many of them came.")),
                (
                    "check_in_key",
                    fields.CharField(
                        default="", description="Key of the scan, so that one sent again is one.", max_length=80
                    ),
                ),
                ("is_generated", fields.BooleanField(default=False, description="Made up for the demo city.")),
                ("version", fields.IntField(default=1, description="Grows by one with each change.")),
            ],
            options={
                "table": "registration",
                "app": "civicgraph",
                "indexes": [Index(fields=["quota_id", "id"]), Index(fields=["quota_id", "state", "rank"])],
                "pk_attr": "id",
                "table_description": "Somebody who takes places of a quota, or waits for them.",
            },
            bases=["Record"],
        ),
        ops.RunPython(forwards),
    ]
