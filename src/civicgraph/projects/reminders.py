"""What the clock does with milestones: whoever sees to a project is reminded before the day, on it and after it.

Each handler runs in the transaction that claims the deadline, so its messages are written once or not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from tortoise.models import Model

from civicgraph import clock
from civicgraph.accounts.keepers import keepers_of
from civicgraph.accounts.models import Grant, Person
from civicgraph.grievances.models import TeamMember
from civicgraph.notifications.gathering import together
from civicgraph.notifications.operations import notify_person
from civicgraph.permissions import EDIT_PROJECTS
from civicgraph.projects.models import InvestmentMilestone, InvestmentProject
from civicgraph.projects.rules import KEEPING
from civicgraph.projects.stages import RUNNING
from civicgraph.scheduler.deadlines import on_all_missed, set_deadlines, settle
from civicgraph.scheduler.models import Deadline

OFFICE_OPENS = time(9)
"""Reminders come when offices open, city time."""


@dataclass(frozen=True)
class Reminder:
    """One of a milestone's reminders: so many days after its day, and the message that says it."""

    kind: str
    days: int
    template: str


REMINDERS = (
    Reminder("milestone_soon", -7, "milestone_soon"),
    Reminder("milestone_due", 0, "milestone_due"),
    Reminder("milestone_late", 1, "milestone_late"),
    Reminder("milestone_late_week", 7, "milestone_late"),
    Reminder("milestone_late_month", 30, "milestone_late"),
)
_BY_KIND = {one.kind: one for one in REMINDERS}


def moment(reminder: Reminder, due_on: date) -> datetime:
    """When a reminder of a milestone comes."""
    return datetime.combine(due_on + timedelta(days=reminder.days), OFFICE_OPENS, clock.CITY_ZONE)


async def arm(project: InvestmentProject) -> None:
    """Let the reminders of a project's milestones be those of their days now; none where nothing is to be done.

    What lies behind us is not told again: who enters a milestone that is late sees that it is.
    """
    wanted: list[tuple[Model, str, datetime]] = []
    for row in await InvestmentMilestone.filter(project_id=project.id):
        due = reminders_of(project, row)
        wanted += due
        kept = {kind for _, kind, _ in due}
        if over := [one.kind for one in REMINDERS if one.kind not in kept]:
            await settle(row, *over)
    await set_deadlines(wanted)


def reminders_of(project: InvestmentProject, row: InvestmentMilestone) -> list[tuple[Model, str, datetime]]:
    """The deadlines that a milestone has from now on."""
    if row.done_on is not None or project.stage not in RUNNING:
        return []
    moments = [(one.kind, moment(one, row.due_on)) for one in REMINDERS]
    return [(row, kind, at) for kind, at in moments if at > clock.now()]


async def disarm(row: InvestmentMilestone) -> None:
    """Nobody is reminded of it any more."""
    await settle(row, *_BY_KIND)


@on_all_missed("InvestmentMilestone", *_BY_KIND)
async def remind(passed: Sequence[Deadline]) -> None:
    """Tell whoever sees to the project, once of each reminder and day."""
    rows = {row.id: row for row in await InvestmentMilestone.filter(id__in=[one.subject_id for one in passed])}
    projects = {
        row.id: row for row in await InvestmentProject.filter(id__in=list({one.project_id for one in rows.values()}))
    }
    with together() as gathered:
        for deadline in passed:
            row, reminder = rows.get(deadline.subject_id), _BY_KIND[deadline.kind]
            if row is not None and row.done_on is None and deadline.due_at == moment(reminder, row.due_on):
                await _tell(projects[row.project_id], row, reminder)
        await gathered.write()


async def _tell(project: InvestmentProject, row: InvestmentMilestone, reminder: Reminder) -> None:
    if project.stage not in RUNNING:
        return
    for person in await _seeing_to(project):
        await notify_person(
            person,
            reminder.template,
            {"project": project.name, "milestone": row.name, "due_on": row.due_on.isoformat()},
            dedupe=f"milestone:{row.id}:{reminder.kind}:{row.due_on:%Y%m%d}",
            division_code=project.division_id,
            link=f"/staff/projects/{project.id}/progress",
        )


async def _seeing_to(project: InvestmentProject) -> list[Person]:
    """Whoever sees to it, if they still may; else who may of its team; else those who keep projects nearest to its place."""
    code = project.division_id
    if project.responsible_id is not None and (found := await _keeping([project.responsible_id], code)):
        return found
    if project.team_id is not None:
        members = await TeamMember.filter(team_id=project.team_id).values_list("person_id", flat=True)
        if found := await _keeping([int(str(one)) for one in members], code):
            return found
    return await keepers_of(code, EDIT_PROJECTS)


async def _keeping(people: Sequence[int], code: str) -> list[Person]:
    """Those of some people who keep projects in a place, each once."""
    grants = await Grant.filter(person_id__in=list(people), person__is_active=True, role__in=KEEPING).select_related(
        "person"
    )
    found = {one.person.id: one.person for one in grants if code.startswith(str(one.division_id))}  # type: ignore[attr-defined]
    return [found[key] for key in sorted(found)]
