"""Let work on a grievance rest until a date, and take it up again; give it more time."""

from __future__ import annotations

from datetime import date, timedelta

from pydantic import Field

from civicgraph import clock
from civicgraph.grievances import clocks
from civicgraph.grievances.models import Grievance, HoldReason
from civicgraph.grievances.operations.history import Taken, take
from civicgraph.grievances.operations.inputs import PublicNote, Reason, Step
from civicgraph.grievances.operations.timing import promise_of
from civicgraph.grievances.workflow import MAX_HOLD
from civicgraph.i18n import N_
from civicgraph.operations import InvalidInput, operation
from civicgraph.permissions import Actor


class HoldGrievance(Step):
    """Nothing can be done until a date."""

    hold_reason: HoldReason = Field(
        title=N_("What is waited for?"),
        description=N_("The promised time moves only for what the four-level list allowed when it was reported."),
    )
    until: date = Field(title=N_("Until"), description=N_("On this day it is taken up again by itself."))
    reason: Reason


@operation()
async def hold_grievance(actor: Actor, data: HoldGrievance) -> Grievance:
    """Let work on a grievance rest 挂起 until a date. The clock stands still only for the reasons that allow it."""
    taken = await take(actor, "hold", data)
    until = clocks.morning(data.until)
    if not timedelta(0) < data.until - clock.today() <= MAX_HOLD:
        raise InvalidInput.at(
            "until",
            "out_of_range",
            N_("Please choose a day from tomorrow on, %(days)s days ahead at most."),
            days=MAX_HOLD.days,
        )
    taken.row.update_from_dict({"hold_reason": data.hold_reason, "hold_until": until, "reason": data.reason})
    return await taken.done(note=data.reason, until=until, is_pausing=data.hold_reason in promise_of(taken.row).pausing)


class ResumeGrievance(Step):
    """Work goes on."""

    note: PublicNote = ""


@operation()
async def resume_grievance(actor: Actor, data: ResumeGrievance) -> Grievance:
    """Take up work on a grievance again 恢复办理, before the date or after it."""
    return await resume(await take(actor, "resume", data), data.note)


async def resume(taken: Taken, note: str = "") -> Grievance:
    """End the rest, whoever does it."""
    taken.row.update_from_dict({"hold_reason": None, "hold_until": None, "reason": ""})
    return await taken.done(note=note)


class ExtendGrievance(Step):
    """The level above grants more time."""

    hours: int = Field(title=N_("Hours more"), ge=1, le=30 * 24)
    reason: Reason


@operation()
async def extend_grievance(actor: Actor, data: ExtendGrievance) -> Grievance:
    """Give a grievance more time for its resolution 延期, with a reason. The level above decides this."""
    taken = await take(actor, "extend", data)
    return await taken.done(note=data.reason, minutes=data.hours * 60)
