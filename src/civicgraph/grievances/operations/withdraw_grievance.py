"""Withdraw one's own grievance."""

from __future__ import annotations

from pydantic import Field

from civicgraph.grievances import handing
from civicgraph.grievances.models import Grievance
from civicgraph.grievances.operations import joining
from civicgraph.grievances.operations.heed_danger import heed_danger
from civicgraph.grievances.operations.history import take_as_reporter
from civicgraph.grievances.operations.inputs import Tracked, Words
from civicgraph.i18n import N_
from civicgraph.operations import operation
from civicgraph.permissions import Actor
from civicgraph.text import mask_personal


class WithdrawTrackedGrievance(Tracked):
    """Its reporter no longer asks for it."""

    words: Words = Field("", title=N_("Why, if you like to say"), max_length=500)


@operation()
async def withdraw_tracked_grievance(actor: Actor, data: WithdrawTrackedGrievance) -> Grievance:
    """Withdraw a grievance 撤回 as its reporter, at any time before it is resolved.

    Others who reported the same and were joined with it are not lost: the oldest of their reports takes its place.
    """
    taken = await take_as_reporter(actor, "withdraw", data.number, data.secret)
    before = taken.row.status
    taken.row.update_from_dict({"hold_reason": None, "hold_until": None, "review_at": None, "reason": ""})
    taken.row.duplicate_of_id = None
    done = await taken.done(note=mask_personal(data.words))
    await handing.tell_ended(done, before, actor)
    await joining.go_on_without(done)
    return await heed_danger(done, data.words, taken.at)
