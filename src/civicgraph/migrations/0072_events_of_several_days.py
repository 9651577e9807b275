"""Events of several days stand in an index of their own: what is on in a month is found without the events of two months."""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

LASTS = {
    "sqlite": "julianday(ends_at) - julianday(starts_at) > 1",
    "postgres": "ends_at - starts_at > interval '1 day'",
}


async def forwards(apps: Any, schema_editor: Any) -> None:
    client = schema_editor.client
    await client.execute_query(
        "CREATE INDEX event_long ON event (starts_at, id, ends_at, status, kind) WHERE "
        + LASTS[client.capabilities.dialect]
    )


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0071_what_was_before")]

    initial = False

    operations = [ops.RunPython(forwards)]
