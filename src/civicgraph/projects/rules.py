"""Rules of the projects room: who sees what, and when a milestone is late."""

from __future__ import annotations

from typing import TYPE_CHECKING

from civicgraph.clock import CITY_ZONE
from civicgraph.divisions.rules import is_it_or_above
from civicgraph.permissions import CAPABILITIES, EDIT_PROJECTS, Role
from civicgraph.projects.models import ProjectStage
from civicgraph.projects.stages import RUNNING

if TYPE_CHECKING:
    from civicgraph.graph.plan import Compiler, Row

KEEPING = tuple(role for role in Role if EDIT_PROJECTS in CAPABILITIES[role])
"""The roles that keep projects."""
MOST_MILESTONES = 40
"""So many a project has at most: its page shows them all."""


def keeps(c: Compiler, row: Row) -> str:
    """Whether who asks keeps projects where this one is built."""
    return c.covers(row["division_id"], EDIT_PROJECTS)


def visible(c: Compiler, row: Row) -> str:
    """What was published; drafts for those who keep them."""
    return f"{row['is_published']} OR {keeps(c, row)}"


def visible_part(c: Compiler, row: Row) -> str:
    """A part of a project that one sees."""
    project, source = c.find("InvestmentProject", lambda one: f"{one['id']} = {row['project_id']}")
    return f"EXISTS (SELECT 1 {source} AND ({visible(c, project)}))"


def keeps_part(c: Compiler, row: Row) -> str:
    """Whether who asks keeps the project that it is a part of."""
    project, source = c.find("InvestmentProject", lambda one: f"{one['id']} = {row['project_id']}")
    return f"EXISTS (SELECT 1 {source} AND {keeps(c, project)})"


def keeper(c: Compiler, row: Row, person: Row) -> str:
    """A person with a role that keeps projects, over the place of the project or one above."""
    roles = ", ".join(f"'{role.value}'" for role in KEEPING)
    over = is_it_or_above("keeper.division_id", row["division_id"])
    held = f"SELECT keeper.person_id FROM role_grant keeper WHERE keeper.role IN ({roles}) AND {over}"
    return f"{person['is_active']} AND {person['id']} IN ({held})"


def today(c: Compiler) -> str:
    """Today in the city, as SQL."""
    return c.value(lambda run: run.now.astimezone(CITY_ZONE).date(), "day", share="projects today")


_RUNNING = ", ".join(f"'{stage.value}'" for stage in RUNNING)


def is_running(row: Row) -> str:
    """Whether something is still to be done for a project."""
    return f"{row['stage']} IN ({_RUNNING})"


def is_late(c: Compiler, row: Row) -> str:
    """A milestone whose day is over and which is not done, of a project that goes on."""
    project, source = c.find("InvestmentProject", lambda one: f"{one['id']} = {row['project_id']}")
    goes_on = f"EXISTS (SELECT 1 {source} AND {is_running(project)})"
    return f"({row['done_on']} IS NULL AND {row['due_on']} < {today(c)} AND {goes_on})"


def has_late(c: Compiler, row: Row) -> str:
    """A project that goes on with a milestone whose day is over."""
    _, source = c.find(
        "InvestmentMilestone",
        lambda one: f"{one['project_id']} = {row['id']} AND {one['done_on']} IS NULL AND {one['due_on']} < {today(c)}",
    )
    return f"({is_running(row)} AND EXISTS (SELECT 1 {source}))"


def needs_reason(stage: ProjectStage, before: ProjectStage) -> bool:
    """Whether a step has to say why: what stops, and what goes on again."""
    return ProjectStage.STOPPED in (stage, before)
