"""Who is told what: the holder of a registration of each step, everybody of what becomes of the event.

Messages name what the places are for and the number; the link in them is made when they are written out. Who left a
telephone and no e-mail is called: the registration says what about until somebody notes it, and the staff who keep it
are asked to. Who left neither reads it on the page of their link alone: nobody is asked to call them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from civicgraph.accounts.keepers import keepers_of
from civicgraph.bookings import rules
from civicgraph.bookings.models import CallReason, Quota, Registration, RegistrationState
from civicgraph.divisions.models import Division
from civicgraph.notifications.operations import notify_address, notify_person
from civicgraph.permissions import EDIT_EVENTS, EDIT_SERVICES, MANAGE_BOOKINGS


class Told(NamedTuple):
    """How many registrations a piece of news has reached, and how."""

    written: int
    by_phone: int
    unreached: int


async def tell(row: Registration, quota: Quota, template: str, what: str, **values: Any) -> bool:
    """Write to the holder who left an e-mail; whether there is an address. `what` names the thing told."""
    if not row.contact_email:
        return False
    plain = {key: value.isoformat() if isinstance(value, datetime) else value for key, value in values.items()}
    await notify_address(
        row.contact_email,
        row.locale,
        template,
        {**_values(row, quota), "venue": quota.venue or await _place(quota), **plain},
        dedupe=f"registration:{row.id}:{what}",
        division_code=row.division_id,  # type: ignore[attr-defined]
    )
    return True


async def tell_step(
    row: Registration, quota: Quota, *, position: int = 0, call_about: CallReason | None = None
) -> None:
    """Tell the holder where the registration stands now; the version tells one step from the next.

    `call_about` for what they did not do themselves: then who left a telephone alone is to be called.
    """
    free = rules.places_for_fewer(row, quota, position)
    values = {"position": position, "reason": row.reason, "free": free}
    is_told = await tell(row, quota, "booking_step", f"step:{row.version}", **values)
    if call_about is not None and not is_told and row.contact_phone:
        await _to_call([row], call_about)
        await _ask_staff(quota, call_about, 1, f"{row.number} {row.version}", f"/staff/registrations/{row.number}")


async def tell_of_fewer(row: Registration, quota: Quota) -> None:
    """Tell the first in turn, who waits for more than there are, of the places that are free: once of so many.

    Who left a telephone alone is called, unless somebody called them before: the page says it as long as it holds.
    """
    if not (free := rules.places_for_fewer(row, quota, 1)):
        return
    what = f"fewer:{free}:{row.people}"
    is_told = await tell(row, quota, "booking_fewer", what, free=free)
    if not is_told and row.contact_phone and row.call_about is None and row.called_at is None:
        await _to_call([row], CallReason.FEWER)
        await _ask_staff(quota, CallReason.FEWER, 1, f"{row.number} {what}", f"/staff/registrations/{row.number}")


async def tell_all(
    quota: Quota,
    template: str,
    what: str,
    states: Sequence[RegistrationState],
    *,
    call_about: CallReason | None = None,
    **values: Any,
) -> Told:
    """Tell everybody who stands there, each once. How many are written to, can be called, and left neither address
    nor telephone.

    `call_about` for what nobody may miss: then those with a telephone alone are to be called.
    """
    told = silent = unreached = last = 0
    while rows := await Registration.filter(quota_id=quota.id, id__gt=last).order_by("id").limit(500):
        concerned = [row for row in rows if row.state in states]
        unheard = [row for row in concerned if not await tell(row, quota, template, what, **values)]
        by_phone = [row for row in unheard if row.contact_phone]
        if call_about is not None:
            await _to_call(by_phone, call_about)
        told, silent = told + len(concerned) - len(unheard), silent + len(by_phone)
        unreached += len(unheard) - len(by_phone)
        last = rows[-1].id
    if call_about is not None and silent:
        await _ask_staff(quota, call_about, silent, f"{quota.code} {what}", f"/staff/bookings/{quota.code}?view=calls")
    return Told(told, silent, unreached)


async def _to_call(rows: Sequence[Registration], about: CallReason) -> None:
    """These are to be called, until it is noted. The latest news is what about: with it goes where they stand."""
    for row in rows:
        row.call_about = about
    if rows:
        await Registration.filter(id__in=[row.id for row in rows]).update(call_about=about)


async def _ask_staff(quota: Quota, about: CallReason, count: int, what: str, link: str) -> None:
    """Ask the staff who keep the bookings, and those who keep the listing, to call: each once of each thing."""
    place = str(quota.division_id)  # type: ignore[attr-defined]
    listing = EDIT_SERVICES if quota.event_id is None else EDIT_EVENTS  # type: ignore[attr-defined]
    for person in await keepers_of(place, MANAGE_BOOKINGS, listing):
        await notify_person(
            person,
            "booking_call",
            {"name": rules.name_of(quota), "count": count, "about": about.value},
            dedupe=f"booking call {what}",
            division_code=place,
            link=link,
        )


async def _place(quota: Quota) -> str:
    """Where it is when no venue is named."""
    return (await Division.get(code=quota.division_id)).short_name  # type: ignore[attr-defined]


def _values(row: Registration, quota: Quota) -> dict[str, Any]:
    return {
        "number": row.number,
        "state": row.state.value,
        "people": row.people,
        "name": rules.name_of(quota),
        "phone": quota.phone or rules.GOVERNMENT_LINE,
        "starts_at": quota.starts_at.isoformat() if quota.starts_at else "",
        "ends_at": quota.ends_at.isoformat() if quota.ends_at else "",
        "offered_until": row.offered_until.isoformat() if row.offered_until else "",
        "weekdays": quota.weekdays,
        "is_on_hold": quota.is_on_hold,
        "off_reason": quota.off_reason,
        "code": quota.code,
        "sequence": quota.version + row.version,
        "page": quota.link,
    }
