"""What happens when something of a quota is due: people are reminded, places that nobody took up go on.

A tick holds the deadline's row when it comes here, an operation the quota's first and the deadline's after it.
Who finds the quota locked therefore does not wait: the deadline stays due for the next tick.
"""

from __future__ import annotations

from datetime import UTC

from civicgraph import clock
from civicgraph.bookings import notices, rules
from civicgraph.bookings.models import CallReason, Quota, QuotaStatus, Registration, RegistrationState
from civicgraph.bookings.operations.places import end, lock_quota
from civicgraph.permissions import SYSTEM
from civicgraph.scheduler.deadlines import on_missed
from civicgraph.scheduler.models import Deadline


@on_missed("Quota", "reminder_day")
async def remind_of_tomorrow(deadline: Deadline) -> None:
    """A day before."""
    await _remind(deadline)


@on_missed("Quota", "reminder_hours")
async def remind_of_today(deadline: Deadline) -> None:
    """Two hours before."""
    await _remind(deadline)


async def _remind(deadline: Deadline) -> None:
    """Everybody who has a place is reminded once; a server that slept past the start reminds of nothing."""
    quota = await Quota.get(id=deadline.subject_id)
    is_off = quota.is_on_hold or quota.status is QuotaStatus.CALLED_OFF
    if is_off or quota.starts_at is None:
        return
    first = rules.first_on(quota.starts_at, quota.weekdays)
    if first <= clock.now():
        return
    what = f"{deadline.kind}:{first.astimezone(UTC):%Y%m%d%H%M}"
    await notices.tell_all(quota, "booking_reminder", what, rules.HOLDING, starts_at=first)


@on_missed("Registration", "hold")
async def let_go(deadline: Deadline) -> None:
    """Nobody said yes in time: the next in turn."""
    found = await Registration.get_or_none(id=deadline.subject_id).only("id", "quota_id")
    if found is None:
        return
    quota = await lock_quota(id=found.quota_id, nowait=True)  # type: ignore[attr-defined]
    row = await Registration.get(id=found.id)
    if (
        quota.status is QuotaStatus.CALLED_OFF
    ):  # nobody could have said yes: it is kept anew if it takes place after all
        return
    if row.state is RegistrationState.OFFERED and row.offered_until and row.offered_until <= clock.now():
        await end(SYSTEM, row, quota, RegistrationState.EXPIRED, call_about=CallReason.ENDED)
