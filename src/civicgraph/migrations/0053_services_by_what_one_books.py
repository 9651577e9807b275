"""Services are found by what one books there, and those of the demo city by their goods."""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

from civicgraph.text import search_terms

CHUNK = 500


async def forwards(apps: Any, schema_editor: Any) -> None:
    client = schema_editor.client
    marks = ("$1", "$2") if client.capabilities.dialect == "postgres" else ("?", "?")
    last = 0
    while rows := await client.execute_query_dict(
        f"SELECT id, name, summary FROM service WHERE id > {last} ORDER BY id LIMIT {CHUNK}"
    ):
        told = await _told(client, rows[0]["id"], rows[-1]["id"])
        found = [[search_terms(row["name"], row["summary"], *told.get(row["id"], ())), row["id"]] for row in rows]
        await client.execute_many(f"UPDATE service SET search_terms = {marks[0]} WHERE id = {marks[1]}", found)
        last = rows[-1]["id"]


async def _told(client: Any, first: int, last: int) -> dict[int, list[str]]:
    """What services offer, and what one books there (said once for many days)."""
    found: dict[int, list[str]] = {}
    for rows in (
        await client.execute_query_dict(
            f"SELECT service_id, name AS words FROM offer WHERE service_id BETWEEN {first} AND {last}"
            " ORDER BY service_id, position"
        ),
        await client.execute_query_dict(
            f"SELECT DISTINCT service_id, title AS words FROM slot_plan WHERE service_id BETWEEN {first} AND {last}"
        ),
    ):
        for row in rows:
            found.setdefault(row["service_id"], []).append(row["words"])
    return found


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0052_closed_categories")]

    initial = False

    operations = [ops.RunPython(forwards)]
