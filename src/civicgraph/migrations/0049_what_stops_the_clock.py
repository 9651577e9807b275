"""The four-level list says which reasons for a rest stop the clock of a resolution; each grievance keeps what held."""

from orjson import loads
from tortoise import fields, migrations
from tortoise.fields.data import JSON_DUMPS
from tortoise.fields.db_defaults import SqlDefault
from tortoise.migrations import operations as ops

SO_FAR = SqlDefault("""'["REPORTER", "WEATHER", "LEGAL"]'""")
COLUMNS = {
    "UrgencyPolicy": "The reasons for a rest that stop the clock of the resolution.",
    "Grievance": "The reasons for a rest that stop the clock of the resolution, as promised when it was reported.",
}


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0048_classes_of_industry")]

    initial = False

    operations = [
        ops.AddField(
            model_name=model,
            name="pausing",
            field=fields.JSONField(db_default=SO_FAR, description=description, encoder=JSON_DUMPS, decoder=loads),
        )
        for model, description in COLUMNS.items()
    ]
