"""Milestones of a project: entered, moved, done. Their reminders follow in the same transaction."""

from __future__ import annotations

from datetime import date
from typing import Any

from civicgraph import clock
from civicgraph.i18n import N_
from civicgraph.operations import InvalidInput, NotFound, Unavailable, audit, changed, check_version, operation
from civicgraph.permissions import Actor
from civicgraph.projects.models import InvestmentMilestone, InvestmentProject
from civicgraph.projects.operations.inputs import (
    AddInvestmentMilestone,
    ChangeInvestmentMilestone,
    FinishInvestmentMilestone,
    MilestoneFields,
    MilestoneVersion,
)
from civicgraph.projects.operations.projects import NOT_YET, project_of
from civicgraph.projects.reminders import arm, disarm
from civicgraph.projects.rules import MOST_MILESTONES


def _values(row: InvestmentMilestone) -> dict[str, Any]:
    return {name: getattr(row, name) for name in MilestoneFields.model_fields}


async def _milestone_of(actor: Actor, number: int) -> tuple[InvestmentProject, InvestmentMilestone]:
    """A milestone with its project, which is locked."""
    row = await InvestmentMilestone.get_or_none(id=number)
    if row is None:
        raise NotFound
    project = await project_of(actor, row.project_id)
    await row.refresh_from_db()
    return project, row


def _check_done(done_on: date | None) -> None:
    if done_on is not None and done_on > clock.today():
        raise InvalidInput.at("done_on", "not_yet", NOT_YET)


@operation()
async def add_investment_milestone(actor: Actor, data: AddInvestmentMilestone) -> InvestmentProject:
    """Enter what is to be done by a day."""
    project = await project_of(actor, data.project_id)
    _check_done(data.done_on)
    if await InvestmentMilestone.filter(project_id=project.id).count() >= MOST_MILESTONES:
        raise Unavailable(N_("A project has at most %(count)s milestones."), count=MOST_MILESTONES)
    row = await InvestmentMilestone.create(project_id=project.id, **data.model_dump(exclude={"project_id"}))
    await arm(project)
    await audit(actor, project, changed({}, _values(row)))
    return project


@operation()
async def change_investment_milestone(actor: Actor, data: ChangeInvestmentMilestone) -> InvestmentProject:
    """Change a milestone: its words, its day, whether it is done. The day that the public read first stands beside a later one."""
    project, row = await _milestone_of(actor, data.id)
    before = _values(row)
    check_version(row, data.version, lambda: before)
    _check_done(data.done_on)
    if project.is_published:
        promised = row.promised_on or before["due_on"]
        row.promised_on = promised if promised != data.due_on else None
    row.update_from_dict({**data.model_dump(exclude={"id", "version"}), "version": row.version + 1})
    await row.save()
    await arm(project)
    await audit(actor, project, {"milestone": [row.name, row.name], **changed(before, _values(row))})
    return project


@operation()
async def finish_investment_milestone(actor: Actor, data: FinishInvestmentMilestone) -> InvestmentProject:
    """Record that a milestone is done: nobody is reminded of it any more."""
    project, row = await _milestone_of(actor, data.id)
    check_version(row, data.version, lambda: _values(row))
    if row.done_on is not None:
        raise Unavailable(N_("It is done already."))
    _check_done(data.done_on)
    row.done_on, row.version = data.done_on or clock.today(), row.version + 1
    await row.save()
    await arm(project)
    await audit(actor, project, {"milestone": [row.name, row.name], "done_on": [None, row.done_on]})
    return project


@operation()
async def remove_investment_milestone(actor: Actor, data: MilestoneVersion) -> InvestmentProject:
    """Take away a milestone that was entered by mistake."""
    project, row = await _milestone_of(actor, data.id)
    check_version(row, data.version, lambda: _values(row))
    await disarm(row)
    await row.delete()
    await audit(actor, project, {"milestone": [row.name, None], "due_on": [row.due_on, None]})
    return project
