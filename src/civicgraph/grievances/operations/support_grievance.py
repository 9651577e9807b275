"""Have the same problem: counted in public, once for each person, who may follow it in the same step."""

from __future__ import annotations

from typing import Any

from pydantic import Field
from tortoise.expressions import F

from civicgraph import crypto
from civicgraph.grievances import following, notices
from civicgraph.grievances.intake.models import GrievanceSupporter
from civicgraph.grievances.models import Grievance, GrievanceStatus
from civicgraph.grievances.operations.follow_grievance import count_asking
from civicgraph.grievances.operations.inputs import Email, Number
from civicgraph.grievances.workflow import OPEN
from civicgraph.i18n import N_
from civicgraph.operations import Input, NotFound, Unavailable, operation
from civicgraph.permissions import Actor


class SupportGrievance(Input):
    """Somebody who has the same problem as a public, open grievance."""

    number: Number
    supporter: str = Field(
        title=N_("Who"),
        min_length=16,
        max_length=200,
        description=N_("A random text that stands for one person in your app, always the same. Only its hash is kept."),
    )
    email: Email = Field(
        "",
        title=N_("Your e-mail address, if you want to hear of each step"),
        max_length=120,
        json_schema_extra={"widget": "email", "autocomplete": "email"},
        description=N_("We first send a link by which you confirm it. Nobody else sees the address."),
    )


@operation(is_audited=False)  # strangers, of whom only a hash is kept; the count itself is public
async def support_grievance(actor: Actor, data: SupportGrievance) -> dict[str, Any]:
    """Say that one has the same problem, and follow it if one leaves an address. A second time counts nothing.

    Where so many ask for it (`following.NUDGES`), the level above the community is told, once.
    """
    row = await Grievance.select_for_update().get_or_none(number=data.number)
    if row is None or not row.is_public:
        raise NotFound
    if row.status not in OPEN and row.status is not GrievanceStatus.SHORTFALL:  # that is not done either
        raise Unavailable(N_("This was dealt with already. If you have the problem still, please report it."))
    person = f"person {actor.person_id}" if actor.is_staff else data.supporter
    joined = await Grievance.filter(duplicate_of_id=row.id).values_list("id", flat=True)
    key, *others = [crypto.keyed_hash("supporter", f"{one} {person}") for one in (row.id, *joined)]
    # Who said so of a report that was joined with this one came along with it, under the hash of that one.
    supporter = await GrievanceSupporter.get_or_none(grievance_id=row.id, supporter_key__in=others) if others else None
    is_new = False
    if supporter is None:
        supporter, is_new = await GrievanceSupporter.get_or_create(grievance_id=row.id, supporter_key=key)
    if data.email and supporter.address_key != following.key_of(data.email):
        supporter.address_key = following.key_of(data.email)
        await supporter.save()
    if is_new:
        await Grievance.filter(id=row.id).update(supporter_count=F("supporter_count") + 1)
        row.supporter_count += 1
        await notices.nudge(row)
    if data.email:
        count_asking(actor)
        await following.begin_following(row, data.email, actor.locale)
    return {"grievance": row, "is_new": is_new}
