"""Registrations are found by name in a whole place."""

from typing import Any

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from civicgraph.text import search_terms

CHUNK = 1_000


def _searched(is_postgres: bool) -> list[str]:
    """As 0002 began it for other tables."""
    table = "registration"
    if is_postgres:
        return [f"CREATE INDEX {table}_terms ON {table} USING gin (string_to_array(search_terms, ' '))"]
    gone = f"INSERT INTO {table}_fts ({table}_fts, rowid, search_terms) VALUES ('delete', old.id, old.search_terms);"
    new = f"INSERT INTO {table}_fts (rowid, search_terms) VALUES (new.id, new.search_terms);"
    return [
        f"CREATE VIRTUAL TABLE {table}_fts USING fts5(search_terms, content='')",
        f"INSERT INTO {table}_fts (rowid, search_terms) SELECT id, search_terms FROM {table}",
        f"CREATE TRIGGER {table}_fts_insert AFTER INSERT ON {table} BEGIN {new} END",
        f"CREATE TRIGGER {table}_fts_delete AFTER DELETE ON {table} BEGIN {gone} END",
        f"CREATE TRIGGER {table}_fts_update AFTER UPDATE OF search_terms ON {table}"
        f" WHEN old.search_terms <> new.search_terms BEGIN {gone} {new} END",
    ]


async def _terms(client: Any, is_postgres: bool) -> None:
    marks = ("$1", "$2") if is_postgres else ("?", "?")
    last = 0
    while rows := await client.execute_query_dict(
        f"SELECT id, contact_name FROM registration WHERE id > {last} AND contact_name <> '' ORDER BY id LIMIT {CHUNK}"
    ):
        found = [[search_terms(row["contact_name"]), row["id"]] for row in rows]
        await client.execute_many(f"UPDATE registration SET search_terms = {marks[0]} WHERE id = {marks[1]}", found)
        last = rows[-1]["id"]


async def forwards(apps: Any, schema_editor: Any) -> None:
    client = schema_editor.client
    is_postgres = client.capabilities.dialect == "postgres"
    await _terms(client, is_postgres)
    for statement in _searched(is_postgres):
        await client.execute_query(statement)


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0037_images_of_listings")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Registration",
            name="search_terms",
            field=fields.TextField(
                default="", db_default="", description="Bigrams of the name, while it is known.", unique=False
            ),
        ),
        ops.RunPython(forwards),
    ]
