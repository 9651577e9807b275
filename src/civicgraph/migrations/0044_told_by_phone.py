"""Who of the granted can only be called is told by telephone, and the days for objections begin then."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0043_codes_of_files")]

    operations = [
        ops.AddField(
            model_name="PolicyGrant",
            name="is_told_by_phone",
            field=fields.BooleanField(
                default=False, db_default=False, description="Told by telephone, as there was no way to write to it."
            ),
        ),
    ]
