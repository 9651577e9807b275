"""Grievances of a county or subdistrict by their status; on SQLite those that stand neither open nor closed.

How many of a county are to be checked, or on the shortfall list, was counted by going through all that it ever had:
150 ms at a million on SQLite, twice for each look at the queue. PostgreSQL plans without knowing which status is asked
for, so its index holds all; SQLite would take such a one for the open, too, which it is to walk by their promises.
"""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

RARE = "status IN ('returned', 'redirected', 'merged', 'resolved', 'verified', 'shortfall', 'withdrawn')"


async def forwards(apps: Any, schema_editor: Any) -> None:
    """For counties and subdistricts; a community's own are few anyway."""
    is_postgres = schema_editor.client.capabilities.dialect == "postgres"
    for digits in (6, 9):
        await schema_editor.client.execute_query(
            f"CREATE INDEX grievance_standing_{digits} ON grievance (substr(division_id, 1, {digits}), status, id)"
            f"{'' if is_postgres else f' WHERE {RARE}'}"
        )


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0050_assets_of_enterprises")]

    initial = False

    operations = [ops.RunPython(forwards)]
