"""Tables of the privacy room."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model


class RetentionRun(Model):
    """A night's work on one kind of what is kept: how much of it was erased because its time was over."""

    id = fields.BigIntField(primary_key=True)
    night = fields.DateField(description="The night, by the city's calendar.")
    kind = fields.CharField(40, description="What is kept, by its name in the table of retention.")
    erased = fields.IntField(default=0, db_default=0, description="Rows erased.")
    started_at = fields.DatetimeField(description="When it began.")
    finished_at = fields.DatetimeField(null=True, description="When nothing was left to erase.")

    class Meta:
        table = "retention_run"
        unique_together = (("kind", "night"),)
