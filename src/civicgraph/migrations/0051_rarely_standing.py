"""Grievances of a county or subdistrict that stand neither open nor closed, by their status.

How many of a county are to be checked, or on the shortfall list, was counted by going through all that it ever had:
150 ms at a million on SQLite, twice for each look at the queue.
"""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

RARE = "status IN ('returned', 'redirected', 'merged', 'resolved', 'verified', 'shortfall', 'withdrawn')"


async def forwards(apps: Any, schema_editor: Any) -> None:
    """For counties and subdistricts; a community's own are few anyway."""
    for digits in (6, 9):
        await schema_editor.client.execute_query(
            f"CREATE INDEX grievance_rare_{digits} ON grievance (substr(division_id, 1, {digits}), status, id)"
            f" WHERE {RARE}"
        )


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0050_assets_of_enterprises")]

    initial = False

    operations = [ops.RunPython(forwards)]
