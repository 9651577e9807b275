"""Who looks on the spot at what was resolved 核实: somebody else than who resolved it."""

from __future__ import annotations

from civicgraph.accounts.models import Grant, Person
from civicgraph.divisions.rules import parent_code
from civicgraph.grids.models import GridAssignment
from civicgraph.grievances import notices
from civicgraph.grievances.desk.rules import DISPATCHING, WORKING
from civicgraph.grievances.models import Grievance, GrievanceCategory, GrievanceStatus, GrievanceUpdate


async def is_awaited(row: Grievance) -> bool:
    """Whether somebody has to look at it now: its category asks for it, and nobody has."""
    return row.status is GrievanceStatus.RESOLVED and (await GrievanceCategory.get(code=row.category_id)).is_verified


async def call_checkers(row: Grievance, what: str) -> None:
    """Tell those who may look at it, once of each `what`."""
    await notices.tell(await _checkers(row), row, "grievance_check", f"check:{what}")


async def resolver_of(row: Grievance) -> int | None:
    """The number of the person who resolved it last."""
    last = await GrievanceUpdate.filter(grievance_id=row.id, verb="resolve").order_by("-id").first()
    return last.person_id if last else None


async def _checkers(row: Grievance) -> list[Person]:
    """Those nearest to its place who may check it: of its community, else of the level above, and so on.

    Where the grid has a worker who did not resolve it, they and the dispatchers are enough: a community has dozens
    of workers, and the others do not know the place.
    """
    resolver, code = await resolver_of(row), row.division_id
    while code:
        grants = await Grant.filter(division_id=code, role__in=WORKING, person__is_active=True).select_related("person")
        able = [grant for grant in grants if grant.person.id != resolver]
        if able:
            own = {grant.person.id for grant in able} & await _workers_of(row.grid_id)
            found = {
                grant.person.id: grant.person
                for grant in able
                if not own or grant.person.id in own or grant.role in DISPATCHING
            }
            return [found[key] for key in sorted(found)]
        code = parent_code(code)
    return []


async def _workers_of(grid_code: str | None) -> set[int]:
    if grid_code is None:
        return set()
    return set(await GridAssignment.filter(grid_id=grid_code, to_on=None).values_list("person_id", flat=True))  # type: ignore[arg-type]
