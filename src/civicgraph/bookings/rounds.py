"""At night the counts of quotas are compared with their registrations: what has drifted is put right, and logged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import structlog
from tortoise.functions import Count, Sum
from tortoise.transactions import in_transaction

from civicgraph import clock
from civicgraph.bookings import rules
from civicgraph.bookings.models import Quota, Registration, RegistrationState

log = structlog.get_logger()

HOURS = range(2, 6)
"""Hours of the city's clock in which it is checked."""
A_TICK = 20
"""Quotas checked at a tick, so that nothing waits long behind a check."""


@dataclass
class Round:
    """How far this process has come tonight."""

    night: date | None = None
    last: int = 0


_round = Round()


async def check_some_quotas() -> int:
    """Check the next quotas if it is night; how many had drifted."""
    now = clock.now().astimezone(clock.CITY_ZONE)
    if now.hour not in HOURS:
        return 0
    if _round.night != now.date():
        _round.night, _round.last = now.date(), 0
    found = await Quota.filter(id__gt=_round.last).order_by("id").limit(A_TICK).values_list("id", flat=True)
    drifted = 0
    for number in found:
        drifted += await check_quota(int(str(number)))
        _round.last = int(str(number))
    return drifted


async def check_quota(number: int) -> bool:
    """Count a quota's registrations under its lock; whether its counts had drifted."""
    async with in_transaction():
        quota = await Quota.select_for_update().get(id=number)
        rows = Registration.filter(quota_id=number)
        counted = (
            await rows.group_by("state").annotate(n=Count("id"), places=Sum("people")).values("state", "n", "places")
        )
        by_state = {one["state"]: one for one in counted}
        came = await rows.annotate(came=Sum("attended")).first().values("came")
        right = {
            "taken": sum(int(by_state[state]["places"]) for state in rules.HOLDING if state in by_state),
            "waiting": int(by_state[RegistrationState.WAITING]["n"]) if RegistrationState.WAITING in by_state else 0,
            "attended": int((came or {}).get("came") or 0),
        }
        kept = {name: getattr(quota, name) for name in right}
        if kept == right:
            return False
        log.warning("quota.drifted", quota=quota.code, kept=kept, counted=right)
        if quota.capacity is not None and right["taken"] > quota.capacity:
            right["taken"] = quota.capacity  # cannot be: the database refuses it; and if it were, nobody else comes in
        await Quota.filter(id=number).update(**right)
    return True
