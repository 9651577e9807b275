"""Documents beside notes: their types have longer names than those of pictures. What a robot said has an index."""

from typing import Any

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class WidenText(ops.AlterField):
    """Let a text be longer. SQLite does not bound texts: making the table anew would lose its triggers and indexes."""

    async def database_forward(self, app_label: str, old_state: Any, new_state: Any, state_editor: Any = None) -> None:
        """Alter the column where its type has a length."""
        if state_editor is not None and state_editor.client.capabilities.dialect == "postgres":
            await super().database_forward(app_label, old_state, new_state, state_editor)


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0023_policies")]

    operations = [
        WidenText(
            model_name="Upload",
            name="media_type",
            field=fields.CharField(description="Its type by its content, for instance image/jpeg.", max_length=100),
        ),
        ops.AddIndex(model_name="OutboxMessage", index=Index(fields=["robot_id", "id"])),
    ]
