"""Who comes to one event or service, with how to reach them: for a table that leaves the house."""

from __future__ import annotations

from pydantic import Field

from civicgraph.bookings.models import Quota, Registration
from civicgraph.bookings.subjects import FINDERS, SubjectKind
from civicgraph.i18n import N_
from civicgraph.operations import Forbidden, Input, NotFound, Unavailable, audit, operation
from civicgraph.permissions import MANAGE_BOOKINGS, Actor


class ExportBookings(Input):
    """Of which event or service."""

    subject_kind: SubjectKind = Field(title=N_("Event or service"))
    subject_slug: str = Field(title=N_("Name in addresses"), max_length=40)


@operation()
async def export_bookings(actor: Actor, data: ExportBookings) -> list[tuple[Quota, list[Registration]]]:
    """Everybody who registered for an event or service, by its places, with the contacts sealed. Recorded as a look at them."""
    subject = await FINDERS[data.subject_kind](data.subject_slug)
    if subject is None:
        raise NotFound
    if not actor.may(MANAGE_BOOKINGS, subject.division_code):
        raise Forbidden if subject.is_public else NotFound
    quotas = await Quota.filter(**subject.key).order_by("starts_at", "id")
    by_quota: dict[int, list[Registration]] = {one.id: [] for one in quotas}
    for row in await Registration.filter(quota_id__in=list(by_quota)).order_by("id"):
        by_quota[row.quota_id].append(row)  # type: ignore[attr-defined]
    found = [(one, by_quota[one.id]) for one in quotas if by_quota[one.id]]
    if not found:
        raise Unavailable(N_("Nobody has registered yet"))
    for quota, rows in found:
        looked_at = {"contact_phone": ["", ""], "contact_email": ["", ""]}
        await audit(actor, quota, {"exported": [None, len(rows)], **looked_at})
    return found
