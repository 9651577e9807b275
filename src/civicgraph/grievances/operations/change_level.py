"""Give a grievance another level on the four-level list, or another category."""

from __future__ import annotations

from pydantic import Field

from civicgraph.grievances import attachments
from civicgraph.grievances.models import Grievance, GrievanceCategory, Urgency
from civicgraph.grievances.operations import named
from civicgraph.grievances.operations.history import take
from civicgraph.grievances.operations.inputs import Given, Reason, Step
from civicgraph.grievances.operations.timing import columns_of, promise_of
from civicgraph.grievances.promises import Promise
from civicgraph.i18n import N_
from civicgraph.operations import InvalidInput, operation
from civicgraph.permissions import Actor
from civicgraph.text import search_terms


class ChangeGrievanceLevel(Step):
    """It is more or less urgent than it was taken for, or about something else."""

    urgency: Urgency = Field(title=N_("Level"))
    category: Given = Field(None, title=N_("Category"), max_length=40, description=N_("Empty: it stays as it is."))
    reason: Reason


@operation()
async def change_grievance_level(actor: Actor, data: ChangeGrievanceLevel) -> Grievance:
    """Change the level or the category of a grievance 改级. What is promised for it there counts from the same start."""
    taken = await take(actor, "change_level", data, lambda row: {"urgency": row.urgency, "category": row.category_id})
    row = taken.row
    stays = data.category in (None, row.category_id)
    category = await (named.category_of(row.category_id) if stays else named.offered_category(data.category or ""))
    if (data.urgency, category.code) == (row.urgency, row.category_id):
        raise InvalidInput.at("urgency", "same_level", N_("It has this level and category already."))
    promise = await named.promise_of(data.urgency, category.code, row.division_id)
    changes = changes_of(row, data.urgency, category, promise)
    row.update_from_dict({"urgency": data.urgency, "category_id": category.code, **columns_of(promise)})
    if row.is_public and category.is_personal:
        await attachments.rename(row)
        row.is_public = False
    row.search_terms = search_terms(row.public_text, category.name)
    return await taken.done(note=data.reason, changes=changes)


def changes_of(row: Grievance, urgency: Urgency, category: GrievanceCategory, promise: Promise) -> dict[str, object]:
    """What the history keeps of it: the clocks are counted from there."""
    before, after = promise_of(row), promise
    return {
        "urgency": [row.urgency.value, urgency.value],
        "category": [row.category_id, category.code],
        "promise": [[one.response_minutes, one.resolution_minutes, one.calendar] for one in (before, after)],
    }
