"""What is forgotten of a grievance's reporter: when its time is over, or when they ask for it."""

from __future__ import annotations

from civicgraph import clock, crypto
from civicgraph.grievances.models import Grievance, GrievanceFollower, GrievanceRedaction, GrievanceUpdate
from civicgraph.notifications.models import MessageState, OutboxMessage
from civicgraph.text import mask_personal

CONTACT = (
    "contact_name", "contact_phone", "contact_phone_masked", "contact_email", "contact_email_masked",
    "phone_index", "email_index", "address",
)  # fmt: skip


async def forget(row: Grievance) -> None:
    """Erase name, contact, address and own words of a locked grievance; what the public reads stays.

    With them go what staff took out of the public text, who follows it, and messages that wait to be sent. Notes
    among staff stay, masked like public words.
    """
    await _call_back(row)
    row.update_from_dict({**dict.fromkeys(CONTACT, ""), "description": row.public_text, "erase_at": None})
    await row.save(update_fields=[*CONTACT, "description", "erase_at", "updated_at"])
    await GrievanceRedaction.filter(grievance_id=row.id).update(words="")
    await GrievanceFollower.filter(grievance_id=row.id).delete()
    for note in await GrievanceUpdate.filter(grievance_id=row.id).exclude(internal_note=""):
        masked = mask_personal(note.internal_note)
        if masked != note.internal_note:
            await GrievanceUpdate.filter(id=note.id).update(internal_note=masked)


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
