"""Writes of the bookings room: one verb a file, and `places`, the mechanism that they share."""

from civicgraph.bookings.operations.calling_off import call_off_quota, reinstate_quota, remove_quota
from civicgraph.bookings.operations.check_in import check_in, undo_check_in
from civicgraph.bookings.operations.copying import check_untaken, copy_quotas
from civicgraph.bookings.operations.find_by_phone import find_registrations_by_phone
from civicgraph.bookings.operations.following import keep_in_step
from civicgraph.bookings.operations.managing import (
    export_registrations,
    mark_no_show,
    message_registrants,
    move_up_registration,
    note_call,
    remove_registration,
    reveal_registration_contact,
)
from civicgraph.bookings.operations.own import (
    accept_places,
    cancel_registration,
    erase_registration,
    export_registration,
    list_registration,
    take_fewer_places,
)
from civicgraph.bookings.operations.planned import Laid, Slot, booked_slots, lay_slots, sweep_slots
from civicgraph.bookings.operations.quotas import close_quota, create_quota, open_quota, update_quota
from civicgraph.bookings.operations.register import register
from civicgraph.bookings.operations.room import check_places_fit
from civicgraph.bookings.operations.sessions import reckon_from, sessions_of
from civicgraph.bookings.operations.tables import export_bookings

__all__ = [
    "Laid",
    "Slot",
    "accept_places",
    "booked_slots",
    "call_off_quota",
    "cancel_registration",
    "check_in",
    "check_places_fit",
    "check_untaken",
    "close_quota",
    "copy_quotas",
    "create_quota",
    "erase_registration",
    "export_bookings",
    "export_registration",
    "export_registrations",
    "find_registrations_by_phone",
    "keep_in_step",
    "lay_slots",
    "list_registration",
    "mark_no_show",
    "message_registrants",
    "move_up_registration",
    "note_call",
    "open_quota",
    "reckon_from",
    "register",
    "reinstate_quota",
    "remove_quota",
    "remove_registration",
    "reveal_registration_contact",
    "sessions_of",
    "sweep_slots",
    "take_fewer_places",
    "undo_check_in",
    "update_quota",
]
