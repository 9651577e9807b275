"""Look for other reports of the same person: every look is in the audit trail, like a look at the contact."""

from __future__ import annotations

from typing import Any

from tortoise.expressions import Q

from civicgraph import crypto
from civicgraph.grievances.models import Grievance
from civicgraph.grievances.operations.history import opened
from civicgraph.grievances.operations.inputs import Number
from civicgraph.operations import Input, audit, operation
from civicgraph.permissions import READ_GRIEVANCES, Actor

MOST = 20


class FindReportsOfSamePerson(Input):
    """Whose other reports are looked for."""

    number: Number


@operation()
async def find_reports_of_same_person(actor: Actor, data: FindReportsOfSamePerson) -> dict[str, Any]:
    """Numbers of other reports with the same telephone or e-mail, the latest first, where the actor's grants cover them.

    For those who may look at the contact. Found by keyed hashes: nobody's contact is opened or shown.
    """
    row = await opened(actor, "reveal_contact", data.number)
    same: Any = Q(id=0)
    for kind in ("phone", "email"):
        if keys := crypto.blind_indexes(kind, crypto.decrypt(getattr(row, f"contact_{kind}"))):
            same |= Q(**{f"{kind}_index__in": keys})  # type: ignore[arg-type]
    places = Q(*(Q(division_id__startswith=code) for code in actor.prefixes(READ_GRIEVANCES)), join_type="OR")
    found = (
        await Grievance.filter(same & places)
        .exclude(id=row.id)
        .order_by("-id")
        .limit(MOST)
        .values_list("number", flat=True)
    )
    await audit(actor, row, {"same_person": [None, len(found)]})
    return {"numbers": [str(one) for one in found]}
