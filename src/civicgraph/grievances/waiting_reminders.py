"""What the clock does with a report that waits for a person to look at it; see `waiting` for when."""

from __future__ import annotations

from collections.abc import Sequence

from civicgraph import clock
from civicgraph.grievances import notices, waiting
from civicgraph.grievances.intake.models import HeldReport, HeldState
from civicgraph.grievances.operations.named import working_day_after
from civicgraph.scheduler.deadlines import on_all_missed, set_deadlines
from civicgraph.scheduler.models import Deadline


@on_all_missed("HeldReport", *waiting.RUNGS)
async def climb(passed: Sequence[Deadline]) -> None:
    """Danger has come to a rung of its ladder: tell who stands there, and set the next one."""
    rows = await _waiting(passed)
    for one in passed:
        row, rung = rows.get(one.subject_id), waiting.RUNGS[one.kind]
        if row is None or row.due_at is None:
            continue
        if rung.steps is not None or clock.now() < row.due_at:  # what is late is not soon due
            await notices.call_for_danger_unplaced(row, waiting.place_of(row, rung.level), rung, one.due_at)
        if (then := waiting.after(row, rung, one.due_at)) is not None:
            await set_deadlines([then])


@on_all_missed("HeldReport", waiting.LOOK)
async def remind(passed: Sequence[Deadline]) -> None:
    """A working day is over and nobody has looked: their dispatchers are told of all together, once a day."""
    rows = await _waiting(passed)
    places = sorted({row.division_code for row in rows.values()})
    for code in places:
        await notices.remind_of_waiting(code)
    later = {code: await working_day_after(clock.now(), code) for code in places}
    await set_deadlines((row, waiting.LOOK, later[row.division_code]) for row in rows.values())


async def _waiting(passed: Sequence[Deadline]) -> dict[int, HeldReport]:
    keys = [one.subject_id for one in passed]
    return {row.id: row for row in await HeldReport.filter(id__in=keys, state=HeldState.WAITING)}
