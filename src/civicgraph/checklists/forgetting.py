"""What is forgotten of a case: what was filled in, when its time is over or its enterprise asks for it."""

from __future__ import annotations

from civicgraph import clock
from civicgraph.checklists.models import OneThingAnswer, OneThingCase, OneThingStep
from civicgraph.masking import mask_personal
from civicgraph.uploads import operations as uploads


async def forget(case: OneThingCase) -> None:
    """Erase the answers and documents of a closed case, and mask what words of its steps may say of people; its steps stay."""
    await OneThingAnswer.filter(case_id=case.id).delete()
    steps = await OneThingStep.filter(case_id=case.id)
    await uploads.give_up(uploads.of(OneThingStep, [one.id for one in steps]))
    for step in steps:
        masked = {"reason": mask_personal(step.reason), "result": mask_personal(step.result)}
        await OneThingStep.filter(id=step.id).update(**masked)
    case.erase_at = None
    await case.save(update_fields=["erase_at", "updated_at"])


async def forget_due(limit: int) -> int:
    """Forget what was filled into cases that ended long enough ago; how many."""
    due = (
        await OneThingCase.filter(erase_at__lte=clock.now()).order_by("erase_at", "id").limit(limit).select_for_update()
    )
    for case in due:
        await forget(case)
    return len(due)
