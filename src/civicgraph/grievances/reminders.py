"""What the clock does with a grievance: reminders and the levels above, the end of a rest, questions, closing.

Each handler runs in the transaction that claims the deadline, so its messages are written once or not at all.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from datetime import datetime, timedelta

from tortoise.models import Model

from civicgraph import clock, settings
from civicgraph.grievances import checks, notices, silence
from civicgraph.grievances.desk.models import GrievanceCall
from civicgraph.grievances.escalation import LADDER, PROMISED, Level, Rung, after, due_of, kinds, place_of, reached_at
from civicgraph.grievances.models import Grievance, GrievanceStatus
from civicgraph.grievances.operations.history import take_by_clock
from civicgraph.grievances.operations.hold_grievance import resume
from civicgraph.grievances.operations.rate_grievance import close_by_clock
from civicgraph.grievances.workflow import CLOSE_AFTER, DONE, OPEN
from civicgraph.notifications.gathering import together
from civicgraph.scheduler.deadlines import on_all_missed, on_missed, set_deadline, set_deadlines
from civicgraph.scheduler.models import Deadline

_RUNGS = {promise + rung.suffix: (promise, rung) for promise in PROMISED for rung in LADDER}


@on_all_missed("Grievance", *(kind for promise in PROMISED for kind in kinds(promise)))
async def climb(passed: Sequence[Deadline]) -> None:
    """A promise has come to a rung of its ladder: tell who stands there, and set the next rung."""
    rows = {row.id: row for row in await _locked({one.subject_id for one in passed})}
    waiting: list[tuple[Model, str, datetime]] = []
    with together() as gathered:
        await notices.look_up(gathered, list(rows.values()))
        for deadline in passed:
            promise, rung = _RUNGS[deadline.kind]
            row = rows.get(deadline.subject_id)
            if row is not None and _is_unkept(row, promise):
                waiting += await _climb(row, promise, rung)
        await gathered.write()
    await set_deadlines(waiting)


async def _climb(row: Grievance, promise: str, rung: Rung) -> list[tuple[Model, str, datetime]]:
    """Tell a rung, and answer the deadline of the next."""
    due_at = due_of(row, promise)
    if rung.level is Level.POINT:
        if rung.steps is not None or clock.now() < due_at:  # what is late is not soon due
            await notices.remind(row, promise, rung.template, due_at)
        reached = ""
    else:
        reached = await notices.escalate(row, promise, due_at, place_of(row, rung.level))
    then = after(rung)
    if then is None or (reached and len(reached) < len(place_of(row, rung.level))):  # a higher level was told already
        return []
    patience = settings.current().escalate_after_minutes
    return [(row, promise + then.suffix, reached_at(row, promise, then, patience))]


async def _locked(keys: Set[int]) -> list[Grievance]:
    """The grievances, locked without waiting: a step locks its grievance before its deadlines, a tick the other way.

    Where a step holds one of them, its deadline stays due for the next tick.
    """
    if len(keys) == 1:
        return await Grievance.select_for_update(nowait=True).filter(id__in=list(keys))
    rows = await Grievance.select_for_update(skip_locked=True).filter(id__in=list(keys))
    if len(rows) < len(keys):
        raise Busy
    return rows


class Busy(Exception):
    """Somebody is taking a step with one of these grievances."""


def _is_unkept(row: Grievance, promise: str) -> bool:
    return row.status in OPEN and (promise == "resolution" or row.accepted_at is None)


@on_missed("GrievanceCall", "answer_soon")
async def answer_due_soon(deadline: Deadline) -> None:
    """A called department has to answer soon."""
    await _remind_called(deadline, "grievance_called", "soon")


@on_missed("GrievanceCall", "answer")
async def answer_missed(deadline: Deadline) -> None:
    """A called department has not answered by its time: its level and the community are told."""
    if (row := await _remind_called(deadline, "grievance_unanswered", "late")) is not None:
        await notices.tell_workers(
            row,
            "grievance_unanswered",
            f"unanswered:{deadline.subject_id}:{deadline.due_at:%Y%m%d%H%M}",
            deadline.due_at,
        )


async def _remind_called(deadline: Deadline, template: str, what: str) -> Grievance | None:
    call = await GrievanceCall.get_or_none(id=deadline.subject_id)
    row = await Grievance.get(id=call.grievance_id) if call is not None and call.answered_at is None else None
    if call is None or row is None or row.status not in (*OPEN, GrievanceStatus.SHORTFALL):
        return None
    await notices.tell_called(row, call, template, f"{what}:{call.answer_due_at:%Y%m%d%H%M}")  # it may be called anew
    return row


@on_missed("Grievance", "hold")
async def hold_over(deadline: Deadline) -> None:
    """The rest is over: work goes on."""
    if (taken := await take_by_clock("resume", deadline.subject_id)) is not None:
        row = await resume(taken)
        await notices.tell_workers(row, "grievance_resumed", f"resumed:{row.version}", row.resolution_due_at)


@on_missed("Grievance", "review")
async def review_due(deadline: Deadline) -> None:
    """A shortfall is to be looked at again: told now, and every week until it is."""
    row = await Grievance.get_or_none(id=deadline.subject_id)
    if row is not None and row.status is GrievanceStatus.SHORTFALL:
        await notices.tell_workers(
            row, "grievance_review", f"review:{deadline.due_at:%Y%m%d}", row.review_at or deadline.due_at
        )
        await set_deadline(row, "review", deadline.due_at + timedelta(days=7))


@on_missed("Grievance", "rating")
async def rating_wanted(deadline: Deadline) -> None:
    """A day has passed and its reporter has not rated it; what they said of an earlier attempt is no answer."""
    row = await _done(deadline)
    if row is not None and (row.rated_at is None or (row.resolved_at is not None and row.rated_at < row.resolved_at)):
        await notices.ask_reporter(row, "grievance_rating")


@on_missed("Grievance", "aftercare")
async def aftercare_due(deadline: Deadline) -> None:
    """Four weeks have passed: is it lastingly solved?"""
    if (row := await _done(deadline)) is not None:
        await notices.ask_reporter(row, "grievance_aftercare")


@on_missed("Grievance", "closing")
async def closing_due(deadline: Deadline) -> None:
    """A week has passed. Where somebody else has to look first, they are reminded; its reporter's words are answered first."""
    row = await _done(deadline)
    if row is None:
        return
    if await checks.is_awaited(row):
        await checks.call_checkers(row, f"{deadline.due_at:%Y%m%d}")
        await set_deadline(row, "closing", deadline.due_at + CLOSE_AFTER)
        return
    since, is_owed = await silence.silent_since(row)
    if since + CLOSE_AFTER > clock.now():
        await set_deadline(row, "closing", since + CLOSE_AFTER)
    elif is_owed:
        await notices.tell_workers(row, "grievance_unheard", f"unheard:{deadline.due_at:%Y%m%d%H%M}", since)
        await set_deadline(row, "closing", deadline.due_at + CLOSE_AFTER)
    elif (taken := await take_by_clock("close", row.id)) is not None:
        await close_by_clock(taken)


async def _done(deadline: Deadline) -> Grievance | None:
    row = await Grievance.get_or_none(id=deadline.subject_id)
    return row if row is not None and row.status in DONE else None
