"""What was withdrawn no longer says why it rested, waited for an answer or stood on the shortfall list: the history does."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0069_why_a_held_report_was_dropped")]

    initial = False

    operations = [ops.RunSQL("UPDATE grievance SET reason = '' WHERE status = 'withdrawn' AND reason <> ''")]
