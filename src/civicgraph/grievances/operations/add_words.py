"""The reporter adds something to their report: staff read it, and whoever works on it is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pydantic import Field

from civicgraph import clock
from civicgraph.grievances import notices, silence
from civicgraph.grievances.attachments import send_documents
from civicgraph.grievances.models import Grievance, GrievanceStatus, GrievanceUpdate
from civicgraph.grievances.operations.follow_grievance import count_asking
from civicgraph.grievances.operations.heed_danger import heed_danger, lock_lead
from civicgraph.grievances.operations.history import Taken, take_as_reporter
from civicgraph.grievances.operations.inputs import Given, Tracked, Words
from civicgraph.grievances.operations.return_grievance import send_again
from civicgraph.grievances.rules import REPORTER_LINE
from civicgraph.i18n import N_
from civicgraph.operations import TooMany, operation
from civicgraph.permissions import Actor
from civicgraph.uploads.private import UploadName, documents_field

MOST_A_DAY = 10
"""So often may a reporter add something within a day: whoever works on it still reads each."""
_DAY = timedelta(days=1)


class AddToTrackedGrievance(Tracked):
    """Something that the reporter wants to add, of their own accord."""

    words: Words = Field(
        title=N_("What do you want to add?"),
        min_length=2,
        max_length=1000,
        json_schema_extra={"widget": "textarea"},
        description=N_("Only the staff who deal with it read this."),
    )
    documents: list[UploadName] = documents_field()
    idempotency_key: Given = Field(None, title=N_("Key of the step"), min_length=16, max_length=80)


@operation()
async def add_to_tracked_grievance(actor: Actor, data: AddToTrackedGrievance) -> Grievance:
    """Add words to one's own report. Where the office has asked something, they are the answer and send it again."""
    count_asking(actor)
    await lock_lead(number=data.number)
    row = (await take_as_reporter(actor, "comment", data.number, data.secret)).row
    recent: dict[str, Any] = {"verb": "comment", "by_line": REPORTER_LINE, "at__gt": clock.now() - _DAY}
    if await GrievanceUpdate.filter(grievance_id=row.id, **recent).count() >= MOST_A_DAY:
        raise TooMany(
            N_(
                "You have added much today, and the office has all of it. Please write again tomorrow, or call your community."
            )
        )
    await send_documents(data.documents, row)
    return await add_words(actor, row, data.words)


async def add_words(actor: Actor, row: Grievance, words: str) -> Grievance:
    """Add a reporter's words to their locked report, whichever way they came; who writes on several days asks for it."""
    if row.status is GrievanceStatus.RETURNED:
        return await send_again(Taken(actor, "resubmit", row, REPORTER_LINE), words)
    taken = Taken(actor, "comment", row, REPORTER_LINE)
    done = await taken.done(internal_note=words)
    await heed_danger(done, words, taken.at)
    await notices.tell_workers(done, "grievance_written", f"written:{done.version}", done.resolution_due_at)
    if silence.may_reopen(done):
        await notices.tell_how_to_reopen(done)
    await notices.nudge(done)
    return done
