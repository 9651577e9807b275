"""The version of the inbox as well: staff follow theirs (`graph.live`). See 0006, which began this."""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

TABLE = "inbox_message"


async def forwards(apps: Any, schema_editor: Any) -> None:
    client = schema_editor.client
    if client.capabilities.dialect == "postgres":
        await client.execute_query(
            f"CREATE TRIGGER {TABLE}_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {TABLE}"
            " FOR EACH STATEMENT EXECUTE FUNCTION tell_change()"
        )
        return
    await client.execute_query(f"INSERT INTO table_version VALUES ('{TABLE}', 1)")
    for verb in ("insert", "update", "delete"):
        await client.execute_query(
            f"""CREATE TRIGGER {TABLE}_changed_{verb} AFTER {verb} ON {TABLE} BEGIN
                UPDATE table_version SET version = version + 1 WHERE name = '{TABLE}'; END"""
        )


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0008_events_that_are_over")]

    operations = [ops.RunPython(forwards)]
