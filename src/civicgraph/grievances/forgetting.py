"""What is forgotten of a grievance's reporter: when its time is over, or when they ask for it."""

from __future__ import annotations

from datetime import timedelta

from tortoise.expressions import F

from civicgraph import clock, crypto, settings
from civicgraph.grievances import attachments, waiting
from civicgraph.grievances.intake.models import HeldReport, HeldState
from civicgraph.grievances.models import (
    Grievance,
    GrievanceAnswer,
    GrievanceFollower,
    GrievanceRedaction,
    GrievanceStatus,
    GrievanceUpdate,
)
from civicgraph.grievances.operations.reporter import called_by
from civicgraph.notifications.models import MessageState, OutboxMessage
from civicgraph.operations import audit, changed
from civicgraph.permissions import SYSTEM
from civicgraph.text import mask_personal
from civicgraph.uploads import operations as uploads
from civicgraph.uploads.models import Purpose

CONTACT = (
    "contact_name", "contact_name_masked", "contact_phone", "contact_phone_masked", "contact_email", "contact_email_masked",
    "phone_index", "email_index", "address", "building",
)  # fmt: skip
POINT = ("latitude_micro", "longitude_micro")


async def forget(row: Grievance, *, with_photos: bool = False) -> None:
    """Erase name, contact, address, map point and own words of a locked grievance; what the public reads stays.

    With them go answers and photos that are not public, all photos of the reporter where they ask for it or withdrew the
    report, what was blurred, what staff took out of the public text, who follows it, and messages that wait to be
    sent. Notes among staff stay, masked like public words, without their files.
    """
    await _call_back(row)
    called = await called_by(row)
    blank = {**dict.fromkeys(CONTACT, ""), **dict.fromkeys(POINT), "description": row.public_text, "erase_at": None}
    row.update_from_dict(blank)
    await row.save(update_fields=[*blank, "updated_at"])
    await GrievanceAnswer.filter(grievance_id=row.id, public_answer="").delete()
    await GrievanceAnswer.filter(grievance_id=row.id).update(answer=F("public_answer"))
    await _forget_files(row, with_photos=with_photos or row.status is GrievanceStatus.WITHDRAWN)
    await GrievanceRedaction.filter(grievance_id=row.id).update(words="")
    await GrievanceFollower.filter(grievance_id=row.id).delete()
    for note in await GrievanceUpdate.filter(grievance_id=row.id).exclude(internal_note=""):
        masked = called.out_of(mask_personal(note.internal_note))
        if masked != note.internal_note:
            await GrievanceUpdate.filter(id=note.id).update(internal_note=masked)


async def _forget_files(row: Grievance, *, with_photos: bool) -> None:
    files = uploads.of(Grievance, [row.id])
    await uploads.give_up(files.filter(is_public=False))
    if with_photos:
        await uploads.give_up(files.filter(purpose=Purpose.REPORT))
    await uploads.forget_originals(files)
    await attachments.give_up_internal(row)


async def _call_back(row: Grievance) -> None:
    """Delete what waits to be sent to the reporter."""
    if not row.contact_email:
        return
    email = crypto.decrypt(row.contact_email)
    waiting = OutboxMessage.filter(state=MessageState.PENDING, division_code=row.division_id, person_id=None)
    mine = [one.id for one in await waiting if crypto.decrypt(one.address) == email]
    if mine:
        await OutboxMessage.filter(id__in=mine, state=MessageState.PENDING).delete()


async def forget_due(limit: int) -> int:
    """Forget the reporters of what ended long enough ago; how many."""
    due = await Grievance.filter(erase_at__lte=clock.now()).order_by("erase_at", "id").limit(limit).select_for_update()
    for row in due:
        await forget(row)
    return len(due)


async def forget_held(limit: int) -> int:
    """Delete held reports that are old enough, the oldest first; how many. What nobody decided is dropped and audited."""
    before = clock.now() - timedelta(days=settings.current().keep_held_report_days)
    oldest = await HeldReport.all().order_by("id").limit(limit).select_for_update()
    old = [row for row in oldest if row.created_at < before]
    for row in old:
        await uploads.give_up(uploads.of(HeldReport, [row.id]))
        await waiting.end(row)
        if row.state is HeldState.WAITING:
            facts = changed({"state": row.state}, {"state": HeldState.DROPPED})
            await audit(SYSTEM, row, facts, division_code=row.division_code)
        await row.delete()
    return len(old)
