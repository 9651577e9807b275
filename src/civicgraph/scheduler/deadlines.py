"""Deadlines: one table that any room writes in the transaction that changes its subject.

A room says by `on_missed` what happens when one passes. The handler runs in the transaction that
claims the deadline, so the reminder's rows and the claim are durable together or not at all.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
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
Handlers = Callable[[Sequence[Deadline]], Awaitable[None]]

_handlers: dict[tuple[str, str], Handlers] = {}
BATCH = 200


async def set_deadline(subject: Model, kind: str, due_at: datetime) -> None:
    """Set or move a deadline of `subject`, pending again."""
    await set_deadlines([(subject, kind, due_at)])


async def set_deadlines(wanted: Iterable[tuple[Model, str, datetime]]) -> None:
    """Set or move several deadlines in one statement, pending again."""
    rows = [
        Deadline(subject_type=type(subject).__name__, subject_id=subject.pk, kind=kind, due_at=due_at)
        for subject, kind, due_at in wanted
    ]
    if rows:
        changes = ["due_at", "state", "settled_at", "lease_term", "updated_at"]
        await Deadline.bulk_create(rows, on_conflict=["subject_type", "subject_id", "kind"], update_fields=changes)


async def settle(subject: Model, *kinds: str) -> None:
    """What was due is done: its pending deadlines of these kinds are met."""
    await Deadline.filter(
        subject_type=type(subject).__name__, subject_id=subject.pk, kind__in=kinds, state=DeadlineState.PENDING
    ).update(state=DeadlineState.MET, settled_at=clock.now())


def on_missed(subject_type: str, kind: str) -> Callable[[Handler], Handler]:
    """Register what happens when a deadline of this kind passes."""

    def register(handler: Handler) -> Handler:
        async def each(rows: Sequence[Deadline]) -> None:
            for row in rows:
                await handler(row)

        _handlers[subject_type, kind] = each
        return handler

    return register


def on_all_missed(subject_type: str, *kinds: str) -> Callable[[Handlers], Handlers]:
    """Register what happens when deadlines of these kinds pass: the handler gets all of a batch at once."""

    def register(handler: Handlers) -> Handlers:
        _handlers.update({(subject_type, kind): handler for kind in kinds})
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
    claims nothing (fencing). Those with the same handler are handed to it together. A deadline whose handler
    fails stays pending for the next round and does not hold up the others.
    """
    async with in_transaction():
        await check_term(term)
        rows = await _due(after).limit(BATCH).select_for_update(skip_locked=True)
        fired = 0
        for group in _by_handler(rows):
            fired += await _fire(group, term)
    return Claimed(fired, (rows[-1].due_at, rows[-1].id) if rows else None)


def _due(after: tuple[datetime, int] | None) -> QuerySet[Deadline]:
    # A literal, not a parameter: PostgreSQL's generic plans use the index of pending rows for nothing else.
    due = Deadline.filter(state=RawSQL("'pending'"), due_at__lte=clock.now()).order_by("due_at", "id")
    return due.filter(Q(due_at__gt=after[0]) | Q(due_at=after[0], id__gt=after[1])) if after else due


def _by_handler(rows: Sequence[Deadline]) -> list[list[Deadline]]:
    """Those that the same handler sees to together, each in the order in which they were due."""
    groups: dict[Handlers | None, list[Deadline]] = {}
    for row in rows:
        groups.setdefault(_handlers.get((row.subject_type, row.kind)), []).append(row)
    return list(groups.values())


async def _fire(rows: Sequence[Deadline], term: Term) -> int:
    """Fire them in one savepoint; where one fails, each in a savepoint of its own. How many were fired."""
    handler = _handlers.get((rows[0].subject_type, rows[0].kind))
    changes = {"state": DeadlineState.FIRED, "settled_at": clock.now(), "lease_term": term.number}
    try:
        async with in_transaction():  # a savepoint
            await Deadline.filter(id__in=[row.id for row in rows]).update(**changes)
            if handler is not None:
                await handler([row.update_from_dict(changes) for row in rows])
    except Exception:
        if len(rows) > 1:
            return sum([await _fire([row], term) for row in rows])
        row = rows[0]
        log.exception("deadline.failed", subject_type=row.subject_type, kind=row.kind, deadline=row.id)
        return 0
    return len(rows)
