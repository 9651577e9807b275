"""The trades of a county and of a subdistrict: the register's two filters together.

Each alone has its index. Together SQLite walked a county's entries to find the few of a rare trade:
82 ms in a register of 830,000, 5 with this index.
"""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops


async def forwards(apps: Any, schema_editor: Any) -> None:
    for digits in (6, 9):
        await schema_editor.client.execute_query(
            f"CREATE INDEX enterprise_trade_{digits} ON enterprise (substr(division_id, 1, {digits}), industry_id, id)"
        )


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0002_search_and_places")]

    operations = [ops.RunPython(forwards)]
