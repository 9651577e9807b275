"""Places that are called off by themselves, while their event or service goes on; and places that were never taken, removed."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from civicgraph import clock
from civicgraph.bookings import notices, rules
from civicgraph.bookings.models import CallReason, Quota, QuotaStatus, Registration
from civicgraph.bookings.operations.following import keep_deadlines, tell_hold
from civicgraph.bookings.operations.inputs import Reason
from civicgraph.bookings.operations.quotas import QuotaVersion, editable_quota, quota_values
from civicgraph.bookings.operations.reinstating import hold_again
from civicgraph.bookings.subjects import FINDERS, Subject, SubjectKind
from civicgraph.i18n import N_
from civicgraph.operations import Unavailable, audit, changed, check_version, operation
from civicgraph.permissions import Actor
from civicgraph.scheduler.deadlines import settle

_LAID_OUT = N_(
    "This time comes from the hours that the service gives out: change them there, or enter a day under “Days with other hours”."
)


class RemoveQuota(QuotaVersion):
    """Places that were offered by mistake."""


class CallOffQuota(QuotaVersion):
    """A session, course or term that does not take place, and why."""

    reason: Reason = Field(description=N_("Whoever has a place or waits reads it, and so does everybody on the page."))


class ReinstateQuota(QuotaVersion):
    """A session, course or term that takes place after all."""


async def call_off(row: Quota, reason: str) -> int:
    """It does not take place, and whoever stands there is told, or is to be called; how many registrations that is."""
    await settle(row, *rules.REMINDERS)
    row.update_from_dict(
        {
            "status_before": row.status,
            "status": QuotaStatus.CALLED_OFF,
            "is_off_alone": True,
            "off_reason": reason,
            "version": row.version + 1,
        }
    )
    await row.save()
    what = f"called_off:{row.version}"
    told = await notices.tell_all(row, "booking_called_off", what, rules.ALIVE, call_about=CallReason.CALLED_OFF)
    return sum(told)


async def bring_back(row: Quota, subject: Subject) -> int:
    """It takes place after all: whoever held a place holds it again and is told; how many stand there."""
    row.update_from_dict(
        {
            "status": row.status_before or QuotaStatus.OPEN,
            "status_before": None,
            "is_off_alone": False,
            "off_reason": subject.reason,
            "version": row.version + 1,
        }
    )
    await row.save()
    await keep_deadlines(row)
    await (tell_hold(row) if row.is_on_hold else hold_again(row))
    return await Registration.filter(quota_id=row.id, state__in=rules.ALIVE).count()


async def _with_subject(actor: Actor, data: QuotaVersion) -> tuple[Quota, Subject | None]:
    """The places, with what they are for; that is locked before them, as it is where it is changed."""
    known = await Quota.get_or_none(code=data.code)
    subject = None
    if known is not None:
        kind = SubjectKind.SERVICE if rules.is_of_service(known) else SubjectKind.EVENT
        subject = await FINDERS[kind](known.link.rpartition("/")[2])
    row = await editable_quota(actor, data.code)
    check_version(row, data.version, dict)
    return row, subject


@operation()
async def remove_quota(actor: Actor, data: RemoveQuota) -> dict[str, Any]:
    """Take back places that were offered by mistake, while nobody ever registered: nothing of them is left."""
    row, _ = await _with_subject(actor, data)
    if row.is_planned:
        raise Unavailable(_LAID_OUT)
    if await Registration.filter(quota_id=row.id).exists():
        raise Unavailable(N_("People have registered, so it stays. Call it off instead: they are told then."))
    await settle(row, *rules.REMINDERS)
    await audit(actor, row, changed(await quota_values(row), {}))
    await row.delete()
    return {"code": row.code, "quota": row}


@operation()
async def call_off_quota(actor: Actor, data: CallOffQuota) -> Quota:
    """Say that one session, course or term does not take place, while the rest does: who comes or waits is told why."""
    row, _ = await _with_subject(actor, data)
    if row.is_planned:
        raise Unavailable(_LAID_OUT)
    if row.status is QuotaStatus.CALLED_OFF:
        raise Unavailable(N_("That is not possible any more: it is %(status)s."), status=row.status.words)
    if not row.title and not rules.is_of_service(row):
        raise Unavailable(N_("These are the places of the whole event: cancel or postpone the event instead."))
    if rules.is_past(row, clock.now()):
        raise Unavailable(N_("It is over already."))
    before = {"status": row.status, "off_reason": row.off_reason}
    await call_off(row, data.reason)
    await audit(actor, row, changed(before, {"status": row.status, "off_reason": row.off_reason}))
    return row


@operation()
async def reinstate_quota(actor: Actor, data: ReinstateQuota) -> Quota:
    """Take back that one session, course or term was called off: whoever held a place holds it again and is told."""
    row, subject = await _with_subject(actor, data)
    if row.is_planned:
        raise Unavailable(_LAID_OUT)
    if row.status is not QuotaStatus.CALLED_OFF:
        raise Unavailable(N_("That is not possible any more: it is %(status)s."), status=row.status.words)
    if subject is None or subject.is_called_off or not row.is_off_alone:
        raise Unavailable(N_("All of it is called off: say first that it takes place after all."))
    if rules.is_past(row, clock.now()):
        raise Unavailable(N_("It is over already."))
    before = {"status": row.status, "off_reason": row.off_reason}
    await bring_back(row, subject)
    await audit(actor, row, changed(before, {"status": row.status, "off_reason": row.off_reason}))
    return await Quota.get(id=row.id)
