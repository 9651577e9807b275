"""What staff do with registrations: move up by hand, take off, message, look at a contact, export."""

from __future__ import annotations

from typing import Any

import orjson
from pydantic import Field

from civicgraph import clock, crypto
from civicgraph.bookings import notices, rules
from civicgraph.bookings.models import CallReason, Quota, Registration, RegistrationState
from civicgraph.bookings.operations.inputs import Given, Number, QuotaCode, Reason, Words
from civicgraph.bookings.operations.places import end, lock_quota, lock_registration, put_first
from civicgraph.i18n import N_
from civicgraph.operations import Forbidden, Input, NotFound, Unavailable, audit, changed, operation
from civicgraph.permissions import MANAGE_BOOKINGS, Actor


class NumberedRegistration(Input):
    """Which registration."""

    number: Number


class MoveUpRegistration(NumberedRegistration):
    """Who is to come before others, and why."""

    reason: Reason


class RemoveRegistration(NumberedRegistration):
    """Whose places are taken back, and why."""

    reason: Reason


class MessageRegistrants(Input):
    """Words to everybody."""

    quota_code: QuotaCode
    words: Words = Field(
        title=N_("What to tell them"),
        min_length=2,
        max_length=2_000,
        json_schema_extra={"widget": "textarea"},
        description=N_("Everybody with an e-mail address gets them once."),
    )
    is_for_waiting: bool = Field(False, title=N_("Also to those who wait"))
    idempotency_key: Given = Field(
        None, title=N_("Key of the submission"), min_length=16, max_length=80, description=N_("The same in each retry.")
    )


class ExportRegistrations(Input):
    """Of which quota."""

    quota_code: QuotaCode


async def managed(actor: Actor, number: str) -> tuple[Registration, Quota]:
    """A registration of a place that the actor looks after, locked with its quota."""
    row, quota = await lock_registration(number)
    if not actor.may(MANAGE_BOOKINGS, row.division_id):  # type: ignore[attr-defined]
        raise NotFound
    return row, quota


async def managed_quota(actor: Actor, code: str) -> Quota:
    """A quota of a place that the actor looks after, locked."""
    quota = await lock_quota(code=code)
    if not actor.may(MANAGE_BOOKINGS, quota.division_id):  # type: ignore[attr-defined]
        raise Forbidden if quota.is_public else NotFound
    return quota


@operation()
async def move_up_registration(actor: Actor, data: MoveUpRegistration) -> Registration:
    """Put somebody who waits before all others: the next free places are theirs. Never beyond the capacity."""
    row, quota = await managed(actor, data.number)
    if row.state is not RegistrationState.WAITING:
        raise Unavailable(N_("Only who waits can be moved up: it is %(status)s."), status=row.state.words)
    if rules.is_past(quota, clock.now()):
        raise Unavailable(N_("It is over already: nobody moves up any more."))
    return await put_first(actor, row, quota, data.reason)


@operation()
async def remove_registration(actor: Actor, data: RemoveRegistration) -> Registration:
    """Take a registration off, for the person or against their will; they are told why."""
    row, quota = await managed(actor, data.number)
    if row.state not in rules.ALIVE or row.checked_in_at is not None:
        raise Unavailable(N_("That is not possible any more: it is %(status)s."), status=row.state.words)
    return await end(actor, row, quota, RegistrationState.CANCELLED, reason=data.reason, call_about=CallReason.ENDED)


@operation()
async def mark_no_show(actor: Actor, data: NumberedRegistration) -> Registration:
    """Note that somebody did not come, once it has begun: their places are free again, for who waits or comes by.

    Who comes late after all is checked in as everybody is: the mark goes with that.
    """
    row, quota = await managed(actor, data.number)
    if row.state not in rules.HOLDING or row.checked_in_at is not None:
        raise Unavailable(N_("That is not possible any more: it is %(status)s."), status=row.state.words)
    if not rules.has_begun(quota, clock.now()):
        raise Unavailable(N_("It has not begun yet, so nobody can be missed. To take somebody off, give a reason."))
    return await end(actor, row, quota, RegistrationState.NO_SHOW, is_told=False)


@operation()
async def message_registrants(actor: Actor, data: MessageRegistrants) -> dict[str, int]:
    """Write to everybody who comes, each once; those with a telephone alone are counted, to be called."""
    quota = await managed_quota(actor, data.quota_code)
    states = rules.ALIVE if data.is_for_waiting else rules.HOLDING
    key = crypto.keyed_hash("message", data.idempotency_key or data.words)[:20]
    told = await notices.tell_all(
        quota, "booking_message", f"message:{key}", states, words=data.words, call_about=CallReason.MESSAGE
    )
    await audit(actor, quota, {"message": [None, data.words], "told": [None, told.written]})
    return {"told": told.written, "without_address": told.by_phone, "unreached": told.unreached}


@operation()
async def note_call(actor: Actor, data: NumberedRegistration) -> Registration:
    """Note that somebody who left no e-mail was called, and knows."""
    row, _ = await managed(actor, data.number)
    if row.call_about is None:
        raise Unavailable(N_("There is nothing to call them about any more."))
    before = {"call_about": row.call_about, "called_at": row.called_at}
    row.update_from_dict({"call_about": None, "called_at": clock.now(), "version": row.version + 1})
    await row.save(update_fields=["call_about", "called_at", "version", "updated_at"])
    await audit(actor, row, changed(before, {"call_about": None, "called_at": row.called_at}))
    return row


@operation()
async def reveal_registration_contact(actor: Actor, data: NumberedRegistration) -> dict[str, str]:
    """Telephone and e-mail of somebody who comes, for those who look after it. Recorded each time."""
    row, _ = await managed(actor, data.number)
    await audit(actor, row, {"contact_phone": ["", ""], "contact_email": ["", ""]})
    return {"phone": crypto.decrypt(row.contact_phone), "email": crypto.decrypt(row.contact_email)}


@operation()
async def export_registrations(actor: Actor, data: ExportRegistrations) -> dict[str, Any]:
    """Everybody who comes or waits, with their answers and masked contacts, for a list or a table. Recorded each time."""
    quota = await managed_quota(actor, data.quota_code)
    rows = await Registration.filter(quota_id=quota.id).order_by("id")
    await audit(actor, quota, {"exported": [None, len(rows)]})
    return {"quota": quota, "rows": [(row, answers_of(row)) for row in rows]}


def answers_of(row: Registration) -> list[dict[str, str]]:
    """The answers to the organiser's questions."""
    found: list[dict[str, str]] = orjson.loads(crypto.decrypt(row.answers) or "[]")
    return found
