"""Places go along with their event or service: their time, whether they are on hold or called off, who is told."""

from __future__ import annotations

from typing import Any

from tortoise.expressions import Q

from civicgraph import clock
from civicgraph.bookings import notices, rules
from civicgraph.bookings.models import CallReason, Quota, QuotaStatus
from civicgraph.bookings.operations.reinstating import hold_again, shorten_offers
from civicgraph.bookings.subjects import Subject, SubjectKind
from civicgraph.scheduler.deadlines import set_deadline, settle


def shared_columns(subject: Subject) -> dict[str, Any]:
    """What a quota keeps of its event or service, so that it can be shown and told without them."""
    return {
        "division_id": subject.division_code,
        "subject": subject.name,
        "venue": subject.venue,
        "phone": subject.phone,
        "link": subject.link,
        "is_public": subject.is_public,
        "subject_starts_at": subject.starts_at,
        "is_on_hold": subject.is_on_hold,
        "off_reason": subject.reason,
    }


async def keep_in_step(subject: Subject) -> None:
    """An event or service has changed: its quotas follow, and whoever comes is told what it means for them.

    An event that is moved takes its sessions along: each begins as much later or earlier as the event does.
    """
    is_over = Q(is_planned=True, starts_at__lte=clock.now())
    for row in await Quota.select_for_update().filter(**subject.key).exclude(is_over).order_by("id"):
        was_called_off = row.status is QuotaStatus.CALLED_OFF
        is_called_off = subject.is_called_off and not was_called_off
        was_with_it = was_called_off and not row.is_off_alone
        is_back = was_with_it and not subject.is_called_off and subject.kind is SubjectKind.EVENT
        is_elsewhere = subject.venue != row.venue
        was_on_hold = row.is_on_hold
        is_moved = _move(row, subject)
        own_reason = {"off_reason": row.off_reason} if row.is_off_alone else {}
        row.update_from_dict({**shared_columns(subject), **own_reason, "version": row.version + 1})
        if is_called_off:
            row.status_before, row.status = row.status, QuotaStatus.CALLED_OFF
        elif is_back:
            row.status, row.status_before = row.status_before or QuotaStatus.OPEN, None  # type: ignore[assignment]
        is_on_again = is_back or (was_on_hold and not row.is_on_hold and not is_moved)
        names = [
            *shared_columns(subject),
            "starts_at",
            "ends_at",
            "opens_at",
            "closes_at",
            "status",
            "status_before",
            "version",
            "updated_at",
        ]
        await row.save(update_fields=names)
        if is_called_off:
            await settle(row, *rules.REMINDERS)
            await notices.tell_all(
                row,
                "booking_called_off",
                f"called_off:{row.version}",
                rules.ALIVE,
                call_about=CallReason.CALLED_OFF,
            )
        elif row.status is QuotaStatus.CALLED_OFF:
            continue  # what becomes of its time is told when it takes place after all
        elif row.is_on_hold and (is_back or not was_on_hold):
            await settle(row, *rules.REMINDERS)
            await tell_hold(row)
        elif was_on_hold and not row.is_on_hold and rules.is_of_service(row):
            await keep_deadlines(row)
            await tell_hold(row)
        elif is_on_again:
            await keep_deadlines(row)
            await hold_again(row)
        elif is_moved or (was_on_hold and not row.is_on_hold) or (is_elsewhere and subject.is_public):
            await tell_change(row)


def _move(row: Quota, subject: Subject) -> bool:
    """Whether the quota's time has changed with the event's."""
    if subject.starts_at is None or row.subject_starts_at is None or row.starts_at is None:
        return False
    delta, old_end = subject.starts_at - row.subject_starts_at, row.ends_at
    for name in ("starts_at", "ends_at", "opens_at", "closes_at"):
        moment = getattr(row, name)
        if moment is not None and (delta or name == "ends_at"):
            setattr(row, name, moment + delta)
    if not row.title:
        row.ends_at = subject.ends_at
    return bool(delta) or row.ends_at != old_end


async def tell_hold(row: Quota) -> None:
    """Tell that an event is postponed; that a service rests, or is there again, while there is something to come to."""
    what, about = "postponed", CallReason.POSTPONED
    if rules.is_of_service(row):
        if rules.is_over(row, clock.now()):
            return
        what, about = ("suspended", CallReason.SUSPENDED) if row.is_on_hold else ("resumed", CallReason.RESUMED)
    await notices.tell_all(row, f"booking_{what}", f"{what}:{row.version}", rules.ALIVE, call_about=about)


async def tell_change(row: Quota) -> None:
    """Everybody who comes or waits reads the new time; reminders, and places kept for a yes, go by it."""
    await keep_deadlines(row)
    await shorten_offers(row)
    await notices.tell_all(row, "booking_changed", f"changed:{row.version}", rules.ALIVE, call_about=CallReason.CHANGED)


async def keep_deadlines(row: Quota) -> None:
    """Set the reminders of a quota as its start asks for."""
    wanted = rules.deadlines(row, clock.now())
    if gone := [kind for kind in rules.REMINDERS if kind not in wanted]:
        await settle(row, *gone)
    for kind, due_at in wanted.items():
        await set_deadline(row, kind, due_at)
