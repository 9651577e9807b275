"""Tables of the scheduler: deadlines that any room writes, and the leader's lease."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from civicgraph.i18n import N_, Labelled
from civicgraph.model import Record


class DeadlineState(Labelled):
    """Where a deadline stands."""

    PENDING = "pending", N_("Pending")
    FIRED = "fired", N_("Missed")
    MET = "met", N_("Met")


class Deadline(Record):
    """Something that is due at a time. Its room says what happens when it passes."""

    subject_type = fields.CharField(40, description="Type of what is due, for instance grievance.")
    subject_id = fields.BigIntField(description="Key of what is due.")
    kind = fields.CharField(40, description="What is due, for instance response.")
    due_at = fields.DatetimeField(description="When.")
    state = fields.CharEnumField(
        DeadlineState, max_length=8, default=DeadlineState.PENDING, description="Where it stands."
    )
    settled_at = fields.DatetimeField(null=True, description="When it was met, or when its reminder was written.")
    lease_term = fields.BigIntField(null=True, description="Term of the leader that claimed it.")

    class Meta:
        table = "deadline"
        unique_together = (("subject_type", "subject_id", "kind"),)


class Lease(Model):
    """Which process leads. The term grows with each change of leader and fences out the old one."""

    name = fields.CharField(40, primary_key=True, description="What is led.")
    holder = fields.CharField(64, description="The process that leads.")
    term = fields.BigIntField(description="Grows by one with each change of holder.")
    expires_at = fields.DatetimeField(description="Until when, unless renewed.")

    class Meta:
        table = "lease"
