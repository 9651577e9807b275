"""A grant that was corrected after an objection says what it was before."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0069_why_a_held_report_was_dropped")]

    initial = False

    operations = [
        ops.AddField(
            model_name="PolicyGrant",
            name="amount_before_fen",
            field=fields.BigIntField(
                null=True, description="What it was before an objection was followed, in 1/100 CNY."
            ),
        ),
    ]
