"""A held report says where it is, how its sender is reached, whether it tells of danger, and by when it is looked at.

What waits already keeps all that inside what was sent, which this migration cannot open: it knows no key.
"""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

_WORDS = {
    "danger": (20, "What danger its words tell of, by its code, mostly none."),
    "address": (250, "Where it is, as it was sent. Never public."),
    "contact_name_masked": (60, "The reporter’s name, masked."),
    "contact_phone_masked": (40, "The telephone, masked."),
    "contact_email_masked": (80, "The e-mail, masked."),
}
_POINT = {
    "latitude_micro": "Latitude by WGS-84 in millionths of a degree, as it was sent. Never public.",
    "longitude_micro": "Longitude by WGS-84 in millionths of a degree, as it was sent. Never public.",
}


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0064_budgets_used_up")]

    initial = False

    operations = [
        *(
            ops.AddField(
                model_name="HeldReport",
                name=name,
                field=fields.CharField(default="", db_default="", description=description, max_length=length),
            )
            for name, (length, description) in _WORDS.items()
        ),
        ops.AddField(
            model_name="HeldReport",
            name="rank",
            field=fields.IntField(
                default=1,
                db_default=1,
                description="Its place among those that wait: 0 where it tells of danger, else 1.",
            ),
        ),
        ops.AddField(
            model_name="HeldReport",
            name="due_at",
            field=fields.DatetimeField(
                null=True,
                description="By when somebody is promised to have looked at it.",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        *(
            ops.AddField(model_name="HeldReport", name=name, field=fields.IntField(null=True, description=description))
            for name, description in _POINT.items()
        ),
        ops.AddIndex(model_name="HeldReport", index=Index(fields=["state", "division_code", "rank", "id"])),
        ops.AddIndex(model_name="HeldReport", index=Index(fields=["state", "rank", "id"])),
        ops.AddIndex(model_name="HeldReport", index=Index(fields=["rank", "id"])),
    ]
