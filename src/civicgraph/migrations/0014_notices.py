"""Notices: robots, webhooks, preferences, the city's own words, followers; lanes in which messages leave in order.

What waits for a member of staff joins that person's lane; what waits for a resident goes as before.
"""

from typing import Any

from orjson import loads
from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from civicgraph.notifications.models import EndpointState, RobotKind

FOLLOWERS = "grievance_follower"


async def forwards(apps: Any, schema_editor: Any) -> None:
    client = schema_editor.client
    statements = [
        "CREATE INDEX outbox_lane ON outbox_message (recipient, id) WHERE state = 'pending'",
        "UPDATE outbox_message SET recipient = 'person ' || person_id WHERE state = 'pending' AND person_id IS NOT NULL",
    ]
    if client.capabilities.dialect == "postgres":  # the versions of tables, as 0006 began them
        statements.append(
            f"CREATE TRIGGER {FOLLOWERS}_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {FOLLOWERS}"
            " FOR EACH STATEMENT EXECUTE FUNCTION tell_change()"
        )
    else:
        statements.append(f"INSERT INTO table_version VALUES ('{FOLLOWERS}', 1)")
        raised = f"UPDATE table_version SET version = version + 1 WHERE name = '{FOLLOWERS}'"
        statements += [
            f"CREATE TRIGGER {FOLLOWERS}_changed_{verb} AFTER {verb} ON {FOLLOWERS} BEGIN {raised}; END"
            for verb in ("insert", "update", "delete")
        ]
    for statement in statements:
        await client.execute_query(statement)


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0013_enterprises_counted")]

    operations = [
        ops.CreateModel(
            name="ChatRobot",
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
                    "digest_minutes",
                    fields.IntField(
                        null=True,
                        description="At most one message in so many minutes, the rest in the next, with 0 each by itself.",
                    ),
                ),
                ("quiet_from", fields.IntField(null=True, description="Minute of the day at which quiet begins.")),
                ("quiet_until", fields.IntField(null=True, description="Minute of the day at which quiet ends.")),
                (
                    "last_sent_at",
                    fields.DatetimeField(
                        null=True, description="When it was last written to.", auto_now=False, auto_now_add=False
                    ),
                ),
                ("version", fields.IntField(default=1, description="Grows by one with each change.")),
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
                ("name", fields.CharField(description="The group that it speaks in.", max_length=80)),
                ("kind", fields.CharEnumField(description="Whose chat.", enum_type=RobotKind, max_length=8)),
                (
                    "url",
                    fields.TextField(
                        description="Its address, encrypted: whoever has it speaks in the group.", unique=False
                    ),
                ),
                ("url_masked", fields.CharField(description="The address, masked.", max_length=120)),
                (
                    "secret",
                    fields.TextField(
                        default="", description="What its messages are signed with, encrypted.", unique=False
                    ),
                ),
                (
                    "notices",
                    fields.JSONField(
                        default=list, description="Of what it tells, all when empty.", encoder=JSON_DUMPS, decoder=loads
                    ),
                ),
                ("locale", fields.CharField(default="zh", description="The language of its messages.", max_length=5)),
                (
                    "state",
                    fields.CharEnumField(
                        default=EndpointState.ACTIVE,
                        description="Whether it is written to.",
                        enum_type=EndpointState,
                        max_length=8,
                    ),
                ),
            ],
            options={
                "table": "chat_robot",
                "app": "civicgraph",
                "indexes": [Index(fields=["division_id", "id"])],
                "pk_attr": "id",
                "table_description": "A robot of a chat group, told of some kinds of notice about a place and all below it.",
            },
            bases=["Paced"],
        ),
        ops.CreateModel(
            name="GrievanceFollower",
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
                    "grievance",
                    fields.ForeignKeyField(
                        "civicgraph.Grievance",
                        source_field="grievance_id",
                        description="What is followed.",
                        db_constraint=True,
                        to_field="id",
                        related_name="followers",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "address_key",
                    fields.CharField(description="Keyed hash of the address, to find it by.", max_length=64),
                ),
                ("address", fields.TextField(description="The e-mail address, encrypted. Never shown.", unique=False)),
                (
                    "locale",
                    fields.CharField(default="zh", description="The language of messages: zh or en.", max_length=5),
                ),
                (
                    "is_reporter",
                    fields.BooleanField(
                        default=False,
                        description="Whether they came with the tracking secret: they follow it when it is hidden, too.",
                    ),
                ),
                (
                    "asked_at",
                    fields.DatetimeField(
                        description="When the one message that asks them to confirm was written.",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                (
                    "confirmed_at",
                    fields.DatetimeField(
                        null=True,
                        description="When they confirmed, nothing is told to them before.",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
            ],
            options={
                "table": "grievance_follower",
                "app": "civicgraph",
                "unique_together": (("grievance", "address_key"),),
                "indexes": [Index(fields=["address_key", "asked_at"]), Index(fields=["confirmed_at", "asked_at"])],
                "pk_attr": "id",
                "table_description": "Somebody who is written to at each public step of a grievance, once they have confirmed their address.",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="MessageTemplate",
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
                ("name", fields.CharField(description="Which message.", max_length=60)),
                ("locale", fields.CharField(description="In which language.", max_length=5)),
                ("subject", fields.CharField(description="Its subject, with placeholders.", max_length=200)),
                ("text", fields.TextField(description="Its text, with placeholders.", unique=False)),
                ("version", fields.IntField(default=1, description="Grows by one with each change.")),
            ],
            options={
                "table": "message_template",
                "app": "civicgraph",
                "unique_together": (("name", "locale"),),
                "pk_attr": "id",
                "table_description": "The city’s own words of a message, instead of those that CivicGraph brings.",
            },
            bases=["Record"],
        ),
        ops.CreateModel(
            name="NoticePreference",
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
                    "digest_minutes",
                    fields.IntField(
                        null=True,
                        description="At most one message in so many minutes, the rest in the next, with 0 each by itself.",
                    ),
                ),
                ("quiet_from", fields.IntField(null=True, description="Minute of the day at which quiet begins.")),
                ("quiet_until", fields.IntField(null=True, description="Minute of the day at which quiet ends.")),
                (
                    "last_sent_at",
                    fields.DatetimeField(
                        null=True, description="When it was last written to.", auto_now=False, auto_now_add=False
                    ),
                ),
                ("version", fields.IntField(default=1, description="Grows by one with each change.")),
                (
                    "person",
                    fields.OneToOneField(
                        "civicgraph.Person",
                        source_field="person_id",
                        description="Whose.",
                        db_constraint=True,
                        to_field="id",
                        related_name="notice_preference",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("by_email", fields.BooleanField(default=True, description="Whether by e-mail beside the inbox.")),
            ],
            options={
                "table": "notice_preference",
                "app": "civicgraph",
                "pk_attr": "id",
                "table_description": "How a member of staff wants to be told: without one, by the city’s settings.",
            },
            bases=["Paced"],
        ),
        ops.CreateModel(
            name="Webhook",
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
                    "division",
                    fields.ForeignKeyField(
                        "civicgraph.Division",
                        source_field="division_id",
                        description="The place whose events it is sent, with all below it.",
                        db_constraint=True,
                        to_field="code",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "person",
                    fields.ForeignKeyField(
                        "civicgraph.Person",
                        source_field="person_id",
                        description="Who set it up.",
                        db_constraint=True,
                        to_field="id",
                        related_name="webhooks",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "token",
                    fields.ForeignKeyField(
                        "civicgraph.ApiToken",
                        source_field="token_id",
                        null=True,
                        description="The partner’s token that set it up.",
                        db_constraint=True,
                        to_field="id",
                        related_name="webhooks",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ("name", fields.CharField(description="Whose it is.", max_length=80)),
                (
                    "url",
                    fields.TextField(
                        description="Where events go, encrypted: partners put keys into addresses.", unique=False
                    ),
                ),
                ("url_masked", fields.CharField(description="The address, masked.", max_length=120)),
                ("secret", fields.TextField(description="What events are signed with, encrypted.", unique=False)),
                (
                    "types",
                    fields.JSONField(
                        default=list,
                        description="The types of event, all when empty.",
                        encoder=JSON_DUMPS,
                        decoder=loads,
                    ),
                ),
                (
                    "state",
                    fields.CharEnumField(
                        default=EndpointState.ACTIVE,
                        description="Whether it is sent events.",
                        enum_type=EndpointState,
                        max_length=8,
                    ),
                ),
                (
                    "last_sent_at",
                    fields.DatetimeField(
                        null=True, description="When it last took an event.", auto_now=False, auto_now_add=False
                    ),
                ),
                ("version", fields.IntField(default=1, description="Grows by one with each change.")),
            ],
            options={
                "table": "webhook",
                "app": "civicgraph",
                "indexes": [Index(fields=["division_id", "id"]), Index(fields=["person_id", "id"])],
                "pk_attr": "id",
                "table_description": "A partner’s address that events are sent to.",
            },
            bases=["Record"],
        ),
        ops.AddField(
            model_name="Grievance",
            name="is_reporter_written_to",
            field=fields.BooleanField(
                default=True,
                description="Whether the reporter’s address is written to, until they end it.",
                db_default=True,
            ),
        ),
        ops.AddField(
            model_name="OutboxMessage",
            name="gathered_in",
            field=fields.BigIntField(null=True, description="Number of the message that it leaves together with."),
        ),
        ops.AddField(
            model_name="OutboxMessage",
            name="gives_up_at",
            field=fields.DatetimeField(
                null=True, description="When it is parked if it still fails.", auto_now=False, auto_now_add=False
            ),
        ),
        ops.AddField(
            model_name="OutboxMessage",
            name="is_critical",
            field=fields.BooleanField(
                default=False,
                description="Whether it neither waits for a digest nor for the morning.",
                db_default=False,
            ),
        ),
        ops.AddField(
            model_name="OutboxMessage",
            name="recipient",
            field=fields.CharField(
                default="",
                description="Whose messages it stands among: they leave one after another. No address.",
                db_default="",
                max_length=80,
            ),
        ),
        ops.AddField(
            model_name="OutboxMessage",
            name="robot",
            field=fields.ForeignKeyField(
                "civicgraph.ChatRobot",
                source_field="robot_id",
                null=True,
                description="The robot that says it.",
                db_constraint=True,
                to_field="id",
                related_name="messages",
                on_delete=OnDelete.CASCADE,
            ),
        ),
        ops.AddField(
            model_name="OutboxMessage",
            name="unsubscribe",
            field=fields.CharField(
                default="",
                description="The page that ends messages like it, for residents.",
                db_default="",
                max_length=200,
            ),
        ),
        ops.AddField(
            model_name="OutboxMessage",
            name="webhook",
            field=fields.ForeignKeyField(
                "civicgraph.Webhook",
                source_field="webhook_id",
                null=True,
                description="The webhook that it is sent to.",
                db_constraint=True,
                to_field="id",
                related_name="messages",
                on_delete=OnDelete.CASCADE,
            ),
        ),
        ops.AddIndex(
            model_name="OutboxMessage",
            index=Index(fields=["webhook_id", "id"]),
        ),
        ops.AddIndex(
            model_name="OutboxMessage",
            index=Index(fields=["gathered_in", "id"]),
        ),
        ops.RunPython(forwards),
    ]
