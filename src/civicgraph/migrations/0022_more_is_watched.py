"""Versions of the desk's and the notices' tables as well: pages that read them are kept, and keep up, by these."""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

WATCHED = (
    *("grievance_tag", "ready_text", "saved_filter", "team", "team_member", "work_order"),
    *("chat_robot", "message_template", "notice_preference", "webhook"),
)


async def forwards(apps: Any, schema_editor: Any) -> None:
    """As 0006 began it."""
    client = schema_editor.client
    is_postgres = client.capabilities.dialect == "postgres"
    for table in WATCHED:
        if is_postgres:
            await client.execute_query(
                f"CREATE TRIGGER {table}_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}"
                " FOR EACH STATEMENT EXECUTE FUNCTION tell_change()"
            )
            continue
        await client.execute_query(f"INSERT INTO table_version VALUES ('{table}', 1)")
        for verb in ("insert", "update", "delete"):
            await client.execute_query(
                f"""CREATE TRIGGER {table}_changed_{verb} AFTER {verb} ON {table} BEGIN
                    UPDATE table_version SET version = version + 1 WHERE name = '{table}'; END"""
            )


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0021_intake")]

    operations = [ops.RunPython(forwards)]
