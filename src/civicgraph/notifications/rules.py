"""Rules of the notifications room: when a message may leave, when it is tried again, when it is parked. Pure."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from civicgraph import crypto, settings
from civicgraph.clock import CITY_ZONE
from civicgraph.permissions import EDIT_MESSAGES, MANAGE_ROBOTS, MANAGE_WEBHOOKS, READ_OUTBOX

if TYPE_CHECKING:
    from civicgraph.graph.plan import Compiler, Row

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)
PARKED_AFTER = timedelta(hours=72)
MAX_KEY = 120


@dataclass(frozen=True)
class Pace:
    """When somebody may be written to: one message in `digest`, none between two minutes of the day."""

    digest: timedelta
    quiet_from: int | None = None
    quiet_until: int | None = None
    last_sent_at: datetime | None = None


def allowed_at(pace: Pace, now: datetime) -> datetime:
    """The earliest moment at which a message that is not critical may leave."""
    moment = now
    if pace.last_sent_at is not None:
        moment = max(now, pace.last_sent_at + pace.digest)
    return _after_quiet(pace, moment)


def _after_quiet(pace: Pace, moment: datetime) -> datetime:
    """The end of the quiet hours that `moment` lies in, by the city's clock; else `moment` itself."""
    begin, end = pace.quiet_from, pace.quiet_until
    if begin is None or end is None or begin == end:
        return moment
    local = moment.astimezone(CITY_ZONE)
    minute = local.hour * 60 + local.minute
    is_quiet = begin <= minute < end if begin < end else minute >= begin or minute < end
    if not is_quiet:
        return moment
    day = local.date() + timedelta(days=1 if minute >= end else 0)
    return datetime.combine(day, time(end // 60, end % 60), CITY_ZONE).astimezone(moment.tzinfo)


def minutes_of(hours: str) -> tuple[int | None, int | None]:
    """`22:00-07:00` as minutes of the day."""
    if not hours:
        return None, None
    begin, end = (int(one[:2]) * 60 + int(one[3:]) for one in hours.split("-"))
    return begin % 1440, end % 1440


def message_key(thing: str, recipient: str) -> str:
    """The key under which one thing is told to one recipient once; a hash where it would be too long."""
    key = f"{thing}|{recipient}"
    return key if len(key) <= MAX_KEY else hashlib.sha256(key.encode()).hexdigest()


def person_lane(person_id: int, *, is_critical: bool) -> str:
    """Among whose messages one to a member of staff stands. What is critical overtakes what waits for the morning."""
    return f"person {person_id} critical" if is_critical else f"person {person_id}"


def address_lane(email: str) -> str:
    """Among whose messages one to this address stands: a keyed hash, no address."""
    return f"address {crypto.keyed_hash('recipient', email.strip().lower())}"


def next_attempt(attempts: int, now: datetime) -> datetime:
    """Twice as long after each failure, up to six hours, with a fifth of jitter so that a crowd spreads."""
    pause = min(FIRST_PAUSE * 2 ** min(attempts, 12), LONGEST_PAUSE)
    return (now + pause * random.uniform(0.9, 1.1)).replace(microsecond=0)


def visible_outbox(c: Compiler, row: Row) -> str:
    """Messages about places that the actor oversees, and those to webhooks of one's own."""
    covered = c.covers(row["division_code"], READ_OUTBOX)
    if not c.is_staff:
        return covered
    own = f"SELECT w.id FROM webhook w WHERE w.person_id = {c.person()}"
    return f"({covered} OR ({row['webhook_id']} IS NOT NULL AND {row['webhook_id']} IN ({own})))"


def visible_robot(c: Compiler, row: Row) -> str:
    """Robots of places whose robots the actor manages."""
    return f"{row['state']} <> 'removed' AND {c.covers(row['division_id'], MANAGE_ROBOTS)}"


def visible_webhook(c: Compiler, row: Row) -> str:
    """Webhooks that one set up, and those of places whose webhooks one manages."""
    covered = c.covers(row["division_id"], MANAGE_WEBHOOKS)
    mine = f"{row['person_id']} = {c.person()}" if c.is_staff else c.dialect.false
    return f"{row['state']} <> 'removed' AND ({covered} OR {mine})"


def visible_template(c: Compiler, row: Row) -> str:
    """The city's own words are for those who write them."""
    return c.covers(f"'{settings.current().city_code}'", EDIT_MESSAGES)


def own(c: Compiler, row: Row) -> str:
    """One's own inbox."""
    return f"{row['person_id']} = {c.person()}" if c.is_staff else c.dialect.false
