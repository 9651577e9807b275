"""On SQLite open grievances are counted from their indexes alone.

It looks the status up in each row although the index holds no others than open ones; PostgreSQL knows that.
"""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

OPEN = "status IN ('submitted', 'accepted', 'assigned', 'in_progress', 'on_hold', 'reopened')"
PROMISED = "due_at, id, is_public"
INDEXES = {
    "grievance_open": "id, due_at, resolution_due_at, is_public, division_id, status",
    "grievance_open_place": f"division_id, {PROMISED}, status",
    "grievance_open_due": f"{PROMISED}, division_id, status",
    "grievance_open_place_6": f"substr(division_id, 1, 6), {PROMISED}, status",
    "grievance_open_place_9": f"substr(division_id, 1, 9), {PROMISED}, status",
}


async def forwards(apps: Any, schema_editor: Any) -> None:
    client = schema_editor.client
    if client.capabilities.dialect != "sqlite":
        return
    for name, key in INDEXES.items():
        await client.execute_query(f"DROP INDEX {name}")
        await client.execute_query(f"CREATE INDEX {name} ON grievance ({key}) WHERE {OPEN}")


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0072_events_of_several_days")]

    initial = False

    operations = [ops.RunPython(forwards)]
