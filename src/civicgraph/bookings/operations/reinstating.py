"""Places of an event that takes place after all: whoever held one holds it, and what was given back goes on."""

from __future__ import annotations

from civicgraph import clock
from civicgraph.bookings import notices, rules
from civicgraph.bookings.models import CallReason, Quota, Registration, RegistrationState
from civicgraph.bookings.operations.places import move_up
from civicgraph.scheduler.deadlines import set_deadline

_A_DAY = 24 * 60


async def hold_again(row: Quota) -> None:
    """Tell everybody who stood there, and let those who wait move up to what was given back meanwhile, in their turn.

    Nobody lost a place by the cancellation itself: a place that was kept for somebody's yes is kept for as long again.
    """
    until = rules.kept_until(row, clock.now(), row.hold_minutes or _A_DAY)
    for offered in await Registration.filter(quota_id=row.id, state=RegistrationState.OFFERED).order_by("id"):
        offered.offered_until = until
        offered.version += 1
        await offered.save(update_fields=["offered_until", "version", "updated_at"])
        await set_deadline(offered, "hold", until)
    what = f"reinstated:{row.version}"
    await notices.tell_all(row, "booking_reinstated", what, rules.ALIVE, call_about=CallReason.REINSTATED)
    await move_up(row)
