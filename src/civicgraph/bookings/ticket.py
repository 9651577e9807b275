"""The ticket of a registration as a square code (QR): the address at which staff check its holder in.

It opens nothing for anybody else.
"""

from __future__ import annotations

import io

import segno

from civicgraph import settings
from civicgraph.bookings import rules

FILE = "ticket.png"


def address_of(number: str) -> str:
    """The whole address in the code of a registration."""
    return f"{settings.current().base_url.rstrip('/')}/staff/check-in/{rules.ticket_of(number)}"


def code_of(number: str) -> segno.QRCode:
    """The code; a screen that is scratched or a print that is pale can still be read (level M)."""
    return segno.make(address_of(number), error="m")


def picture_of(number: str) -> bytes:
    """The code as a PNG, large enough to be read off a phone, with the quiet zone that readers want."""
    drawn = io.BytesIO()
    code_of(number).save(drawn, kind="png", scale=8, border=4)
    return drawn.getvalue()
