"""How the demo city's grievances come in, and how their reporters are reached: plainly made up."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

from civicgraph import crypto, settings
from civicgraph.grievances.intake.models import BY_STAFF, Channel
from civicgraph.grievances.models import Grievance
from civicgraph.grievances.workflow import NEEDING_CONTACT
from civicgraph.text import mask_email, mask_name, mask_phone

NAME = "演示居民"
_SHARES = {
    Channel.WEB: 38,
    Channel.PHONE: 22,
    Channel.CHAT: 12,
    Channel.VISIT: 8,
    Channel.STAFF: 6,
    Channel.API: 8,
    Channel.EMAIL: 3,
    Channel.OPEN311: 3,
}
"""In a hundred grievances of residents: the city's hotline 12345 and its grid workers' groups bring as many as its pages."""
_OF_ENTERPRISES = {Channel.BUSINESS: 45, Channel.VISIT: 25, Channel.WEB: 20, Channel.PHONE: 10}
_LEAVES_PHONE = 0.55
"""Who reports by themselves may leave a number; who is written down by staff nearly always does."""


def phone_of(number: int) -> str:
    """A telephone number that nobody has."""
    return f"1390000{number % 10_000:04}"


def email_of(number: int) -> str:
    """An address that leads nowhere."""
    return f"resident{number}@demo.invalid"


def channel_of(random: Random, *, is_enterprise: bool, is_asked: bool) -> Channel:
    """How one came in; what was asked at an event came in there."""
    if is_asked:
        return Channel.FORUM
    shares = _OF_ENTERPRISES if is_enterprise else _SHARES
    return random.choices(list(shares), list(shares.values()))[0]


def contact_of(random: Random, channel: Channel, number: int) -> dict[str, Any]:
    """The columns of a contact, sealed as those of residents are."""
    has_phone = random.random() < (0.95 if channel in BY_STAFF else _LEAVES_PHONE)
    name, phone = (NAME, phone_of(number)) if has_phone else ("", "")
    email = email_of(number) if channel is Channel.EMAIL else ""
    return {
        "contact_name": crypto.encrypt(name),
        "contact_name_masked": mask_name(name),
        "contact_phone": crypto.encrypt(phone),
        "contact_phone_masked": mask_phone(phone) if phone else "",
        "contact_email": crypto.encrypt(email),
        "contact_email_masked": mask_email(email) if email else "",
        "phone_index": crypto.blind_index("phone", phone),
        "email_index": crypto.blind_index("email", email),
    }


def keep_contact(row: Grievance) -> None:
    """Say until when it is kept: a time after the end."""
    if row.status not in NEEDING_CONTACT and row.closed_at is not None:
        row.erase_at = row.closed_at + timedelta(days=settings.current().keep_contact_days)
