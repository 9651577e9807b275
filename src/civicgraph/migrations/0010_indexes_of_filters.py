"""Indexes that lists of big tables lacked, as building the schema now finds out (`graph.indexes`).

- Grievances by their promised time, whatever their state; those that are open in the order of their numbers.
- Events that cost something, which are few.
- The audit trail by subject alone and by operation; messages that wait, and by place.
"""

from typing import Any

from tortoise import migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

OPEN = "status IN ('submitted', 'accepted', 'assigned', 'in_progress')"
LISTED = (
    ("Grievance", ("resolution_due_at", "id")),
    ("AuditEntry", ("subject_id", "id")),
    ("AuditEntry", ("operation", "id")),
)


async def forwards(apps: Any, schema_editor: Any) -> None:
    statements = [
        "CREATE INDEX grievance_open ON grievance"
        f" (id, resolution_due_at, accepted_at, response_due_at, is_public, division_id) WHERE {OPEN}",
        "CREATE INDEX event_paid ON event (starts_at, id, ends_at, status, kind) WHERE price_fen > 0",
        "CREATE INDEX outbox_waiting ON outbox_message (id) WHERE state = 'pending'",
    ]
    statements += [
        f"CREATE INDEX outbox_message_place_{digits} ON outbox_message (substr(division_code, 1, {digits}), id)"
        for digits in (6, 9)
    ]
    for statement in statements:
        await schema_editor.client.execute_query(statement)


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0009_inbox_version")]

    operations = [
        *(ops.AddIndex(model, Index(fields=fields)) for model, fields in LISTED),
        ops.RunPython(forwards),
    ]
