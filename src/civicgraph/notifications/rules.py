"""Rules of the notifications room: when a message is tried again, and when it is parked. Pure."""

from __future__ import annotations

import hashlib
import random
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from civicgraph import crypto
from civicgraph.permissions import READ_OUTBOX

if TYPE_CHECKING:
    from civicgraph.graph.plan import Compiler, Row

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)
PARKED_AFTER = timedelta(hours=72)
MAX_KEY = 120


def message_key(thing: str, recipient: str) -> str:
    """The key under which one thing is told to one recipient once; a hash where it would be too long."""
    key = f"{thing}|{recipient}"
    return key if len(key) <= MAX_KEY else hashlib.sha256(key.encode()).hexdigest()


def address_lane(email: str) -> str:
    """Among whose messages one to this address stands: a keyed hash, no address."""
    return f"address {crypto.keyed_hash('recipient', email.strip().lower())}"


def next_attempt(attempts: int, now: datetime) -> datetime:
    """Twice as long after each failure, up to six hours, with a fifth of jitter so that a crowd spreads."""
    pause = min(FIRST_PAUSE * 2 ** min(attempts, 12), LONGEST_PAUSE)
    return (now + pause * random.uniform(0.9, 1.1)).replace(microsecond=0)


def is_hopeless(created_at: datetime, now: datetime) -> bool:
    """Whether a message that keeps failing is parked, where staff see it."""
    return now - created_at >= PARKED_AFTER


def visible_outbox(c: Compiler, row: Row) -> str:
    """Messages about places that the actor oversees."""
    return c.covers(row["division_code"], READ_OUTBOX)


def own(c: Compiler, row: Row) -> str:
    """One's own inbox."""
    return f"{row['person_id']} = {c.person()}" if c.is_staff else c.dialect.false
