"""The mechanism: places are taken, given back and moved up in one transaction, under the quota's lock.

Whoever changes a registration holds its quota's row first, so that the order of the lock is the order in which
registrations are acknowledged. Taking is a conditional update all the same, and the database refuses the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from tortoise.expressions import F, Q
from tortoise.queryset import QuerySet

from civicgraph import clock
from civicgraph.bookings import notices, rules
from civicgraph.bookings.models import CallReason, Quota, QuotaStatus, Registration, RegistrationState
from civicgraph.operations import NotFound, audit, changed
from civicgraph.permissions import SYSTEM, Actor
from civicgraph.scheduler.deadlines import set_deadline, settle

_COUNTS = ["taken", "waiting", "attended", "issued", "capacity"]


async def lock_quota(*, nowait: bool = False, **named: object) -> Quota:
    """The quota, locked until the transaction ends."""
    found = await Quota.select_for_update(nowait=nowait).get_or_none(**named)
    if found is None:
        raise NotFound
    return found


async def lock_registration(number: str) -> tuple[Registration, Quota]:
    """A registration with its quota, which is locked first and decides for both."""
    found = await Registration.get_or_none(number=rules.typed_number(number)).only("id", "quota_id")
    if found is None:
        raise NotFound
    quota = await lock_quota(id=found.quota_id)  # type: ignore[attr-defined]
    return await Registration.get(id=found.id), quota


def _with_room(quota: Quota, people: int) -> QuerySet[Quota]:
    return Quota.filter(id=quota.id).filter(Q(capacity=None) | Q(capacity__gte=F("taken") + people))


async def take(quota: Quota, people: int) -> RegistrationState | None:
    """Take places at once, or a turn on the waiting list; None when neither is to be had.

    Who comes while others wait waits behind them, even where a few places are free: the first in turn may need more.
    """
    if await _with_room(quota, people).filter(waiting=0).update(taken=F("taken") + people, issued=F("issued") + 1):
        state = RegistrationState.CONFIRMED
    elif quota.has_waiting_list and (quota.capacity is None or people <= quota.capacity):
        await Quota.filter(id=quota.id).update(waiting=F("waiting") + 1, issued=F("issued") + 1)
        state = RegistrationState.WAITING
    else:
        return None
    await quota.refresh_from_db(fields=_COUNTS)
    return state


async def retake(row: Registration, quota: Quota) -> bool:
    """Take the places of a registration that had ended once more, for who is there; whether they were still free."""
    if not await _with_room(quota, row.people).update(taken=F("taken") + row.people):
        return False
    await quota.refresh_from_db(fields=_COUNTS)
    return True


async def end(
    actor: Actor,
    row: Registration,
    quota: Quota,
    state: RegistrationState,
    *,
    reason: str = "",
    is_told: bool = True,
    call_about: CallReason | None = None,
) -> Registration:
    """A registration ends; what it held becomes free for the first in turn. Whoever did not end it is told, or called."""
    before = {"state": row.state}
    if row.state in rules.HOLDING:
        await Quota.filter(id=quota.id).update(taken=F("taken") - row.people)
    elif row.state is RegistrationState.WAITING:
        await Quota.filter(id=quota.id).update(waiting=F("waiting") - 1)
    await settle(row, "hold")
    row.update_from_dict({"state": state, "ended_at": clock.now(), "offered_until": None, "reason": reason})
    row.call_about = None  # type: ignore[assignment]
    await _saved(actor, row, before)
    if is_told:
        await notices.tell_step(row, quota, call_about=call_about)
    await quota.refresh_from_db(fields=_COUNTS)
    await move_up(quota)
    return row


async def most_waiting(quota: Quota) -> int:
    """The most people that one registration on the waiting list is for, 0 when nobody waits."""
    waiting = Registration.filter(quota_id=quota.id, state=RegistrationState.WAITING)
    largest = await waiting.order_by("-people").first().values_list("people", flat=True)
    return int(str(largest or 0))


async def move_up(quota: Quota, *, wanted: int = 0) -> None:
    """Give what is free to those who wait, in their turn. The first in turn waits for as many as it asked for, and is
    told of places that are free for fewer. Whose registration is `wanted` has just said that they come.
    """
    now = clock.now()
    if quota.status is QuotaStatus.CALLED_OFF or rules.is_too_late(quota, now):
        return
    waiting = Registration.filter(quota_id=quota.id, state=RegistrationState.WAITING).order_by("rank", "id")
    while quota.waiting and (first := await waiting.first()):
        if not await _with_room(quota, first.people).update(taken=F("taken") + first.people, waiting=F("waiting") - 1):
            await notices.tell_of_fewer(first, quota)
            return
        await quota.refresh_from_db(fields=_COUNTS)
        await _give(SYSTEM, first, quota, now, is_wanted=first.id == wanted)


async def _give(
    actor: Actor, row: Registration, quota: Quota, now: datetime, *, reason: str = "", is_wanted: bool = False
) -> None:
    """The places are theirs, or kept for them until they say yes; they are told once."""
    before = {"state": row.state}
    if quota.hold_minutes and not is_wanted:
        until = rules.kept_until(quota, now, quota.hold_minutes)
        row.update_from_dict({"state": RegistrationState.OFFERED, "offered_until": until})
        await set_deadline(row, "hold", until)
    else:
        row.update_from_dict({"state": RegistrationState.CONFIRMED, "confirmed_at": now})
    row.moved_up_at = now
    row.reason = reason or row.reason
    if is_wanted:
        row.call_about = None  # type: ignore[assignment]
    await _saved(actor, row, before)
    await notices.tell_step(row, quota, call_about=None if is_wanted else CallReason.MOVED_UP)


async def put_first(actor: Actor, row: Registration, quota: Quota, reason: str) -> Registration:
    """By hand: the next free places go to this one. It passes the others, never the capacity."""
    ahead = await Registration.filter(quota_id=quota.id, state=RegistrationState.WAITING).order_by("rank", "id").first()
    if await _with_room(quota, row.people).update(taken=F("taken") + row.people, waiting=F("waiting") - 1):
        await quota.refresh_from_db(fields=_COUNTS)
        await _give(actor, row, quota, clock.now(), reason=reason)
        return row
    before = {"rank": row.rank}
    if ahead is not None and ahead.id != row.id:
        row.rank = ahead.rank - 1
    row.reason = reason
    row.version += 1
    await row.save()
    await audit(actor, row, {**changed(before, {"rank": row.rank}), "reason": ["", reason]})
    await notices.tell_of_fewer(row, quota)
    return row


async def confirm(actor: Actor, row: Registration, quota: Quota) -> Registration:
    """The holder says yes to places that were kept for them."""
    before = {"state": row.state}
    row.update_from_dict({"state": RegistrationState.CONFIRMED, "confirmed_at": clock.now(), "offered_until": None})
    row.call_about = None  # type: ignore[assignment]
    await settle(row, "hold")
    await _saved(actor, row, before)
    await notices.tell_step(row, quota)
    return row


async def take_fewer(actor: Actor, row: Registration, quota: Quota, people: int) -> Registration:
    """Give some of the places back, the others stay; or wait for fewer, which are theirs at once where they are free."""
    before = {"people": row.people}
    if row.state in rules.HOLDING:
        await Quota.filter(id=quota.id).update(taken=F("taken") - (row.people - people))
    row.people = people
    row.version += 1
    await row.save()
    await audit(actor, row, changed(before, {"people": people}))
    await quota.refresh_from_db(fields=_COUNTS)
    await move_up(quota, wanted=row.id)
    await row.refresh_from_db()
    return row


async def _saved(actor: Actor, row: Registration, before: Mapping[str, object]) -> None:
    row.version += 1
    await row.save()
    reason = {"reason": ["", row.reason]} if row.reason else {}
    await audit(actor, row, {**changed(before, {"state": row.state}), **reason})
