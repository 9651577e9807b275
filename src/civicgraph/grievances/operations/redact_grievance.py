"""Take words out of what the public reads of a grievance, and put them back: with a trace, by whom and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from pydantic import Field

from civicgraph import clock
from civicgraph.grievances import rules
from civicgraph.grievances.models import Grievance, GrievanceCategory, GrievanceRedaction, GrievanceUpdate
from civicgraph.grievances.operations.history import take
from civicgraph.grievances.operations.inputs import PUBLIC, PublicWords, Step, Words
from civicgraph.i18n import N_
from civicgraph.operations import InvalidInput, operation
from civicgraph.permissions import Actor
from civicgraph.text import search_terms

_COLUMNS = ("public_text", "outcome", "reason", "rating_text")
"""The grievance's own words that everyone reads; those of its steps are `public_note`."""
_Why = Annotated[PublicWords, Field(title=N_("Why?"), min_length=2, max_length=200, description=PUBLIC)]


class RedactGrievance(Step):
    """Words that should not be public."""

    words: Words = Field(
        title=N_("Which words?"),
        min_length=1,
        max_length=500,
        description=N_("As they stand there, letter for letter. They are taken out wherever everyone reads them."),
    )
    reason: _Why


@operation()
async def redact_grievance(actor: Actor, data: RedactGrievance) -> Grievance:
    """Take words out of what the public reads of a grievance 遮盖. A mark stays, with the office and the reason."""
    taken = await take(actor, "redact", data)
    position = 1 + await GrievanceRedaction.filter(grievance_id=taken.row.id).count()
    if not await _replace(taken.row, data.words, rules.redaction_mark(position)):
        raise InvalidInput.at(
            "words", "not_found", N_("These words stand nowhere in the public text. Please copy them from there.")
        )
    await GrievanceRedaction.create(
        grievance_id=taken.row.id,
        position=position,
        words=data.words,
        reason=data.reason,
        by_line=taken.by_line,
        at=clock.now(),
        person_id=actor.person_id,
    )
    return await taken.done(note=data.reason)


class RestoreGrievance(Step):
    """Words that were taken out without need."""

    position: int = Field(title=N_("Number of the mark"), ge=1, description=N_("As it stands in the text."))
    reason: _Why


@operation()
async def restore_grievance(actor: Actor, data: RestoreGrievance) -> Grievance:
    """Put back 恢复 words that were taken out of what the public reads of a grievance."""
    taken = await take(actor, "restore", data)
    redaction = await GrievanceRedaction.get_or_none(
        grievance_id=taken.row.id, position=data.position, restored_at=None
    )
    if redaction is None or not redaction.words:
        raise InvalidInput.at("position", "not_found", N_("There is no such mark, or its words are erased."))
    await _replace(taken.row, rules.redaction_mark(data.position), redaction.words)
    redaction.update_from_dict({"restored_at": clock.now(), "restored_by_id": actor.person_id})
    await redaction.save()
    return await taken.done(note=data.reason)


async def _replace(row: Grievance, old: str, new: str) -> bool:
    """Put `new` for `old` in all that the public reads, and in what finds it; whether it stood anywhere."""
    change: Callable[[str], str] = lambda text: text.replace(old, new)  # noqa: E731
    found = any(old in getattr(row, column) for column in _COLUMNS)
    row.update_from_dict({column: change(getattr(row, column)) for column in _COLUMNS})
    for step in await GrievanceUpdate.filter(grievance_id=row.id, public_note__contains=old):
        found = True
        await GrievanceUpdate.filter(id=step.id).update(public_note=change(step.public_note))
    category = await GrievanceCategory.get(code=row.category_id)
    row.search_terms = search_terms(row.public_text, category.name)
    return found
