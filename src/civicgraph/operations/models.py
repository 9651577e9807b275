"""Tables of the operations' ground: the audit trail and the keys of retried submissions."""

from __future__ import annotations

from typing import Any, ClassVar

from tortoise import fields
from tortoise.models import Model

from civicgraph.model import Record, SqlIndexes, by_place


class IdempotencyKey(Record):
    """A submission’s key with its first answer, so that a retry is not a second submission."""

    key = fields.CharField(64, unique=True, description="Keyed hash of actor, operation and the client’s key.")
    answer: fields.Field[dict[str, Any]] = fields.JSONField(default=dict, description="The first answer.")

    class Meta:
        table = "idempotency_key"


class AuditEntry(Model):
    """One write by somebody. Entries form a chain: each carries the keyed hash of the one before."""

    id = fields.BigIntField(primary_key=True)
    at = fields.DatetimeField(description="When it happened.")
    actor_kind = fields.CharField(12, description="person, token, anonymous or system.")
    person: Any = fields.ForeignKeyField(
        "civicgraph.Person",
        related_name="audit_entries",
        null=True,
        on_delete=fields.RESTRICT,
        description="Who did it.",
    )
    operation = fields.CharField(60, description="What was done, for instance publish_event.")
    subject_type = fields.CharField(40, description="Type of what was changed.")
    subject_id = fields.CharField(40, description="Key of what was changed.")
    division_code = fields.CharField(17, default="", description="Where it belongs.")
    changes: fields.Field[dict[str, Any]] = fields.JSONField(
        default=dict, description="The fields that changed, before and after. Personal data is left out."
    )
    request_id = fields.CharField(32, default="", description="The request, as the logs name it.")
    previous_hash = fields.CharField(64, default="", description="Hash of the entry before.")
    hash = fields.CharField(64, description="Keyed hash of this entry and the one before.")

    class Meta:
        table = "audit_entry"
        indexes = (
            ("subject_type", "subject_id", "id"),
            ("subject_id", "id"),
            ("operation", "id"),
            ("division_code", "id"),
            ("person_id", "id"),
        )

    sql_indexes: ClassVar[SqlIndexes] = by_place("audit_entry", "division_code", "id")
