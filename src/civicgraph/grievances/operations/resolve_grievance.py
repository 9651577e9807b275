"""Resolve a grievance, with what was done."""

from __future__ import annotations

from pydantic import Field

from civicgraph.grievances import checks
from civicgraph.grievances.models import Grievance
from civicgraph.grievances.operations.history import take
from civicgraph.grievances.operations.inputs import PUBLIC, InternalNote, PublicWords, Step
from civicgraph.grievances.operations.report_input import MAX_PHOTOS
from civicgraph.i18n import N_
from civicgraph.operations import operation
from civicgraph.permissions import READ_GRIEVANCES, Actor
from civicgraph.uploads.models import Purpose
from civicgraph.uploads.operations import claim
from civicgraph.uploads.private import UploadName


class ResolveGrievance(Step):
    """It is done."""

    outcome: PublicWords = Field(
        title=N_("What was done?"),
        min_length=2,
        max_length=1000,
        json_schema_extra={"widget": "textarea"},
        description=PUBLIC,
    )
    photos: list[UploadName] = Field(
        default_factory=list,
        title=N_("Photos of the result"),
        max_length=MAX_PHOTOS,
        json_schema_extra={"widget": "photos"},
        description=N_("Everyone can see these. Take none of people or number plates."),
    )
    internal_note: InternalNote = ""


@operation()
async def resolve_grievance(actor: Actor, data: ResolveGrievance) -> Grievance:
    """Say what was done. Its reporter rates it, or the clock closes it after a week; who has to look at it first is told."""
    taken = await take(actor, "resolve", data, lambda row: {"outcome": row.outcome})
    taken.row.update_from_dict({"resolved_at": taken.at, "outcome": data.outcome, "reason": "", "review_at": None})
    # What its reporter said of an earlier resolution stays in the history; this one is theirs to rate anew.
    taken.row.update_from_dict({"rated_at": None, "is_solved": None, "stars": None, "rating_text": ""})
    done = await taken.done(note=data.outcome, internal_note=data.internal_note)
    await claim(
        data.photos,
        done,
        purpose=Purpose.PROOF,
        division_code=done.division_id,
        capability=READ_GRIEVANCES,
        is_public=True,
    )
    if await checks.is_awaited(done):
        await checks.call_checkers(done, f"resolved:{done.version}")
    return done
