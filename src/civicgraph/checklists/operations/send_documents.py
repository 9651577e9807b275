"""Documents that an enterprise sends with its case afterwards, and who sees them."""

from __future__ import annotations

from civicgraph.checklists import notices
from civicgraph.checklists.models import OneThingCase, OneThingStep, StepState
from civicgraph.checklists.operations import papers
from civicgraph.checklists.operations.cases import OneThingNumber, taken, takes_part
from civicgraph.checklists.operations.papers import OneThingDocument
from civicgraph.enterprises.claims.acting import acts_for
from civicgraph.i18n import N_
from civicgraph.operations import Unavailable, audit, operation
from civicgraph.permissions import HANDLE_CASES, Actor
from civicgraph.uploads.private import seen_by, taken_back_from


@seen_by("OneThingStep")
async def _sees_documents(actor: Actor, key: int) -> OneThingCase | None:
    """The documents of a case are for its enterprise, the window of its place and the departments of its steps."""
    case = await OneThingCase.get(id=(await OneThingStep.get(id=key)).case_id)
    return case if actor.may(HANDLE_CASES, case.division_id) or await takes_part(actor, case) else None


@taken_back_from("OneThingStep")
async def _takes_back(actor: Actor, key: int) -> OneThingCase | None:
    """The enterprise takes back documents of its case until it is closed."""
    step = await OneThingStep.get(id=key)
    case = await OneThingCase.select_for_update().get(id=step.case_id)
    if not await acts_for(actor, case.enterprise_id):
        return None
    if case.closed_at is not None:
        raise Unavailable(N_("That is not possible any more: it is %(status)s."), status=case.state.words)
    return case


class SendCaseDocuments(OneThingNumber):
    """Documents for steps of a case."""

    documents: list[OneThingDocument] = papers.field(least=1)


@operation()
async def send_case_documents(actor: Actor, data: SendCaseDocuments) -> OneThingCase:
    """Send documents for steps of an open case, as its enterprise or at the window; departments that work on them are told."""
    case = await taken(actor, data.number, own=True, window=True)
    if case.closed_at is not None:
        raise Unavailable(N_("That is not possible any more: it is %(status)s."), status=case.state.words)
    for step in await papers.give(case, data.documents):
        if step.state is StepState.WORKING:
            await notices.tell_department(case, step, "documents")
    await audit(actor, case, {"documents": [None, len(data.documents)]})
    return case
