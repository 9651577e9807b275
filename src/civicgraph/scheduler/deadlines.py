"""Deadlines: one table that any room writes in the transaction that changes its subject.

A room says by `on_missed` what happens when one passes. The handler runs in the transaction that
claims the deadline, so the reminder's rows and the claim are durable together or not at all.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from tortoise.connection import get_connection
from tortoise.models import Model
from tortoise.transactions import in_transaction

from civicgraph import clock
from civicgraph.scheduler.lease import Term, check_term
from civicgraph.scheduler.models import Deadline, DeadlineState

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


async def claim_due(term: Term) -> int:
    """Claim a batch of what is due and run its handlers, in one transaction; how many there were.

    The transaction checks first that `term` still leads: a leader that was frozen and woke up late
    claims nothing (fencing).
    """
    now = clock.now()
    async with in_transaction():
        await check_term(term)
        due = Deadline.filter(state=DeadlineState.PENDING, due_at__lte=now).order_by("due_at", "id").limit(BATCH)
        if get_connection("default").capabilities.support_for_update:
            due = due.select_for_update(skip_locked=True)
        rows = await due
        for row in rows:
            row.state, row.settled_at, row.lease_term = DeadlineState.FIRED, now, term.number
            await row.save(update_fields=["state", "settled_at", "lease_term"])
            handler = _handlers.get((row.subject_type, row.kind))
            if handler is not None:
                await handler(row)
    return len(rows)
