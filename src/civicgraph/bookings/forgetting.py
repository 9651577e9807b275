"""What is forgotten of those who registered: when its time is over, or when they ask for it."""

from __future__ import annotations

from tortoise.expressions import Q

from civicgraph import clock
from civicgraph.bookings import rules
from civicgraph.bookings.models import Registration
from civicgraph.notifications.models import MessageState, OutboxMessage

CONTACT = (
    *("contact_name", "contact_phone", "contact_phone_masked", "phone_index"),
    *("contact_email", "contact_email_masked", "answers", "search_terms"),
)


async def forget(row: Registration) -> None:
    """Erase name, contact and answers of a registration; that somebody came stays counted."""
    first, last = f"registration:{row.id}:", f"registration:{row.id};"  # all keys of this registration, by their index
    waiting = OutboxMessage.filter(dedupe_key__gte=first, dedupe_key__lt=last, state=MessageState.PENDING)
    await waiting.delete()
    row.update_from_dict({**dict.fromkeys(CONTACT, ""), "is_listed": False, "call_about": None})
    await row.save(update_fields=[*CONTACT, "is_listed", "call_about", "updated_at"])


async def forget_due(limit: int) -> int:
    """Forget those whose event, term or registration ended long enough ago; how many.

    What has no end (a parking space) keeps its holders until they give it back.
    """
    before = clock.now() - rules.KEEP_CONTACT
    is_over = Q(quota__ends_at__lt=before) | Q(quota__ends_at=None, quota__starts_at__lt=before)
    due = Registration.filter(is_over | Q(ended_at__lt=before)).exclude(contact_name="")
    rows = await due.order_by("id").limit(limit)
    for row in rows:
        await forget(row)
    return len(rows)
