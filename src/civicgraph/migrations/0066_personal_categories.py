"""What one person asks for themselves is never public, and needs a way to reach them: proxy errands 上门代办.

Errands of before stay as public as they are: whoever asked for them was told so.
"""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0065_held_reports_in_danger")]

    initial = False

    operations = [
        ops.AddField(
            model_name="GrievanceCategory",
            name="is_personal",
            field=fields.BooleanField(default=False, db_default=False, description="Of one person 私事: never public."),
        ),
        ops.RunSQL("UPDATE grievance_category SET is_personal = true WHERE code = 'errand'"),
    ]
