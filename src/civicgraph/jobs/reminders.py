"""What the clock does with a referral: whoever follows it is reminded, and when it is late the levels above are told."""

from __future__ import annotations

from civicgraph import clock
from civicgraph.jobs import notices, rules
from civicgraph.jobs.models import Referral
from civicgraph.jobs.stages import RUNNING
from civicgraph.scheduler.deadlines import on_missed, set_deadlines, settle
from civicgraph.scheduler.models import Deadline

LEVELS = {"soon": (0,), "late": (0, 1), "later": (2,)}
"""Who is told when: who follows it, the level above, and the one above that."""


async def keep(row: Referral) -> None:
    """Set the reminders of a referral that runs; settle those of any other."""
    if row.stage in RUNNING:
        times = rules.reminders(row.due_at)
        await set_deadlines((row, kind, at) for kind, at in times.items() if at > clock.now())
    else:
        await settle(row, *LEVELS)


async def _remind(deadline: Deadline) -> None:
    row = await Referral.get_or_none(id=deadline.subject_id)
    if row is not None and row.stage in RUNNING:
        await notices.tell_staff(row, deadline.kind, LEVELS[deadline.kind])


for _kind in LEVELS:
    on_missed("Referral", _kind)(_remind)
