"""Return a grievance to its reporter with questions, and send it again with the answer."""

from __future__ import annotations

from pydantic import Field

from civicgraph.grievances.attachments import send_documents
from civicgraph.grievances.models import Grievance
from civicgraph.grievances.operations.heed_danger import heed_danger
from civicgraph.grievances.operations.history import Taken, begin_anew, take, take_as_reporter
from civicgraph.grievances.operations.inputs import Reason, Step, Tracked, Words
from civicgraph.grievances.operations.reporter import called_by
from civicgraph.i18n import N_
from civicgraph.operations import operation
from civicgraph.permissions import Actor
from civicgraph.text import mask_personal, search_terms
from civicgraph.uploads.private import UploadName, documents_field


class ReturnGrievance(Step):
    """Something is missing that only the reporter can say."""

    reason: Reason


@operation()
async def return_grievance(actor: Actor, data: ReturnGrievance) -> Grievance:
    """Return 退回 a grievance to its reporter, with what is missing. This is a first response as well."""
    taken = await take(actor, "return", data)
    taken.row.reason = data.reason
    return await taken.done(note=data.reason)


class ResubmitTrackedGrievance(Tracked):
    """The answer to what was asked."""

    answer: Words = Field(
        title=N_("Your answer"),
        min_length=2,
        max_length=1000,
        json_schema_extra={"widget": "textarea"},
        description=N_("Telephone and identity numbers in it are hidden from others."),
    )
    documents: list[UploadName] = documents_field()


@operation()
async def resubmit_tracked_grievance(actor: Actor, data: ResubmitTrackedGrievance) -> Grievance:
    """Send a returned grievance again, with the answer to what was asked. Both promised times begin anew."""
    taken = await take_as_reporter(actor, "resubmit", data.number, data.secret)
    await send_documents(data.documents, taken.row)
    return await send_again(taken, data.answer)


class TakeAnswer(Step):
    """What the reporter answered by telephone or at the counter."""

    answer: Words = Field(
        title=N_("What did the reporter answer?"),
        min_length=2,
        max_length=1000,
        json_schema_extra={"widget": "textarea"},
        description=N_("Telephone and identity numbers in it are hidden from others."),
    )


@operation()
async def take_grievance_answer(actor: Actor, data: TakeAnswer) -> Grievance:
    """Take down 代录 what the reporter answered to what was asked, and send it again. Both promised times begin anew."""
    return await send_again(await take(actor, "take_answer", data), data.answer)


async def send_again(taken: Taken, words: str) -> Grievance:
    """End the step with the reporter's answer, whichever way it came."""
    row = taken.row
    answer = (await called_by(row)).out_of(mask_personal(words))
    begin_anew(row)
    row.reason = ""
    row.description = f"{row.description}\n{words}"
    row.public_text = f"{row.public_text}\n{answer}"
    row.search_terms = f"{row.search_terms} {search_terms(answer)}"
    return await heed_danger(await taken.done(note=answer), words, taken.at)
