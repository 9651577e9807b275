"""Look for whoever registered with a telephone number: every look is in the audit trail, like a look at the contact."""

from __future__ import annotations

from typing import Any

from pydantic import Field
from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from civicgraph import crypto
from civicgraph.bookings.models import Quota, Registration
from civicgraph.bookings.operations.inputs import Given, Phone
from civicgraph.bookings.operations.managing import managed_quota
from civicgraph.divisions.models import Division
from civicgraph.i18n import N_
from civicgraph.operations import Forbidden, Input, audit, operation
from civicgraph.permissions import MANAGE_BOOKINGS, Actor

MOST = 50


class FindRegistrationsByPhone(Input):
    """Whose registrations are looked for, and where."""

    phone: Phone = Field(
        title=N_("Telephone number"),
        min_length=1,
        max_length=30,
        json_schema_extra={"widget": "tel", "autocomplete": "off"},
    )
    quota_code: Given = Field(
        None, title=N_("Code of the quota"), max_length=12, description=N_("Empty: wherever you look after bookings.")
    )


@operation()
async def find_registrations_by_phone(actor: Actor, data: FindRegistrationsByPhone) -> dict[str, Any]:
    """Numbers of the registrations with this telephone number, the latest first, where the actor looks after them.

    Found by keyed hashes: nobody's contact is opened or shown. That nobody was found is recorded too.
    """
    quota = await managed_quota(actor, data.quota_code) if data.quota_code else None
    if not (prefixes := actor.prefixes(MANAGE_BOOKINGS)):
        raise Forbidden
    rows = await with_phone(data.phone, prefixes, quota)
    for row in rows:
        await audit(actor, row, {"contact_phone": ["", ""]})
    if not rows:
        where = quota or await Division.get(code=prefixes[0])
        await audit(actor, where, {"contact_phone": ["", ""]}, division_code="" if quota else prefixes[0])
    return {"numbers": [row.number for row in rows]}


def with_phone(phone: str, prefixes: tuple[str, ...], quota: Quota | None) -> QuerySet[Registration]:
    """Registrations with this telephone number in these places, or of this quota among them."""
    places = Q(*(Q(division_id__startswith=code) for code in prefixes), join_type="OR")
    found = Registration.filter(places, phone_index__in=crypto.blind_indexes("phone", phone))
    return (found.filter(quota_id=quota.id) if quota else found).order_by("-id").limit(MOST)
