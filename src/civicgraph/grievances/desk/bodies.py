"""The body in charge 牵头主体 of a grievance, as the figures tell of it: the rule, and the codes by which it is kept.

The body in charge is the one that leads: a team that has the leading work order; the grid, where one of its
workers has it; else the office of the place itself. It is kept beside the grievance whenever its work orders
change, so that it is who leads now while a grievance is open, who led last once it stands on the shortfall list,
and who led at the resolution once it is resolved. One that changed hands counts for the last of them, with all its
time. What an attempt left behind that was undone, its rating and its broken promise, stays with the body that led
that attempt.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from tortoise.expressions import Q

from civicgraph import clock
from civicgraph.grids.models import GridAssignment
from civicgraph.grievances.desk.models import Team
from civicgraph.grievances.kinds import LedKind

if TYPE_CHECKING:
    from civicgraph.grievances.desk.orders import Holder
    from civicgraph.grievances.models import Grievance

_CODE = 12
"""Digits of a community: a body's code begins with its place, filled up to so many."""
_GRID = 15


class Led(NamedTuple):
    """A body in charge, by its sort and its code; the office has none."""

    kind: str = LedKind.OFFICE.value
    by: str = ""


def code_of(division_code: str, team_id: int) -> str:
    """A team's code: 520327______T12. A grid's is its own: 520327004005001."""
    return f"{division_code:_<{_CODE}}T{team_id}"


def place_of(code: str) -> str:
    """The division that has the body with this code."""
    return code[:_CODE].rstrip("_")


def is_team(code: str) -> bool:
    """Whether the body with this code is a team; else it is a grid."""
    return code[_CODE:].startswith("T")


async def body_of(row: Grievance, holders: Iterable[Holder]) -> Led:
    """Who is in charge of a grievance when these hold its work orders."""
    lead = next((one for one in holders if one.is_lead), None)
    if lead is None:
        return Led()
    if lead.team_id is not None:
        team = await Team.get(id=lead.team_id)
        return Led(team.kind.value, code_of(team.division_id, team.id))
    grid = await _grid_of(row, lead.person_id)
    return Led(LedKind.GRID.value, grid) if grid else Led()


async def _grid_of(row: Grievance, person_id: int | None) -> str:
    """The grid of the place that the person works for today: the grievance's own before any other; empty if none."""
    standing = GridAssignment.filter(Q(to_on=None) | Q(to_on__gte=clock.today()), from_on__lte=clock.today())
    found = await standing.filter(person_id=person_id, grid__division_id=row.division_id).values_list(
        "grid_id", flat=True
    )
    grids = sorted({str(code)[:_GRID] for code in found})
    own = (row.grid_id or "")[:_GRID]
    return own if own in grids else grids[0] if grids else ""
