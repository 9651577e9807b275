"""What holders do with their own registration, by the link that they were given."""

from __future__ import annotations

from typing import Any

import orjson
from pydantic import Field

from civicgraph import crypto
from civicgraph.bookings import rules
from civicgraph.bookings.forgetting import forget
from civicgraph.bookings.models import Quota, Registration, RegistrationState
from civicgraph.bookings.operations.inputs import Own
from civicgraph.bookings.operations.places import confirm, end, lock_registration, take_fewer
from civicgraph.clock import now
from civicgraph.i18n import N_
from civicgraph.operations import InvalidInput, NotFound, Unavailable, audit, operation
from civicgraph.permissions import Actor


class CancelRegistration(Own):
    """A registration that its holder no longer needs."""


class AcceptPlaces(Own):
    """A yes to places that became free and are kept."""


class ExportRegistration(Own):
    """Whose data it is."""


class EraseRegistration(Own):
    """That nothing of oneself is kept any more."""


class TakeFewerPlaces(Own):
    """Fewer people than were said."""

    people: int = Field(title=N_("How many people?"), ge=1, le=1_000)


class ListRegistration(Own):
    """Whether others may read that one comes."""

    is_listed: bool = Field(False, title=N_("Others may read that I come"))


async def _held(data: Own) -> tuple[Registration, Quota]:
    if not rules.is_secret(data.number, data.secret):
        raise NotFound
    return await lock_registration(data.number)


async def _own(data: Own) -> tuple[Registration, Quota]:
    """The holder's registration. An unknown number and a wrong signature are the same to a stranger."""
    row, quota = await _held(data)
    if row.state not in rules.ALIVE:
        raise Unavailable(N_("That is not possible any more: it is %(status)s."), status=row.state.words)
    if row.checked_in_at is not None:
        raise Unavailable(N_("You are checked in already. If that is a mistake, please tell the staff at the door."))
    if rules.is_too_late(quota, now()):
        raise Unavailable(N_("It is over already.") if quota.weekdays else N_("It has begun already."))
    return row, quota


@operation()
async def cancel_registration(actor: Actor, data: CancelRegistration) -> Registration:
    """Give one's places back, or leave the waiting list; whoever waits moves up by itself."""
    row, quota = await _own(data)
    return await end(actor, row, quota, RegistrationState.CANCELLED)


@operation()
async def accept_places(actor: Actor, data: AcceptPlaces) -> Registration:
    """Take the places that became free and are kept for a while."""
    row, quota = await _own(data)
    if row.state is not RegistrationState.OFFERED:
        raise Unavailable(N_("No places are kept for you at the moment: it is %(status)s."), status=row.state.words)
    return await confirm(actor, row, quota)


@operation()
async def take_fewer_places(actor: Actor, data: TakeFewerPlaces) -> Registration:
    """Come with fewer people than were said: the other places become free, and who waits for too many may have theirs."""
    row, quota = await _own(data)
    if data.people >= row.people:
        message = N_("This must be fewer than %(people)s. For more people, please register once more.")
        raise InvalidInput.at("people", "not_fewer", message, people=row.people)
    return await take_fewer(actor, row, quota, data.people)


@operation()
async def list_registration(actor: Actor, data: ListRegistration) -> Registration:
    """Let others read that one comes, or no longer: the consent is taken back as easily as it was given.

    个人信息保护法 art. 15. Who waits is on no list all the same.
    """
    row, _ = await _held(data)
    before = row.is_listed
    row.update_from_dict({"is_listed": data.is_listed, "version": row.version + 1})
    await row.save(update_fields=["is_listed", "version", "updated_at"])
    await audit(actor, row, {"is_listed": [before, data.is_listed]})
    return row


@operation()
async def export_registration(actor: Actor, data: ExportRegistration) -> dict[str, str]:
    """Everything that is kept of somebody with one registration, as JSON. 个人信息保护法 art. 45."""
    row, quota = await _held(data)
    await audit(actor, row, {"contact_phone": ["", ""], "contact_email": ["", ""]})
    return {"data": orjson.dumps(_kept(row, quota), option=orjson.OPT_INDENT_2).decode()}


def _kept(row: Registration, quota: Quota) -> dict[str, Any]:
    return {
        "number": row.number,
        "what_for": rules.name_of(quota),
        "state": row.state.value,
        "people": row.people,
        "registered_at": row.created_at,
        "checked_in_at": row.checked_in_at,
        "name": row.contact_name,
        "telephone": crypto.decrypt(row.contact_phone),
        "email": crypto.decrypt(row.contact_email),
        "answers": orjson.loads(crypto.decrypt(row.answers) or "[]"),
        "language": row.locale,
    }


@operation()
async def erase_registration(actor: Actor, data: EraseRegistration) -> Registration:
    """Erase name, contact and answers at once; before its time is over the places are given back. 个人信息保护法 art. 47."""
    row, quota = await _held(data)
    if row.state in rules.ALIVE and row.checked_in_at is None and not rules.is_too_late(quota, now()):
        row = await end(actor, row, quota, RegistrationState.CANCELLED, is_told=False)
    await forget(row)
    await audit(actor, row, {key: ["", ""] for key in ("contact_name", "contact_phone", "contact_email", "answers")})
    return row
