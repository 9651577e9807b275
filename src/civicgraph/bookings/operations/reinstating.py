"""Places of an event that takes place after all: whoever held one holds it, and what was given back goes on."""

from __future__ import annotations

from datetime import datetime

from civicgraph import clock
from civicgraph.bookings import notices, rules
from civicgraph.bookings.models import CallReason, Quota, Registration, RegistrationState
from civicgraph.bookings.operations.places import move_up
from civicgraph.scheduler.deadlines import set_deadline

_A_DAY = 24 * 60


async def shorten_offers(row: Quota) -> None:
    """Places that are kept for a yes are kept no longer than the time that was just changed allows."""
    now = clock.now()
    for offered in await Registration.filter(quota_id=row.id, state=RegistrationState.OFFERED).order_by("id"):
        assert offered.offered_until is not None
        until = rules.kept_until(row, now, max(0, int((offered.offered_until - now).total_seconds() // 60) + 1))
        if until < offered.offered_until:
            await _keep_until(offered, until)


async def _keep_until(offered: Registration, until: datetime) -> None:
    offered.update_from_dict({"offered_until": until, "version": offered.version + 1})
    await offered.save(update_fields=["offered_until", "version", "updated_at"])
    await set_deadline(offered, "hold", until)


async def hold_again(row: Quota) -> None:
    """Tell everybody who stood there, and let those who wait move up to what was given back meanwhile, in their turn.

    Nobody lost a place by the cancellation itself: a place that was kept for somebody's yes is kept for as long again.
    """
    until = rules.kept_until(row, clock.now(), row.hold_minutes or _A_DAY)
    for offered in await Registration.filter(quota_id=row.id, state=RegistrationState.OFFERED).order_by("id"):
        await _keep_until(offered, until)
    what = f"reinstated:{row.version}"
    await notices.tell_all(row, "booking_reinstated", what, rules.ALIVE, call_about=CallReason.REINSTATED)
    await move_up(row)
