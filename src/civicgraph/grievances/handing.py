"""Staff whose work is taken from them, refused, or over: they hear of it when somebody else takes the step."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from civicgraph.accounts.models import Person
from civicgraph.grievances import notices
from civicgraph.grievances.checks import resolver_of
from civicgraph.grievances.desk import orders
from civicgraph.grievances.desk.models import GrievanceCall
from civicgraph.grievances.models import Grievance, GrievanceStatus
from civicgraph.permissions import Actor


async def at_work(row: Grievance) -> list[Person]:
    """Whose work it is now: who leads it, and who helps and is not through with their part."""
    lead = await Person.filter(id=row.assignee_id, is_active=True) if row.assignee_id else []
    return _each([*lead, *await orders.people_of(await orders.holding(row))])


async def tell_relieved(row: Grievance, before: Iterable[Person], actor: Actor) -> None:
    """Tell those who worked on it before a step that gave it to others, to colleagues or to another community."""
    kept = {one.id for one in await at_work(row)} | {actor.person_id}
    gone = [one for one in before if one.id not in kept]
    await _tell(gone, row, "grievance_relieved", f"relieved:{row.version}")


async def tell_ended(row: Grievance, before: GrievanceStatus, actor: Actor) -> None:
    """Tell those who work on it, and the departments that were called and have not answered, that it is over here.

    What was joined with another is over for them already.
    """
    if before is GrievanceStatus.MERGED:
        return
    people = await at_work(row)
    for call in await GrievanceCall.filter(grievance_id=row.id, answered_at=None).order_by("id"):
        people += await notices.called_by(call)
    others = [one for one in _each(people) if one.id != actor.person_id]
    await _tell(others, row, "grievance_ended", f"ended:{row.version}", status=row.status.value)


async def tell_recalled(row: Grievance, at: datetime, actor: Actor) -> None:
    """Tell those who heard that it was over here that it is theirs again; departments called anew at that moment know."""
    await notices.tell_holders(row, await orders.holding(row), but=actor.person_id)
    for call in await GrievanceCall.filter(grievance_id=row.id, answered_at=None, called_at__lt=at).order_by("id"):
        await notices.tell_called(row, call, "grievance_called", f"recalled:{row.version}")


async def tell_sent_back(row: Grievance, actor: Actor) -> None:
    """Tell who leads it, and who had resolved it, that it is not done: its clock runs."""
    resolver = await Person.filter(id=await resolver_of(row), is_active=True)
    people = [one for one in _each([*await notices.workers(row), *resolver]) if one.id != actor.person_id]
    what = f"sent back:{row.version}"
    await _tell(people, row, "grievance_sent_back", what, due_at=row.resolution_due_at)


async def _tell(people: list[Person], row: Grievance, template: str, what: str, **values: Any) -> None:
    """Tell people, and their groups with them; a group alone is told nothing of what nobody worked on."""
    if people:
        await notices.tell(people, row, template, what, **values)


def _each(people: Iterable[Person]) -> list[Person]:
    """Each once."""
    return list({one.id: one for one in people}.values())
