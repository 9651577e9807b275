"""Add words to a grievance: to everyone, or among staff; colleagues who are named get a message."""

from __future__ import annotations

from pydantic import Field

from civicgraph.accounts.models import Person
from civicgraph.grievances import notices
from civicgraph.grievances.attachments import FILES, MAX_FILES, attach
from civicgraph.grievances.desk import orders
from civicgraph.grievances.desk.rules import MAX_HELPERS
from civicgraph.grievances.models import Grievance
from civicgraph.grievances.operations.history import take
from civicgraph.grievances.operations.inputs import Step, Words
from civicgraph.i18n import N_
from civicgraph.operations import operation
from civicgraph.permissions import Actor
from civicgraph.uploads.private import UploadName


class CommentOnGrievance(Step):
    """Words that change nothing of where the grievance stands."""

    note: Words = Field(
        title=N_("What do you want to say?"),
        min_length=1,
        max_length=1000,
        json_schema_extra={"widget": "textarea"},
        description=N_("@ and a colleague's name sends them a message."),
    )
    is_public: bool = Field(
        False,
        title=N_("Everyone may read it"),
        description=N_("Names, telephone numbers and the like are masked then. Otherwise it stays among staff."),
    )
    mention_ids: list[int] = Field(
        default_factory=list,
        title=N_("Tell colleagues"),
        max_length=MAX_HELPERS,
        description=N_("They get a message that leads here. In a note among staff their names are added."),
    )
    files: list[UploadName] = Field(
        default_factory=list,
        title=N_("Photos and documents"),
        max_length=MAX_FILES,
        json_schema_extra=FILES,
        description=N_(
            "Whoever may read the note sees them: with a public one everyone. Documents are kept as they are."
        ),
    )


@operation()
async def comment_on_grievance(actor: Actor, data: CommentOnGrievance) -> Grievance:
    """Add a note to a grievance's history, public or among staff, and tell the colleagues whom it names."""
    taken = await take(actor, "comment", data)
    named = await _named(data, taken.row)
    also = {"files": [0, len(data.files)]} if data.files else {}
    if data.is_public:
        done = await taken.done(note=data.note, also=also)
    else:
        unsaid = [
            f"@{one.name}" for one in named if f"@{one.name}" not in data.note and f"@{one.username}" not in data.note
        ]
        done = await taken.done(internal_note=" ".join([data.note, *unsaid]), also=also)
    await attach(data.files, taken.written[-1], done)
    await notices.tell_mentioned(done, [one for one in named if one.id != actor.person_id])
    return done


async def _named(data: CommentOnGrievance, row: Grievance) -> list[Person]:
    """The colleagues of the place who are picked, or whose name or sign-in name stands behind an @."""
    chosen = [await orders.worker(row, number, "mention_ids") for number in dict.fromkeys(data.mention_ids)]
    if "@" not in data.note:
        return chosen
    spelt = [one for one in await orders.workers(row) if f"@{one.name}" in data.note or f"@{one.username}" in data.note]
    return list({one.id: one for one in (*chosen, *spelt)}.values())[:MAX_HELPERS]
