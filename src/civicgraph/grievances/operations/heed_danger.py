"""What a reporter says later may tell of danger as well: the grievance becomes critical then, and whoever decides is called."""

from __future__ import annotations

from datetime import datetime

from civicgraph.grievances import notices, rules
from civicgraph.grievances.intake.danger import danger_in
from civicgraph.grievances.models import Grievance, Urgency
from civicgraph.grievances.operations import named
from civicgraph.grievances.operations.change_level import changes_of
from civicgraph.grievances.operations.history import Taken
from civicgraph.grievances.operations.timing import columns_of
from civicgraph.grievances.workflow import OPEN
from civicgraph.permissions import SYSTEM

_WHY = "反映人补充的情况涉及人身危险，按规则改为特急。"
"""In the history, which keeps words in the language in which they were said."""


async def heed_danger(row: Grievance, words: str, at: datetime) -> Grievance:
    """Make a locked grievance critical whose reporter told of danger at this moment: a step of the rules, in its history.

    What rests on a list, or is over, keeps its level; the dispatchers are called all the same.
    """
    danger = danger_in(words)
    if danger is None:
        return row
    row.danger = row.danger or danger.code
    if row.status in OPEN and row.urgency is not Urgency.CRITICAL:
        taken = Taken(SYSTEM, "change_level", row, rules.SYSTEM_LINE, at)
        category = await named.category_of(row.category_id)
        promise = await named.promise_of(Urgency.CRITICAL, category.code, row.division_id)
        changes = changes_of(row, Urgency.CRITICAL, category, promise)
        row.update_from_dict({"urgency": Urgency.CRITICAL, **columns_of(promise)})
        await taken.done(note=_WHY, changes=changes)
    else:
        await row.save(update_fields=["danger"])
    await notices.call_for_danger(row)
    return row
