"""What is to be done by another day than was promised says so."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0069_why_a_held_report_was_dropped")]

    initial = False

    operations = [
        ops.AddField(
            model_name="InvestmentMilestone",
            name="first_due_on",
            field=fields.DateField(
                null=True, description="The day that was set first, empty while it is still that one."
            ),
        ),
    ]
