"""Hide a grievance from the public, or publish it."""

from __future__ import annotations

from pydantic import Field

from civicgraph.grievances import attachments
from civicgraph.grievances.models import Grievance
from civicgraph.grievances.operations import named
from civicgraph.grievances.operations.history import take
from civicgraph.grievances.operations.inputs import Step, Words
from civicgraph.i18n import N_
from civicgraph.operations import Unavailable, operation
from civicgraph.permissions import Actor


class SetGrievanceVisibility(Step):
    """Whether the public sees it, anonymised."""

    is_public: bool = Field(title=N_("Everyone may read it"))
    reason: Words = Field(
        title=N_("Why?"),
        min_length=2,
        max_length=500,
        description=N_("For colleagues, in the history of the grievance; never public."),
    )


@operation()
async def set_grievance_visibility(actor: Actor, data: SetGrievanceVisibility) -> Grievance:
    """Hide a grievance from the public, with its photos and files, or publish it, with a reason among staff.

    Publishing asks for one as well: everyone reads then what an office, or its reporter, did not want them to.
    """
    taken = await take(actor, "set_visibility", data, lambda row: {"is_public": row.is_public})
    if data.is_public and (await named.category_of(taken.row.category_id)).is_personal:
        raise Unavailable(
            N_("What somebody asked for themselves is never public. Give it another category if it is none of these.")
        )
    if taken.row.is_public and not data.is_public:
        await attachments.rename(taken.row)
    taken.row.is_public = data.is_public
    return await taken.done(internal_note=data.reason)
