"""What is still open in the records of events is found without walking all of them."""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

OPEN = "CREATE INDEX event_entry_open ON event_entry (due_on, event_id) WHERE done_on IS NULL"


async def index(apps: Any, schema_editor: Any) -> None:
    await schema_editor.client.execute_query(OPEN)


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0056_who_asked_for_review")]

    initial = False

    operations = [ops.RunPython(index)]
