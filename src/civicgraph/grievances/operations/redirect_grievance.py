"""Send a grievance where it belongs: to another body, to another community, or to an earlier grievance."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from civicgraph.divisions.operations import DivisionCode
from civicgraph.grievances import attachments, handing, notices, rules
from civicgraph.grievances.desk import orders
from civicgraph.grievances.models import Grievance, GrievanceStatus
from civicgraph.grievances.operations import joining, named
from civicgraph.grievances.operations.history import take
from civicgraph.grievances.operations.inputs import BodyName, Number, PublicNote, Reason, Step
from civicgraph.grievances.workflow import JOINED_WITH
from civicgraph.i18n import N_
from civicgraph.operations import InvalidInput, operation
from civicgraph.permissions import Actor
from civicgraph.uploads import operations as uploads


class RedirectGrievance(Step):
    """It is another body's, which does not work here."""

    body: BodyName
    reason: Reason


@operation()
async def redirect_grievance(actor: Actor, data: RedirectGrievance) -> Grievance:
    """Pass a grievance to the right body 转办, and say so to its reporter. It ends here."""
    taken = await take(actor, "redirect", data)
    taken.row.update_from_dict({"body_in_charge": data.body, "reason": data.reason})
    before, done = taken.row.status, await taken.done(note=data.reason)
    await handing.tell_ended(done, before, actor)
    return done


class RecallGrievance(Step):
    """It was passed on by mistake, or the other body says that it is not theirs."""

    reason: Reason


@operation()
async def recall_grievance(actor: Actor, data: RecallGrievance) -> Grievance:
    """Take a grievance back 收回转办 that was passed to another body: it is dealt with here, by whoever had it.

    What was promised to its reporter stays promised: the way round was not theirs.
    """
    taken = await take(actor, "recall", data)
    taken.row.update_from_dict({"body_in_charge": "", "reason": ""})
    done = await taken.done(note=data.reason)
    await notices.tell_duplicates(done)
    await handing.tell_recalled(done, taken.at, actor)
    return done


class TransferGrievance(Step):
    """It is another community's."""

    division_code: Annotated[DivisionCode, Field(title=N_("Community that it belongs to"))]
    reason: Reason


@operation()
async def transfer_grievance(actor: Actor, data: TransferGrievance) -> Grievance:
    """Hand a grievance to another community 移交. What was promised to its reporter stays promised."""
    taken = await take(actor, "transfer", data)
    row, code = taken.row, await named.community_of(data.division_code)
    if code == row.division_id:
        raise InvalidInput.at("division_code", "same_community", N_("It belongs to this community already."))
    before = await handing.at_work(row)
    row.update_from_dict(
        {"division_id": code, "grid_id": await named.grid_of(None, code), "compound_id": None, "assignee_id": None}
    )
    row.team = ""
    await orders.give(row, ())
    done = await taken.done(note=data.reason)
    await uploads.move(Grievance, [done.id], code)
    await attachments.move(done)
    await notices.call_for_transfer(done)
    await handing.tell_relieved(done, before, actor)
    return done


class MergeGrievance(Step):
    """The same was reported before."""

    into: Annotated[Number, Field(title=N_("Number of the earlier one"))]
    note: PublicNote = ""


@operation()
async def merge_grievance(actor: Actor, data: MergeGrievance) -> Grievance:
    """Join a grievance with an earlier one of the same problem 并案. Its reporter is told what becomes of that.

    What was joined with it, who has the problem too and who follows it come along.
    """
    # Both are locked in one order: two that are joined with each other at once wait, and neither ends meanwhile.
    await Grievance.filter(number__in=[data.number, data.into]).order_by("id").select_for_update()
    taken = await take(actor, "merge", data)
    earlier = await _earlier(actor, taken.row, data.into)
    taken.row.duplicate_of_id = earlier.id
    before, done = taken.row.status, await taken.done(note=data.note)
    await handing.tell_ended(done, before, actor)
    await joining.bring_along(actor, done, earlier)
    await notices.nudge(earlier)
    return done


async def _earlier(actor: Actor, row: Grievance, number: str) -> Grievance:
    """The grievance to join with: known to the actor, another one, and somebody's to deal with."""
    found = await Grievance.get_or_none(number=number)
    if found is None or not rules.may_know(actor, found):
        raise InvalidInput.at("into", "unknown_grievance", N_("There is no grievance with this number."))
    if found.id == row.id:
        raise InvalidInput.at("into", "itself", N_("A grievance cannot be joined with itself."))
    if found.status is GrievanceStatus.MERGED:
        raise InvalidInput.at("into", "merged", N_("That one was joined with another itself. Please name that one."))
    if found.status not in JOINED_WITH:
        raise InvalidInput.at(
            "into", "ended", N_("Nobody works on that one any longer. Please name one that is open or a shortfall.")
        )
    return found
