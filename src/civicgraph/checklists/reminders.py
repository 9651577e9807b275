"""What the clock does with a step of a case: its department is reminded before, at and after its promised time."""

from __future__ import annotations

from civicgraph.checklists import notices, rules
from civicgraph.checklists.models import OneThingCase, OneThingStep, StepState
from civicgraph.scheduler.deadlines import on_missed, set_deadlines, settle
from civicgraph.scheduler.models import Deadline


async def keep(step: OneThingStep) -> None:
    """Set the reminders of a step that is with its department; settle those of any other."""
    if step.state is StepState.WORKING and step.started_at and step.due_at:
        times = rules.reminders(step.started_at, step.due_at)
        await set_deadlines((step, kind, at) for kind, at in times.items())
    else:
        await settle(step, *rules.REMINDERS)


async def _remind(deadline: Deadline) -> None:
    """Tell the department, unless the step has moved on."""
    step = await OneThingStep.get_or_none(id=deadline.subject_id)
    if step is None or step.state is not StepState.WORKING:
        return
    await notices.tell_department(await OneThingCase.get(id=step.case_id), step, deadline.kind)


for _kind in rules.REMINDERS:
    on_missed("OneThingStep", _kind)(_remind)
