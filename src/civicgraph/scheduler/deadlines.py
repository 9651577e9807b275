"""Deadlines: one table that any room writes in the transaction that changes its subject.

A room says by `on_missed` what happens when one passes. The handler runs in the transaction that
claims the deadline, so the reminder's rows and the claim are durable together or not at all.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from tortoise.expressions import Q, RawSQL
from tortoise.models import Model
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from civicgraph import clock
from civicgraph.scheduler.lease import Term, check_term
from civicgraph.scheduler.models import Deadline, DeadlineState

log = structlog.get_logger()

Handler = Callable[[Deadline], Awaitable[None]]

_handlers: dict[tuple[str, str], Handler] = {}
BATCH = 200


async def set_deadline(subject: Model, kind: str, due_at: datetime) -> None:
    """Set or move a deadline of `subject`, pending again."""
    await Deadline.update_or_create(
        subject_type=type(subject).__name__,
        subject_id=subject.pk,
        kind=kind,
        defaults={"due_at": due_at, "state": DeadlineState.PENDING, "settled_at": None, "lease_term": None},
    )


async def settle(subject: Model, *kinds: str) -> None:
    """What was due is done: its pending deadlines of these kinds are met."""
    await Deadline.filter(
        subject_type=type(subject).__name__, subject_id=subject.pk, kind__in=kinds, state=DeadlineState.PENDING
    ).update(state=DeadlineState.MET, settled_at=clock.now())


def on_missed(subject_type: str, kind: str) -> Callable[[Handler], Handler]:
    """Register what happens when a deadline of this kind passes."""

    def register(handler: Handler) -> Handler:
        _handlers[subject_type, kind] = handler
        return handler

    return register


@dataclass(frozen=True)
class Claimed:
    """What one batch did, and where it ended: the next one goes on from there."""

    fired: int
    last: tuple[datetime, int] | None


async def claim_due(term: Term, after: tuple[datetime, int] | None = None) -> Claimed:
    """Claim a batch of what is due and run its handlers, in one transaction.

    The transaction checks first that `term` still leads: a leader that was frozen and woke up late
    claims nothing (fencing). A deadline whose handler fails stays pending for the next round and does
    not hold up the others.
    """
    async with in_transaction():
        await check_term(term)
        rows = await _due(after).limit(BATCH).select_for_update(skip_locked=True)
        fired = 0
        for row in rows:
            fired += await _fire(row, term)
    return Claimed(fired, (rows[-1].due_at, rows[-1].id) if rows else None)


def _due(after: tuple[datetime, int] | None) -> QuerySet[Deadline]:
    # A literal, not a parameter: PostgreSQL's generic plans use the index of pending rows for nothing else.
    due = Deadline.filter(state=RawSQL("'pending'"), due_at__lte=clock.now()).order_by("due_at", "id")
    return due.filter(Q(due_at__gt=after[0]) | Q(due_at=after[0], id__gt=after[1])) if after else due


async def _fire(row: Deadline, term: Term) -> bool:
    handler = _handlers.get((row.subject_type, row.kind))
    try:
        async with in_transaction():  # a savepoint
            row.state, row.settled_at, row.lease_term = DeadlineState.FIRED, clock.now(), term.number
            await row.save(update_fields=["state", "settled_at", "lease_term"])
            if handler is not None:
                await handler(row)
    except Exception:
        log.exception("deadline.failed", subject_type=row.subject_type, kind=row.kind, deadline=row.id)
        return False
    return True
