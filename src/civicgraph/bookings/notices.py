"""Who is told what: the holder of a registration of each step, everybody of what becomes of the event.

Messages name what the places are for and the number; the link in them is made when they are written out.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from civicgraph.bookings import rules
from civicgraph.bookings.models import Quota, Registration, RegistrationState
from civicgraph.notifications.operations import notify_address
from civicgraph.web.templating import environment


def own_link(number: str) -> str:
    """The path of a registration's own page, for its holder alone."""
    return f"/my-booking/{number}/{rules.secret_of(number)}"


environment().filters["own_link"] = own_link


async def tell(row: Registration, quota: Quota, template: str, what: str, **values: Any) -> bool:
    """Write to the holder who left an e-mail; whether there is an address. `what` names the thing told."""
    if not row.contact_email:
        return False
    plain = {key: value.isoformat() if isinstance(value, datetime) else value for key, value in values.items()}
    await notify_address(
        row.contact_email,
        row.locale,
        template,
        {**_values(row, quota), **plain},
        dedupe=f"registration:{row.id}:{what}",
        division_code=row.division_id,  # type: ignore[attr-defined]
    )
    return True


async def tell_step(row: Registration, quota: Quota, *, position: int = 0) -> None:
    """Tell the holder where the registration stands now; the version tells one step from the next."""
    await tell(row, quota, "booking_step", f"step:{row.version}", position=position, reason=row.reason)


async def tell_all(
    quota: Quota, template: str, what: str, states: Sequence[RegistrationState], **values: Any
) -> tuple[int, int]:
    """Tell everybody who stands there, each once. How many were told, and how many left no address."""
    told = silent = 0
    last = 0
    while rows := await Registration.filter(quota_id=quota.id, id__gt=last).order_by("id").limit(500):
        for row in rows:
            if row.state not in states:
                continue
            if await tell(row, quota, template, what, **values):
                told += 1
            else:
                silent += 1
        last = rows[-1].id
    return told, silent


def _values(row: Registration, quota: Quota) -> dict[str, Any]:
    return {
        "number": row.number,
        "state": row.state.value,
        "people": row.people,
        "name": rules.name_of(quota),
        "venue": quota.venue,
        "phone": quota.phone,
        "starts_at": quota.starts_at.isoformat() if quota.starts_at else "",
        "ends_at": quota.ends_at.isoformat() if quota.ends_at else "",
        "offered_until": row.offered_until.isoformat() if row.offered_until else "",
        "weekdays": quota.weekdays,
        "is_on_hold": quota.is_on_hold,
        "code": quota.code,
        "sequence": quota.version + row.version,
        "page": quota.link,
    }
