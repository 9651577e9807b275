"""Whom events are made for in particular, and what is done so that everybody can take part."""

from orjson import loads
from tortoise import fields, migrations
from tortoise.fields.data import JSON_DUMPS
from tortoise.migrations import operations as ops

COLUMNS = {
    "groups": "The groups that it is made for in particular.",
    "accessibility": "What is done so that everybody can take part.",
}


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0039_bookings_on_hold")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Event",
            name=name,
            field=fields.JSONField(
                default=list, db_default="[]", description=description, encoder=JSON_DUMPS, decoder=loads
            ),
        )
        for name, description in COLUMNS.items()
    ]
