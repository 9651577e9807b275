"""Steps of a case: done, or returned with what is to be corrected."""

from __future__ import annotations

from pydantic import Field

from civicgraph import clock
from civicgraph.checklists import notices, reminders, rules
from civicgraph.checklists.models import OneThingCase, OneThingStep, StepState
from civicgraph.checklists.operations.cases import OneThingVersion, go_on
from civicgraph.enterprises.claims.acting import reads_for
from civicgraph.grievances.models import TeamMember
from civicgraph.grievances.operations.inputs import Words
from civicgraph.i18n import N_
from civicgraph.operations import Forbidden, NotFound, Unavailable, audit, check_version, operation
from civicgraph.permissions import HANDLE_CASES, Actor


class TakeStep(OneThingVersion):
    """Which step."""

    position: int = Field(title=N_("Number of the step"), ge=1, le=rules.MAX_STEPS)


async def _taken(actor: Actor, data: TakeStep) -> tuple[OneThingCase, OneThingStep]:
    """A step that is with its department, for the window of the place and the members of its team."""
    case = await OneThingCase.select_for_update().get_or_none(number=data.number.strip().upper())
    step = await OneThingStep.get_or_none(case_id=case.id, position=data.position) if case else None
    if case is None or step is None:
        raise NotFound
    person = rules.worker(actor)
    teams = (
        set(await TeamMember.filter(person_id=person).values_list("team_id", flat=True)) if person else set[object]()
    )
    if not (actor.may(HANDLE_CASES, case.division_id) or (step.team_id and step.team_id in teams)):
        has_part = bool(teams) and await OneThingStep.exists(case_id=case.id, team_id__in=list(teams))
        raise Forbidden if has_part or await reads_for(actor, case.enterprise_id) else NotFound
    check_version(case, data.version, dict)
    if step.state is not StepState.WORKING:
        raise Unavailable(N_("That is not possible any more: it is %(status)s."), status=step.state.words)
    case.version += 1
    return case, step


class FinishStep(TakeStep):
    """What the enterprise got."""

    result: Words = Field(
        "", title=N_("What the enterprise gets"), max_length=200,
        description=N_("For instance the number of the licence. The enterprise reads it."),
    )  # fmt: skip


@operation()
async def finish_step(actor: Actor, data: FinishStep) -> OneThingCase:
    """Say that a step is done; the steps that wait for it begin, and with the last one the case is done."""
    case, step = await _taken(actor, data)
    step.state, step.done_at, step.reason = StepState.DONE, clock.now(), ""
    step.result = data.result or step.result
    await step.save()
    await reminders.keep(step)
    await audit(actor, case, {f"step {step.position}": [StepState.WORKING, step.state]})
    await notices.tell_enterprise(case, "step_done", f"step {step.id} done", step)
    await go_on(case)
    return case


class ReturnStep(TakeStep):
    """What has to be corrected."""

    reason: Words = Field(
        title=N_("What has to be corrected?"), min_length=2, max_length=600, json_schema_extra={"widget": "textarea"},
        description=N_("All of it at once, in plain words. The enterprise reads it."),
    )  # fmt: skip


@operation()
async def return_step(actor: Actor, data: ReturnStep) -> OneThingCase:
    """Return a step to the enterprise with what is to be corrected. The promise stands still until it is."""
    case, step = await _taken(actor, data)
    step.days_left = rules.days_left(clock.now(), step.due_at) if step.due_at else 1
    step.state, step.reason, step.due_at = StepState.RETURNED, data.reason, None
    await step.save()
    await reminders.keep(step)
    await audit(actor, case, {f"step {step.position}": [StepState.WORKING, step.state]})
    await notices.tell_enterprise(case, "returned", f"step {step.id} returned {step.turn}", step)
    await go_on(case)
    return case
