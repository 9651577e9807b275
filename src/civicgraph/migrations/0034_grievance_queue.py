"""Grievances: when the next promise is due, and the indexes of what is open in its order.

The indexes of 0005 and 0011 stood by the resolution alone: an urgent first answer due in minutes stood below.
They are narrower now, since whether a promised time has passed is decided by this one column.

What is late and still awaited is counted in the figures: marked when its time passes, by the ticks after this release
for what is late already.

Who has the same problem and follows it is known to be one person by the hash of the address.
"""

from datetime import UTC, datetime
from typing import Any

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

OPEN = "status IN ('submitted', 'accepted', 'assigned', 'in_progress', 'on_hold', 'reopened')"
PROMISED = "due_at, id, is_public"
INDEXES = {
    "grievance_open": "id, due_at, resolution_due_at, is_public, division_id",
    "grievance_open_place": f"division_id, {PROMISED}",
    "grievance_open_due": f"{PROMISED}, division_id",
    "grievance_open_place_6": f"substr(division_id, 1, 6), {PROMISED}",
    "grievance_open_place_9": f"substr(division_id, 1, 9), {PROMISED}",
}
FILLED = (
    "UPDATE grievance SET due_at = CASE WHEN accepted_at IS NULL AND response_due_at < resolution_due_at"
    " THEN response_due_at ELSE resolution_due_at END",
)


async def forwards(apps: Any, schema_editor: Any) -> None:
    """The earlier promise while nobody has answered, else that of the resolution."""
    client = schema_editor.client
    for name in INDEXES:
        await client.execute_query(f"DROP INDEX {name}")
    for statement in FILLED:
        await client.execute_query(statement)


COUNTED = {
    "unanswered_late": "Open and without a first response though its time has passed.",
    "open_late": "Open though the time for the resolution has passed.",
}
UNMARKED = {
    "grievance_unanswered": ("response_due_at", f"{OPEN} AND first_response_at IS NULL AND NOT is_response_late"),
    "grievance_unresolved": ("resolution_due_at", f"{OPEN} AND NOT is_resolution_late"),
}


async def index(apps: Any, schema_editor: Any) -> None:
    """In the order of what is due next."""
    for name, key in INDEXES.items():
        await schema_editor.client.execute_query(f"CREATE INDEX {name} ON grievance ({key}) WHERE {OPEN}")
    for name, (key, condition) in UNMARKED.items():
        await schema_editor.client.execute_query(f"CREATE INDEX {name} ON grievance ({key}) WHERE {condition}")


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0033_checklists")]

    operations = [
        ops.AddField(
            model_name="Grievance",
            name="due_at",
            field=fields.DatetimeField(
                db_default=datetime(1970, 1, 1, tzinfo=UTC),
                description="When what is promised next is due: the first response until there is one, then the resolution.",
            ),
        ),
        ops.RunPython(forwards),
        ops.RemoveIndex("Grievance", fields=["resolution_due_at", "id"]),
        ops.AddIndex("Grievance", Index(fields=("due_at", "id"))),
        ops.AddField(
            model_name="Grievance",
            name="is_response_late",
            field=fields.BooleanField(default=False, db_default=False, description="Late, still to be answered."),
        ),
        ops.AddField(
            model_name="Grievance",
            name="is_resolution_late",
            field=fields.BooleanField(default=False, db_default=False, description="Late, still to be resolved."),
        ),
        *(
            ops.AddField(
                model_name="GrievanceCell",
                name=name,
                field=fields.IntField(default=0, db_default=0, description=description),
            )
            for name, description in COUNTED.items()
        ),
        ops.RunPython(index),
        ops.AddField(
            model_name="GrievanceSupporter",
            name="address_key",
            field=fields.CharField(
                max_length=64,
                default="",
                db_default="",
                description="Keyed hash of the address by which they follow it, so that they count once, empty where unknown.",
            ),
        ),
    ]
