"""Delivering the outbox: claim, send outside any transaction, mark.

At least once, and recognisable when repeated: a repeat carries the same Message-ID or event id. A sender
that dies between claiming and sending loses nothing: the claim runs out and the message is tried again.
What a server has taken is marked at once, and where the database cannot be written just then, as soon
as it can: only a process that dies in between lets it be sent twice.
In order: of one recipient's messages (a lane) none leaves while an earlier one waits. Different lanes
leave side by side, so that one side that does not answer holds up nobody else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from tortoise.expressions import F, RawSQL
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from civicgraph import clock, db
from civicgraph import settings as configuration
from civicgraph.notifications import pacing, rules
from civicgraph.notifications.models import MessageChannel, MessageState, OutboxMessage
from civicgraph.notifications.sending import Batch, Refused, Unwritable, send
from civicgraph.notifications.sending.mail import check_smtp as check_smtp
from civicgraph.settings import Settings

log = structlog.get_logger()

BATCH = 20
GATHERED = 50
"""So many messages leave together at most."""
LOCKED_SECONDS = 5
"""So long a row that somebody else holds is waited for; SQLite's busy time-out is the same."""
RETRY_SECONDS = 1
_IS_FIRST = RawSQL(
    "(outbox_message.recipient = '' OR NOT EXISTS (SELECT 1 FROM outbox_message earlier"
    " WHERE earlier.recipient = outbox_message.recipient AND earlier.state = 'pending'"
    " AND earlier.id < outbox_message.id))"
)

Fence = Callable[[], Awaitable[None]]
"""Raises when another process sends by now; asked in the transaction that claims."""


async def unfenced() -> None:
    """Whoever asks is the only one who sends."""


async def deliver_due(fence: Fence = unfenced) -> int:
    """Send what is due; how many messages were delivered. Without an SMTP server e-mail waits.

    A batch is claimed for `delivery_lease_seconds`, and its sending ends well within them.
    """
    settings = configuration.current()
    delivered = 0
    while batches := await _claim(settings, fence):
        delivered += sum(await asyncio.gather(*(_deliver(settings, one) for one in batches)))
    return delivered


async def _claim(settings: Settings, fence: Fence) -> list[Batch]:
    """Take the first message of each lane that is due. Who may not be written to now is put off, not claimed."""
    while True:
        now = clock.now()
        async with in_transaction():
            await fence()
            heads = await _due(settings, now).limit(BATCH).select_for_update(skip_locked=True)
            paces = await pacing.paces_of(heads, settings)
            allowed = {row.id: rules.allowed_at(paces[row.id], now) if row.id in paces else now for row in heads}
            for row in heads:
                if allowed[row.id] > now:
                    await OutboxMessage.filter(id=row.id).update(next_attempt_at=allowed[row.id])
            taken = [row for row in heads if allowed[row.id] <= now]
            batches = [await _gather(row, paces.get(row.id)) for row in taken]
            lease = now + timedelta(seconds=settings.delivery_lease_seconds)
            claimed = OutboxMessage.filter(id__in=[row.id for row in taken])
            await claimed.update(attempts=F("attempts") + 1, next_attempt_at=lease)
        for row in taken:
            row.attempts += 1
        if batches or not heads:
            return batches


def _due(settings: Settings, now: datetime) -> QuerySet[OutboxMessage]:
    # A literal, not a parameter: PostgreSQL's generic plans use the index of pending rows for nothing else.
    due = OutboxMessage.annotate(is_first=_IS_FIRST).filter(state=RawSQL("'pending'"), next_attempt_at__lte=now)
    if not settings.smtp_url:
        due = due.exclude(channel=MessageChannel.EMAIL)
    if _insisting:
        due = due.exclude(id__in=list(_insisting))
    return due.filter(is_first=True).order_by("next_attempt_at", "id")


