"""What an enterprise may ask for: everything that is kept of a case, and that what was filled in is erased.

个人信息保护法 (2021) art. 45 (a copy) and art. 47 (erasure).
"""

from __future__ import annotations

from datetime import datetime

import orjson
from pydantic import Field

from civicgraph.checklists.forgetting import forget
from civicgraph.checklists.models import OneThingCase, OneThingStep
from civicgraph.checklists.operations import answers
from civicgraph.checklists.operations.cases import OneThingNumber, taken
from civicgraph.i18n import N_
from civicgraph.operations import InvalidInput, Unavailable, audit, operation
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import Actor
from civicgraph.uploads import operations as uploads


class ExportCase(OneThingNumber):
    """Whose case it is."""


@operation()
async def export_case(actor: Actor, data: ExportCase) -> dict[str, str]:
    """Everything that is kept of one's enterprise's case, as JSON, with each look of staff at the form."""
    case = await taken(actor, data.number, own=True)
    await audit(actor, case, {"answers": ["", ""]})
    steps = await OneThingStep.filter(case_id=case.id).order_by("position")
    documents = uploads.of(OneThingStep, [one.id for one in steps]).order_by("subject_id", "position", "id")
    kept = {
        "number": case.number,
        "opened_at": case.created_at,
        "state": case.state.value,
        "division": case.division_id,
        "language": case.locale,
        "answers": {one.label: text for one, text in await answers.in_full(case)},
        "steps": [
            {"title": one.title, "department": one.department, "state": one.state.value, "done_at": one.done_at,
             "reason": one.reason, "result": one.result}
            for one in steps
        ],
        "documents": [
            {"sent_at": one.created_at, "name": one.filename, "of_what": one.alt, "address": f"/uploads/{one.name}/file", "taken_back_at": one.taken_back_at}
            for one in await documents
        ],
        "erased_at": case.erase_at,
        "form_was_looked_at": await _looks(case, "reveal_case"),
        "documents_were_looked_at": await _looks(case, "look_at_document"),
    }  # fmt: skip
    return {"data": orjson.dumps(kept, option=orjson.OPT_INDENT_2).decode()}


async def _looks(case: OneThingCase, operation: str) -> list[datetime]:
    kept = AuditEntry.filter(subject_type="OneThingCase", subject_id=str(case.id), operation=operation)
    return [one.at for one in await kept.order_by("id")]


class EraseCase(OneThingNumber):
    """That what was filled in is not kept any more."""

    is_sure: bool = Field(
        title=N_("I know that this cannot be undone"),
        description=N_("What was filled into the form is erased. That there was a case, and its steps, stay."),
    )


@operation()
async def erase_case(actor: Actor, data: EraseCase) -> OneThingCase:
    """Erase what was filled into a case that is done or withdrawn, as its enterprise."""
    case = await taken(actor, data.number, own=True)
    if not data.is_sure:
        raise InvalidInput.at("is_sure", "missing", N_("Please tick this first: it cannot be undone."))
    if case.closed_at is None:
        raise Unavailable(N_("Offices still work with it. Please withdraw the case first."))
    await forget(case)
    await audit(actor, case, {"answers": ["", ""]})
    return case
