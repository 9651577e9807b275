"""What is cancelled remembers where it stood, so that a mistaken cancellation can be taken back."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from civicgraph.bookings.models import QuotaStatus
from civicgraph.events.models import EventStatus


class Migration(migrations.Migration):
    dependencies = [("civicgraph", "0058_by_phone_and_by_time")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Event",
            name="status_before",
            field=fields.CharEnumField(
                null=True,
                description="Where it stood when it was cancelled, to be so again.",
                enum_type=EventStatus,
                max_length=12,
            ),
        ),
        ops.AddField(
            model_name="Event",
            name="reinstated_at",
            field=fields.DatetimeField(
                null=True,
                description="When its cancellation or postponement was taken back, empty when it never was.",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.AddField(
            model_name="Quota",
            name="status_before",
            field=fields.CharEnumField(
                null=True,
                description="Whether places were given out when it was called off.",
                enum_type=QuotaStatus,
                max_length=10,
            ),
        ),
    ]