async def _gather(head: OutboxMessage, pace: rules.Pace | None) -> Batch:
    """What leaves together with a message. A repeat holds the same as before: it carries the same id."""
    members = OutboxMessage.filter(gathered_in=head.id, state=MessageState.PENDING)
    if pace is not None and pace.digest and not head.attempts:
        waiting = OutboxMessage.filter(
            recipient=head.recipient, state=RawSQL("'pending'"), id__gt=head.id, gathered_in=None
        )
        ids = await waiting.order_by("id").limit(GATHERED - 1).values_list("id", flat=True)
        await OutboxMessage.filter(id__in=list(ids)).update(gathered_in=head.id)
    return Batch(head, await members.order_by("id") if pace is not None else [])


@dataclass(frozen=True)
class Outcome:
    """What became of a batch when it was sent: taken by the other side, or what was wrong."""

    batch: Batch
    error: Exception | None
    at: datetime


_insisting: dict[int, asyncio.Task[None]] = {}
"""By message: what still tells the database what became of it."""


async def _deliver(settings: Settings, batch: Batch) -> int:
    error: Exception | None = None
    try:
        async with asyncio.timeout(settings.send_seconds):
            await send(settings, batch)
    except Exception as found:  # whatever is wrong with one message, the others go on
        error = found
    outcome = Outcome(batch, error, clock.now())
    if not await _is_noted(outcome):
        _insisting[batch.head.id] = asyncio.create_task(_insist(outcome))
    return 0 if error else len(batch.ids)


async def _insist(outcome: Outcome) -> None:
    """Try again until the database knows, whoever leads by then."""
    try:
        while True:
            await asyncio.sleep(RETRY_SECONDS)
            if await _is_noted(outcome):
                return
    finally:
        del _insisting[outcome.batch.head.id]


async def _is_noted(outcome: Outcome) -> bool:
    """Mark a batch as sent or put it off, in one transaction; false where the database is locked."""
    try:
        async with in_transaction():
            await db.wait_for_locks(LOCKED_SECONDS)
            if outcome.error is None:
                await _mark_sent(outcome)
            else:
                await _postpone(outcome, outcome.error)
    except Exception:
        log.exception("message.not_noted", message=outcome.batch.head.id, sent=outcome.error is None)
        return False
    return True


async def _mark_sent(outcome: Outcome) -> None:
    rows = OutboxMessage.filter(id__in=outcome.batch.ids)
    if await rows.update(state=MessageState.SENT, sent_at=outcome.at, last_error=""):  # else its recipient was deleted
        await pacing.note_sent(outcome.batch.head, outcome.at)


async def _postpone(outcome: Outcome, error: Exception) -> None:
    now, head, ids = outcome.at, outcome.batch.head, outcome.batch.ids
    is_final = isinstance(error, Unwritable) or (isinstance(error, Refused) and error.is_final)
    is_parked = is_final or (head.gives_up_at or head.created_at + rules.PARKED_AFTER) <= now
    reason, moment = _reason(error), rules.next_attempt(head.attempts, now)
    log.warning("message.not_sent", message=head.id, attempts=head.attempts, error=reason, parked=is_parked)
    state = MessageState.PARKED if is_parked else MessageState.PENDING
    await OutboxMessage.filter(id__in=ids).update(state=state, last_error=reason)
    await OutboxMessage.filter(id=head.id).update(next_attempt_at=moment)
    if head.recipient and not is_parked:  # what stands behind it need not be looked at before
        behind = OutboxMessage.filter(recipient=head.recipient, state=RawSQL("'pending'"), id__gt=head.id)
        await behind.filter(next_attempt_at__lt=moment).update(next_attempt_at=moment)


def _reason(error: Exception) -> str:
    """The kind of error with the other side's code; its words may name the address, so they stay out.

    A mail server's refusal comes with its words, which are looked through.
    """
    if isinstance(error, Refused):
        return str(error)
    if isinstance(error, Unwritable) and error.__cause__ is not None:
        return type(error.__cause__).__name__
    code = getattr(error, "code", None)
    return f"{type(error).__name__} {code}" if isinstance(code, int) else type(error).__name__
