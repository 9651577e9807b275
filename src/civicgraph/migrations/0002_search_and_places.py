"""Indexes that models cannot declare: full-text search, places as code prefixes, open work.

- Text: bigrams in a contentless FTS5 table kept by triggers (SQLite), a GIN index over the same
  terms (PostgreSQL).
- Places: `substr(code, 1, 6)` and so on, one per level, each followed by the key that lists sort by,
  so that the newest rows of a county are read from an index as quickly as those of a village.
- Open work and pending deadlines: partial indexes, so that their cost follows what is open.
"""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

SEARCHED = ("compound", "event", "service", "enterprise", "grievance")
PLACED = {"event": "starts_at, id", "service": "id", "enterprise": "id", "grievance": "id", "audit_entry": "id"}
OPEN = "status IN ('submitted', 'accepted', 'assigned', 'in_progress')"


def _shared() -> list[str]:
    statements = []
    for table, order in PLACED.items():
        code = "division_code" if table == "audit_entry" else "division_id"
        statements += [
            f"CREATE INDEX {table}_place_{digits} ON {table} (substr({code}, 1, {digits}), {order})"
            for digits in (6, 9)
        ]
    statements += [
        f"CREATE INDEX grievance_open_grid ON grievance (grid_id, id) WHERE {OPEN}",
        f"CREATE INDEX grievance_open_place ON grievance (division_id, resolution_due_at, id) WHERE {OPEN}",
        f"CREATE INDEX grievance_open_due ON grievance (resolution_due_at, id) WHERE {OPEN}",
        "CREATE INDEX deadline_pending ON deadline (due_at, id) WHERE state = 'pending'",
        "CREATE INDEX outbox_pending ON outbox_message (next_attempt_at, id) WHERE state = 'pending'",
        "CREATE INDEX outbox_parked ON outbox_message (id) WHERE state = 'parked'",
    ]
    return statements


def _sqlite() -> list[str]:
    statements = []
    for table in SEARCHED:
        statements += [
            f"CREATE VIRTUAL TABLE {table}_fts USING fts5(search_terms, content='')",
            f"""CREATE TRIGGER {table}_fts_insert AFTER INSERT ON {table} BEGIN
                INSERT INTO {table}_fts (rowid, search_terms) VALUES (new.id, new.search_terms); END""",
            f"""CREATE TRIGGER {table}_fts_delete AFTER DELETE ON {table} BEGIN
                INSERT INTO {table}_fts ({table}_fts, rowid, search_terms)
                VALUES ('delete', old.id, old.search_terms); END""",
            f"""CREATE TRIGGER {table}_fts_update AFTER UPDATE OF search_terms ON {table}
                WHEN old.search_terms <> new.search_terms BEGIN
                INSERT INTO {table}_fts ({table}_fts, rowid, search_terms)
                VALUES ('delete', old.id, old.search_terms);
                INSERT INTO {table}_fts (rowid, search_terms) VALUES (new.id, new.search_terms); END""",
        ]
    return statements


def _postgres() -> list[str]:
    return [
        f"CREATE INDEX {table}_terms ON {table} USING gin (string_to_array(search_terms, ' '))" for table in SEARCHED
    ]


async def forwards(apps: Any, schema_editor: Any) -> None:
    client = schema_editor.client
    own = _postgres() if client.capabilities.dialect == "postgres" else _sqlite()
    for statement in _shared() + own:
        await client.execute_query(statement)


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0001_initial")]

    operations = [ops.RunPython(forwards)]
