"""Say that one's own part of a grievance is done."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from civicgraph.grievances import notices
from civicgraph.grievances.attachments import FILES, MAX_FILES, attach
from civicgraph.grievances.desk import orders
from civicgraph.grievances.models import Grievance
from civicgraph.grievances.operations.history import take
from civicgraph.grievances.operations.inputs import Step, Words
from civicgraph.i18n import N_
from civicgraph.operations import Unavailable, operation
from civicgraph.permissions import Actor
from civicgraph.uploads.private import UploadName


class FinishGrievancePart(Step):
    """What one helped with is done."""

    words: Annotated[
        Words,
        Field(
            title=N_("What did you do?"),
            min_length=2,
            max_length=1000,
            json_schema_extra={"widget": "textarea"},
            description=N_("For whoever leads and for colleagues; never public."),
        ),
    ]
    files: list[UploadName] = Field(
        default_factory=list,
        title=N_("Photos and documents"),
        max_length=MAX_FILES,
        json_schema_extra=FILES,
        description=N_("For whoever leads and for colleagues; never public."),
    )


@operation()
async def finish_grievance_part(actor: Actor, data: FinishGrievancePart) -> Grievance:
    """Say that one's own part, or that of one's team, is done. The whole stays open until its lead resolves it."""
    taken = await take(actor, "finish_part", data)
    own = [one for one in await orders.own_orders(actor, taken.row) if one.done_at is None and not one.is_lead]
    if not own:
        raise Unavailable(N_("No part of this grievance is waiting for you. Who leads resolves the whole."))
    for one in own:
        one.done_at = taken.at
        await one.save(update_fields=["done_at"])
    parts = {"parts_done": [0, len(own)], **({"files": [0, len(data.files)]} if data.files else {})}
    done = await taken.done(internal_note=data.words, also=parts)
    await attach(data.files, taken.written[-1], done)
    await notices.tell_workers(done, "grievance_part_done", f"part:{done.version}", done.resolution_due_at)
    return done
