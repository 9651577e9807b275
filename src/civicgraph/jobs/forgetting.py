"""What is forgotten of those who looked for work: when its time is over, or when they ask for it."""

from __future__ import annotations

from civicgraph import clock
from civicgraph.jobs.models import Referral, ReferralStep
from civicgraph.masking import mask_personal
from civicgraph.notifications.models import MessageState, OutboxMessage

CONTACT = ("contact_name", "contact_phone", "contact_phone_masked", "contact_email", "contact_email_masked", "wish")


async def forget(row: Referral) -> None:
    """Erase name, contact and words, and mask what staff's words may say of the person; the steps stay counted."""
    first, last = f"referral:{row.id}:", f"referral:{row.id};"  # all keys of this referral, by their index
    await OutboxMessage.filter(dedupe_key__gte=first, dedupe_key__lt=last, state=MessageState.PENDING).delete()
    for step in await ReferralStep.filter(referral_id=row.id).exclude(note=""):
        await ReferralStep.filter(id=step.id).update(note=mask_personal(step.note))
    row.update_from_dict({**dict.fromkeys(CONTACT, ""), "reason": mask_personal(row.reason), "erase_at": None})
    await row.save(update_fields=[*CONTACT, "reason", "erase_at", "updated_at"])


async def forget_due(limit: int) -> int:
    """Forget those whose referral ended long enough ago; how many."""
    due = await Referral.filter(erase_at__lte=clock.now()).order_by("erase_at", "id").limit(limit).select_for_update()
    for row in due:
        await forget(row)
    return len(due)
