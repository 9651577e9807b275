"""When a report that waits for a person to look at it is due: one that tells of danger does not wait in silence.

Where the place is not known, nobody's promise runs yet. So danger has a deadline of its own, that of a first response
to what is critical, and climbs the ladder of `escalation` from the division that it was sent to; at its top it is told
again and again until somebody has placed or dropped it. Of all others their dispatchers are reminded once a working
day, of all together.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from civicgraph import clock, settings
from civicgraph.divisions.rules import parent_code
from civicgraph.grievances.escalation import LADDER, Level, Rung
from civicgraph.grievances.intake.models import HeldReport
from civicgraph.grievances.promises import SOON
from civicgraph.scheduler.deadlines import set_deadlines, settle

_PROMISE, LOOK = "placing", "look"
RUNGS = {_PROMISE + rung.suffix: rung for rung in LADDER}
"""The ladder of what tells of danger, by the kinds of its deadlines."""


async def begin(row: HeldReport) -> None:
    """Set what it is reminded of."""
    assert row.due_at is not None
    if not row.danger:
        await set_deadlines([(row, LOOK, row.due_at)])
        return
    soon_at = row.created_at + SOON * (row.due_at - row.created_at)
    await set_deadlines([(row, f"{_PROMISE}_soon", soon_at), (row, _PROMISE, row.due_at)])


async def end(row: HeldReport) -> None:
    """Nobody has to look at it any more."""
    await settle(row, *RUNGS, LOOK)


def place_of(row: HeldReport, level: Level) -> str:
    """The division that is that level of the one that it was sent to; above the city there is none."""
    station = parent_code(row.division_code) or row.division_code
    centre = parent_code(station) or station
    return {Level.POINT: row.division_code, Level.STATION: station, Level.CENTRE: centre}[level]


def after(row: HeldReport, rung: Rung, told_at: datetime) -> tuple[HeldReport, str, datetime] | None:
    """The deadline of the next rung, a step later; the last one comes again. Danger knows no office hours."""
    if rung.steps is None or row.due_at is None:
        return None
    allowed = max(row.due_at - row.created_at, timedelta(minutes=1))
    step = min(timedelta(minutes=settings.current().escalate_after_minutes), allowed)
    then = LADDER[min(LADDER.index(rung) + 1, len(LADDER) - 1)]
    return row, _PROMISE + then.suffix, max(told_at + step, clock.now())
