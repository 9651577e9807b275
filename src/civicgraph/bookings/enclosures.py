"""What goes with a message about a registration: its entry for the calendar, and the ticket of whoever has a place."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from civicgraph.bookings import calendar, rules, ticket
from civicgraph.bookings.models import RegistrationState
from civicgraph.notifications.attachments import MAKERS, Attachment


def _enclosed(values: Mapping[str, Any], *, is_called_off: bool = False) -> list[Attachment]:
    entry = calendar.entry_of(values, is_called_off=is_called_off)
    found = [Attachment(calendar.FILE, "text/calendar", calendar.written(entry))] if entry else []
    if RegistrationState(values["state"]) in rules.HOLDING and not is_called_off:
        found.append(Attachment(ticket.FILE, "image/png", ticket.picture_of(values["number"])))
    return found


for _template in ("booking_step", "booking_changed", "booking_reinstated", "booking_reminder"):
    MAKERS[_template] = _enclosed
MAKERS["booking_postponed"] = _enclosed
MAKERS["booking_called_off"] = partial(_enclosed, is_called_off=True)
