"""Lists that end with their page: what is passed over is decided in an index, not by fetching rows.

- Events: whether one is over stands behind the order of the list.
- Open grievances of a county and of a subdistrict by their promised time, with what decides whether
  that time is overdue; a category of a county and of a subdistrict.
- The trades of a community, like those of the places above it.
- A list of the register by its enterprises, those that are on it today. Unique: nobody is on it twice.
"""

from typing import Any

from tortoise import migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

OPEN = "status IN ('submitted', 'accepted', 'assigned', 'in_progress')"
PROMISED = "resolution_due_at, id, accepted_at, response_due_at, is_public"
EVENTS = ((), ("kind",), ("division_id",))


def _statements() -> list[str]:
    statements = [
        "DROP INDEX grievance_open_place",
        f"CREATE INDEX grievance_open_place ON grievance (division_id, {PROMISED}) WHERE {OPEN}",
        "DROP INDEX grievance_open_due",
        f"CREATE INDEX grievance_open_due ON grievance ({PROMISED}, division_id) WHERE {OPEN}",
        "CREATE INDEX enterprise_trade_12 ON enterprise (division_id, industry_id, id)",
        "CREATE UNIQUE INDEX enterprise_on_list ON enterprise_listing (list, enterprise_id) WHERE delisted_on IS NULL",
    ]
    for digits in (6, 9):
        place = f"substr(division_id, 1, {digits})"
        statements += [
            f"DROP INDEX event_place_{digits}",
            f"CREATE INDEX event_place_{digits} ON event ({place}, starts_at, id, ends_at, status)",
            f"CREATE INDEX grievance_open_place_{digits} ON grievance ({place}, {PROMISED}) WHERE {OPEN}",
            f"CREATE INDEX grievance_category_{digits} ON grievance ({place}, category_id, id)",
        ]
    return statements


async def forwards(apps: Any, schema_editor: Any) -> None:
    for statement in _statements():
        await schema_editor.client.execute_query(statement)


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0004_sections_of_industry")]

    operations = [
        *(ops.RemoveIndex("Event", fields=[*first, "starts_at", "id"]) for first in EVENTS),
        *(ops.AddIndex("Event", Index(fields=(*first, "starts_at", "id", "ends_at", "status"))) for first in EVENTS),
        ops.RunPython(forwards),
    ]
