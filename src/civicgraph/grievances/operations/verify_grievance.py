"""Check on the spot what was resolved: somebody else looks at it, and sends it back if it is not done."""

from __future__ import annotations

from civicgraph.grievances import handing
from civicgraph.grievances.checks import resolver_of
from civicgraph.grievances.models import Grievance
from civicgraph.grievances.operations.history import Taken, take
from civicgraph.grievances.operations.inputs import PublicNote, Reason, Step
from civicgraph.i18n import N_
from civicgraph.operations import Unavailable, operation
from civicgraph.permissions import Actor


class VerifyGrievance(Step):
    """It is done, and somebody else has seen it."""

    note: PublicNote = ""


@operation()
async def verify_grievance(actor: Actor, data: VerifyGrievance) -> Grievance:
    """Say that one has looked on the spot and it is done 核实. Not by the one who resolved it."""
    taken = await take(actor, "verify", data)
    await _check_is_another(taken)
    taken.row.verified_at = taken.at
    return await taken.done(note=data.note)


class SendBackGrievance(Step):
    """It is not done yet."""

    reason: Reason


@operation()
async def send_back_grievance(actor: Actor, data: SendBackGrievance) -> Grievance:
    """Send a grievance back to work 退回重办: what was reported as done is not. The promised time stays."""
    taken = await take(actor, "send_back", data)
    await _check_is_another(taken)
    taken.row.update_from_dict({"resolved_at": None, "verified_at": None, "outcome": ""})
    done = await taken.done(note=data.reason)
    await handing.tell_sent_back(done, actor)
    return done


async def _check_is_another(taken: Taken) -> None:
    if await resolver_of(taken.row) == taken.actor.person_id:
        raise Unavailable(N_("You resolved it yourself: somebody else has to look at it."))
