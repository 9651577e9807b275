"""What a referral counts, and in which cells: the one place that says it.

It counts in the month of its application: so of those who applied in a month as many as are at work by now are hired.
"""

from __future__ import annotations

from civicgraph.cells import Cells, add_cells
from civicgraph.clock import CITY_ZONE
from civicgraph.divisions.rules import ancestors
from civicgraph.jobs.models import Referral
from civicgraph.jobs.rules import hours_between

KEY, NUMBERS = ("division_id", "month", "hours"), ("referrals", "hired", "in_time")
APPLICATIONS = -1
"""The hours of the cell that counts applications."""


def applied(row: Referral) -> Cells:
    """The application."""
    return _cells(row, APPLICATIONS, (1, 0, 0))


def started(row: Referral) -> Cells:
    """The first working day."""
    assert row.started_at is not None
    is_in_time = row.started_at <= row.due_at
    return _cells(row, hours_between(row.applied_at, row.started_at), (0, 1, int(is_in_time)))


def _cells(row: Referral, hours: int, numbers: tuple[int, ...]) -> Cells:
    month = f"{row.applied_at.astimezone(CITY_ZONE):%Y-%m}"
    places = (*ancestors(row.division_id), row.division_id)
    return Cells({((place, month, hours), index): number for place in places for index, number in enumerate(numbers)})


async def count(cells: Cells) -> None:
    """Add to the cells, in the transaction that changes the referral."""
    await add_cells("referral_cell", KEY, NUMBERS, cells)
