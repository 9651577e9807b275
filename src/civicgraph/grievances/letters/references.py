"""The reference by which an answer finds the report that it belongs to, and proves that its reporter was written to.

It stands in the address that answers go to (`in+r12.9f…@city.example`). Only we can make one; a sender's address
proves nothing, anybody can write any.
"""

from __future__ import annotations

import hmac
import re

from civicgraph import crypto, settings
from civicgraph.grievances.models import Grievance

_REFERENCE = re.compile(r"\+r(\d{1,18})\.([0-9a-f]{32})@", re.IGNORECASE)


def reply_address(row: Grievance) -> str:
    """Where the reporter's answer to a message goes; empty where no e-mail comes in."""
    local, at, domain = settings.current().mail_in_address.rpartition("@")
    return f"{local}+r{row.id}.{_signature(row.id, row.number)}@{domain}" if at else ""


async def answered(*places: str) -> Grievance | None:
    """The report that one of the texts has a reference to; None where there is none, or it is not ours."""
    for text in places:
        for number, signature in _REFERENCE.findall(text)[:20]:
            row = await Grievance.get_or_none(id=int(number))
            if row and hmac.compare_digest(signature.lower().encode(), _signature(row.id, row.number).encode()):
                return row
    return None


def _signature(*parts: object) -> str:
    return crypto.keyed_hash("answer by e-mail", "|".join(map(str, parts)))[:32]
