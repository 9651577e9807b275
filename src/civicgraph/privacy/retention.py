"""The retention at work: each night, in batches beside everything else, what has been kept long enough is erased.

Its cost follows what is due, not what is kept: contacts and addresses are found by partial indexes, the rest at the
beginning of its table, where the oldest rows are.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import structlog
from tortoise.models import Model
from tortoise.transactions import in_transaction

from civicgraph import clock
from civicgraph.accounts.models import Session, SignInAttempt
from civicgraph.bookings.forgetting import forget_due as forget_registrations
from civicgraph.checklists.forgetting import forget_due as forget_cases
from civicgraph.grievances.forgetting import forget_due, forget_held
from civicgraph.jobs.forgetting import forget_due as forget_referrals
from civicgraph.notifications.models import InboxMessage, MessageState, OutboxMessage
from civicgraph.notifications.sending.batch import SEALED
from civicgraph.operations.models import IdempotencyKey
from civicgraph.privacy.models import RetentionRun
from civicgraph.privacy.rules import KEPT

log = structlog.get_logger()

HOURS = range(2, 6)
"""Hours of the city's clock in which it works."""
BATCH = 100
"""Rows of a kind in one transaction at a tick."""


async def _addresses(limit: int) -> int:
    due = OutboxMessage.filter(state=MessageState.SENT, sent_at__lt=_before("message")).exclude(address="")
    found = await due.order_by("sent_at", "id").limit(limit).values_list("id", "values")
    for number, values in [one for one in found if any(name.startswith(SEALED) for name in one[1])]:
        kept = {name: value for name, value in values.items() if not name.startswith(SEALED)}
        await OutboxMessage.filter(id=number).update(values=kept)
    return await OutboxMessage.filter(id__in=[number for number, _ in found]).update(address="") if found else 0


def _oldest(kind: str, model: type[Model]) -> Callable[[int], Awaitable[int]]:
    """Delete the rows at the beginning of a table that are old enough; rows are numbered as they are made."""

    async def erase(limit: int) -> int:
        rows: Any = await model.all().order_by("id").limit(limit).values_list("id", "created_at")
        old = [number for number, made in rows if made < _before(kind)]
        return await model.filter(id__in=old).delete() if old else 0

    return erase


def _before(kind: str) -> Any:
    days = KEPT[kind].days
    assert days is not None
    return clock.now() - timedelta(days=days)


ERASERS: Mapping[str, Callable[[int], Awaitable[int]]] = {
    "contact": forget_due,
    "held": forget_held,
    "registration": forget_registrations,
    "one_thing": forget_cases,
    "referral": forget_referrals,
    "message": _addresses,
    "submission": _oldest("submission", IdempotencyKey),
    "inbox": _oldest("inbox", InboxMessage),
    "session": _oldest("session", Session),
    "attempt": _oldest("attempt", SignInAttempt),
}
"""What the night erases. `answers` and `photos` go with the contact (`grievances.forgetting`); unconfirmed followers and
unclaimed uploads are forgotten at any tick (`grievances.following`, `uploads.operations.sweep`)."""


@dataclass
class _Night:
    """The night that this process has finished, so that a tick of the day or of a quiet night costs nothing."""

    finished: date | None = None


_night = _Night()


async def erase_some() -> int:
    """A batch of each kind if it is night and something is left; how many rows were erased."""
    now = clock.now().astimezone(clock.CITY_ZONE)
    if now.hour not in HOURS or _night.finished == now.date():
        return 0
    counts = [await _batch(kind, now.date()) for kind in ERASERS]
    if all(count is None for count in counts):
        _night.finished = now.date()
    return sum(count or 0 for count in counts)


async def erase_all() -> dict[str, int]:
    """Everything that is due, now; how many rows of each kind."""
    found = dict.fromkeys(ERASERS, 0)
    tonight = clock.now().astimezone(clock.CITY_ZONE).date()
    for kind in ERASERS:
        await RetentionRun.filter(kind=kind, night=tonight).update(finished_at=None)
        while (count := await _batch(kind, tonight)) is not None:
            found[kind] += count
    return found


async def _batch(kind: str, night: date) -> int | None:
    """One batch of a kind in one transaction with its run; None when this night's work on it was done before."""
    async with in_transaction():
        run = await RetentionRun.select_for_update().get_or_none(kind=kind, night=night)
        if run is not None and run.finished_at is not None:
            return None
        run = run or RetentionRun(kind=kind, night=night, started_at=clock.now())
        count = await ERASERS[kind](BATCH)
        run.erased += count
        run.finished_at = clock.now() if count < BATCH else None
        await run.save()
    if run.finished_at is not None and run.erased:
        log.info("retention.erased", kind=kind, rows=run.erased)
    return count
