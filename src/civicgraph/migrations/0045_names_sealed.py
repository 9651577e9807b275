"""The names of reporters are sealed like their telephones; those that are there are sealed now, with the current key."""

from typing import Any

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from civicgraph import crypto
from civicgraph.masking import mask_name
from civicgraph.migrating import WidenText

BATCH = 1000


async def seal(apps: Any, schema_editor: Any) -> None:
    client = schema_editor.client
    marks = ("$1", "$2", "$3") if client.capabilities.dialect == "postgres" else ("?", "?", "?")
    change = "UPDATE grievance SET contact_name = {}, contact_name_masked = {} WHERE id = {}".format(*marks)
    after = 0
    while True:
        wanted = f"SELECT id, contact_name FROM grievance WHERE id > {after} AND contact_name <> '' ORDER BY id LIMIT {BATCH}"
        _, rows = await client.execute_query(wanted)
        if not rows:
            return
        after = rows[-1]["id"]
        await client.execute_many(
            change, [[crypto.encrypt(row["contact_name"]), mask_name(row["contact_name"]), row["id"]] for row in rows]
        )


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0044_told_by_phone")]

    initial = False

    operations = [
        WidenText(
            model_name="Grievance",
            name="contact_name",
            field=fields.TextField(
                default="", description="The reporter’s name, encrypted. Never public.", unique=False
            ),
        ),
        ops.AddField(
            model_name="Grievance",
            name="contact_name_masked",
            field=fields.CharField(
                default="", db_default="", description="The name, masked: its first character.", max_length=40
            ),
        ),
        ops.RunPython(seal),
    ]
