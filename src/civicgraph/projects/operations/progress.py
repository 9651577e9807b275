"""How a project goes on: its steps from stage to stage, and its amounts, each with its day."""

from __future__ import annotations

from datetime import date
from typing import Any

from civicgraph import clock
from civicgraph.i18n import N_
from civicgraph.operations import InvalidInput, Unavailable, audit, check_version, operation
from civicgraph.permissions import Actor
from civicgraph.projects.keeping import counting
from civicgraph.projects.models import (
    AmountOf,
    InvestmentAmount,
    InvestmentProject,
    InvestmentStageChange,
    ProjectStage,
)
from civicgraph.projects.operations.inputs import (
    MoveInvestmentProject,
    RecordInvestmentAmount,
    StepBackInvestmentProject,
)
from civicgraph.projects.operations.projects import NOT_YET, project_of
from civicgraph.projects.reminders import arm
from civicgraph.projects.rules import needs_reason
from civicgraph.projects.stages import back, moves


@operation()
async def move_investment_project(actor: Actor, data: MoveInvestmentProject) -> InvestmentProject:
    """Record that a project has come to another stage, was stopped, or goes on again."""
    row = await project_of(actor, data.id)
    check_version(row, data.version, dict)
    last = await InvestmentStageChange.filter(project_id=row.id).order_by("on", "id").last()
    assert last is not None
    if data.stage not in moves(row.stage, last.before):
        raise Unavailable(N_("This stage cannot follow the one where it stands."))
    if needs_reason(data.stage, row.stage) and not data.reason:
        raise InvalidInput.at("reason", "missing", N_("Please give the reason."))
    return await _step(actor, row, data.stage, data.on, data.reason)


@operation()
async def step_back_investment_project(actor: Actor, data: StepBackInvestmentProject) -> InvestmentProject:
    """Take a project a stage back from a day on, with a reason that everybody reads. What was recorded stays in its history,
    and no figure before that day becomes another."""
    row = await project_of(actor, data.id)
    check_version(row, data.version, dict)
    stage = back(row.stage)
    if stage is None:
        raise Unavailable(N_("From here no step leads back."))
    return await _step(actor, row, stage, data.on, data.reason)


async def _step(
    actor: Actor, row: InvestmentProject, stage: ProjectStage, on: date | None, reason: str
) -> InvestmentProject:
    day = _day(on)
    if day < row.stage_on:
        message = N_("It has come to where it stands on %(day)s: give that day or a later one.")
        raise InvalidInput.at("on", "too_early", message, day=row.stage_on)
    before = row.stage
    async with counting(row):
        await InvestmentStageChange.create(
            project_id=row.id, before=before, stage=stage, on=day, reason=reason, person_id=actor.person_id
        )
        row.stage, row.stage_on = stage, day
        row.stop_reason = reason if stage is ProjectStage.STOPPED else ""
        row.version += 1
        await row.save()
    await arm(row)
    why = {"reason": ["", reason]} if reason else {}
    await audit(actor, row, {"stage": [before, stage], "on": [None, day], **why})
    return row


@operation()
async def record_investment_amount(actor: Actor, data: RecordInvestmentAmount) -> InvestmentProject:
    """Record what is contracted, or invested so far, as of a day; of the same day it takes the place of what was
    recorded before."""
    row = await project_of(actor, data.id)
    check_version(row, data.version, dict)
    day = _day(data.on)
    if day < row.signed_on:
        raise InvalidInput.at("on", "too_early", N_("It was signed on %(day)s."), day=row.signed_on)
    if data.of is AmountOf.CONTRACTED and data.amount_fen == 0:
        raise InvalidInput.at("amount_fen", "missing", N_("Please fill this in."))
    column = f"{data.of.value}_fen"
    async with counting(row):
        found = await InvestmentAmount.get_or_none(project_id=row.id, of=data.of, on=day)
        before = found.amount_fen if found else None
        said: dict[str, Any] = {"amount_fen": data.amount_fen, "note": data.note}
        if found is None:
            await InvestmentAmount.create(project_id=row.id, of=data.of, on=day, **said)
        else:
            await found.update_from_dict(said).save()
        latest = await InvestmentAmount.filter(project_id=row.id, of=data.of).order_by("on").last()
        assert latest is not None
        row.update_from_dict({column: latest.amount_fen, "version": row.version + 1})
        await row.save()
    await audit(actor, row, {"of": [None, data.of], "amount_fen": [before, data.amount_fen], "on": [None, day]})
    return row


def _day(on: date | None) -> date:
    if on is not None and on > clock.today():
        raise InvalidInput.at("on", "not_yet", NOT_YET)
    return on or clock.today()
