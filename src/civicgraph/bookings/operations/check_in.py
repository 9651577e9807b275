"""Check people in: by the code on their ticket, by its short number, or by the list. A repeated scan is told, never counted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pydantic import Field
from tortoise.expressions import F

from civicgraph import clock
from civicgraph.bookings import rules
from civicgraph.bookings.models import Quota, Registration, RegistrationState
from civicgraph.bookings.operations.inputs import Given, QuotaCode
from civicgraph.bookings.operations.managing import NumberedRegistration, managed, managed_quota
from civicgraph.bookings.operations.places import retake
from civicgraph.i18n import N_
from civicgraph.operations import Input, InvalidInput, Unavailable, audit, changed, operation
from civicgraph.operations.inputs import CityTime
from civicgraph.permissions import Actor

LONGEST_WAY = timedelta(days=2)
"""A scan without connection may be this old when it arrives."""


class CheckIn(Input):
    """Who is there."""

    quota_code: QuotaCode
    ticket: str = Field(
        title=N_("Code or number"),
        min_length=1,
        max_length=60,
        description=N_("Scan the square code, or type the six characters below it."),
        json_schema_extra={"autocomplete": "off"},
    )
    people: int | None = Field(
        None, title=N_("How many of them are here"), ge=1, le=1_000, description=N_("Empty: all of them.")
    )
    scan_key: Given = Field(
        None,
        title=N_("Key of the scan"),
        min_length=8,
        max_length=80,
        description=N_("A random text, the same when a scan is sent again: it is then no second scan."),
    )
    scanned_at: CityTime | None = Field(
        None, title=N_("Time of the scan"), description=N_("For those that were kept while there was no connection.")
    )


@operation(is_audited=False)  # a repeated scan changes nothing; the first audits itself
async def check_in(actor: Actor, data: CheckIn) -> dict[str, Any]:
    """Note that somebody came. Scanned again, it is told when they came, and counted once."""
    quota = await managed_quota(actor, data.quota_code)
    number = rules.scanned_number(data.ticket)
    row = await Registration.get_or_none(number=number) if number else None
    if row is None:
        raise InvalidInput.at("ticket", "unknown", N_("No registration has this code. Please look at it once more."))
    if row.quota_id != quota.id:  # type: ignore[attr-defined]
        other = await Quota.get(id=row.quota_id)  # type: ignore[attr-defined]
        message = N_("This ticket is for something else: %(name)s.")
        raise InvalidInput.at("ticket", "other", message, name=rules.name_of(other))
    if row.checked_in_at is not None:
        is_same = bool(data.scan_key) and data.scan_key == row.check_in_key
        return {"registration": row, "is_repeated": not is_same}
    before = row.state
    await _hold(row, quota)
    people = min(data.people or row.people, row.people)
    now = clock.now()
    at = data.scanned_at if data.scanned_at and now - LONGEST_WAY < data.scanned_at < now else now
    row.update_from_dict(
        {
            "state": RegistrationState.CONFIRMED,
            "confirmed_at": row.confirmed_at or now,
            "offered_until": None,
            "ended_at": None,
            "checked_in_at": at,
            "attended": people,
            "check_in_key": data.scan_key or "",
            "version": row.version + 1,
        }
    )
    await row.save()
    await Quota.filter(id=quota.id).update(attended=F("attended") + people)
    known = {"checked_in_at": [None, at], "attended": [0, people]}
    await audit(actor, row, {**changed({"state": before}, {"state": row.state}), **known})
    return {"registration": row, "is_repeated": False}


async def _hold(row: Registration, quota: Quota) -> None:
    """Refuse who holds no places. Who was noted as missing and comes late has theirs again while they are free."""
    if row.state in rules.HOLDING:
        return
    if row.state is not RegistrationState.NO_SHOW:
        message = N_("%(name)s has no place: %(status)s.")
        raise InvalidInput.at("ticket", "no_place", message, name=row.contact_name, status=row.state.words)
    if not await retake(row, quota):
        message = N_(
            "%(name)s was noted as not having come, and the places have gone to others: %(people)s are needed, %(left)s are free."
        )
        left = rules.places_left(quota)
        raise InvalidInput.at("ticket", "no_place", message, name=row.contact_name, people=row.people, left=left)


@operation()
async def undo_check_in(actor: Actor, data: NumberedRegistration) -> Registration:
    """Take back a check-in that was a mistake."""
    row, quota = await managed(actor, data.number)
    if row.checked_in_at is None:
        raise Unavailable(N_("Nobody was checked in with this number."))
    await Quota.filter(id=quota.id).update(attended=F("attended") - row.attended)
    before = row.attended
    row.update_from_dict({"checked_in_at": None, "attended": 0, "check_in_key": "", "version": row.version + 1})
    await row.save()
    await audit(actor, row, {"attended": [before, 0]})
    return row
