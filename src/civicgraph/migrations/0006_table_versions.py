"""Versions of the tables that public pages read: what was answered stays good until one of them changes.

- SQLite: a row for each table, raised by triggers in the transaction that writes.
- PostgreSQL: a notification for each table, sent by the database when the transaction commits. A row
  would make writers wait for each other.

See `graph.versions`, which reads both.
"""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

WATCHED = (
    *("compound", "division", "enterprise", "enterprise_listing", "event", "figure", "grid", "grid_assignment"),
    *("grievance", "grievance_category", "grievance_tally", "grievance_update", "industry", "offer", "opening_hours"),
    *("person", "price_rule", "product", "programme_item", "role_grant", "service"),
)
CHANNEL = "civicgraph_changed"


def _sqlite() -> list[str]:
    statements = ["CREATE TABLE table_version (name TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID"]
    for table in WATCHED:
        statements.append(f"INSERT INTO table_version VALUES ('{table}', 1)")
        statements += [
            f"""CREATE TRIGGER {table}_changed_{verb} AFTER {verb} ON {table} BEGIN
                UPDATE table_version SET version = version + 1 WHERE name = '{table}'; END"""
            for verb in ("insert", "update", "delete")
        ]
    return statements


def _postgres() -> list[str]:
    return [
        f"""CREATE FUNCTION tell_change() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN PERFORM pg_notify('{CHANNEL}', TG_TABLE_NAME); RETURN NULL; END $$""",
        *(
            f"CREATE TRIGGER {table}_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION tell_change()"
            for table in WATCHED
        ),
    ]


async def forwards(apps: Any, schema_editor: Any) -> None:
    client = schema_editor.client
    for statement in _postgres() if client.capabilities.dialect == "postgres" else _sqlite():
        await client.execute_query(statement)


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0005_lists_from_indexes")]

    operations = [ops.RunPython(forwards)]
