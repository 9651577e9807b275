"""What a reporter says later may tell of danger as well: the grievance becomes critical then, and whoever decides is called."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from civicgraph.grievances import notices, rules
from civicgraph.grievances.intake.danger import danger_in
from civicgraph.grievances.models import Grievance, GrievanceStatus, Urgency
from civicgraph.grievances.operations import named
from civicgraph.grievances.operations.change_level import changes_of
from civicgraph.grievances.operations.history import Taken
from civicgraph.grievances.operations.hold_grievance import resume
from civicgraph.grievances.operations.timing import columns_of
from civicgraph.grievances.workflow import OPEN
from civicgraph.permissions import SYSTEM

_WHY = "反映人补充的情况涉及人身危险，按规则改为特急。"
_RESUMED = "反映人补充的情况涉及人身危险，恢复办理。"
_ALARM = "反映人说有人身危险，已通知工作人员。"
"""In the history, which keeps words in the language in which they were said."""


async def heed_danger(row: Grievance, words: str, at: datetime) -> Grievance:
    """Let a locked grievance follow its reporter's words of danger, said at this moment: steps of the rules, in its history.

    What is open becomes critical, and rests no longer. What is not open keeps its level: its history says so, its reporter
    reads whom to call, and what it was joined with is raised for it. The dispatchers are called each time.
    """
    danger = danger_in(words)
    if danger is None:
        return row
    is_new, row.danger = row.danger != danger.code, danger.code
    if row.status is GrievanceStatus.ON_HOLD:
        await resume(Taken(SYSTEM, "resume", row, rules.SYSTEM_LINE, at), _RESUMED)
    if row.status in OPEN and row.urgency is not Urgency.CRITICAL:
        await _raise_level(row, at)
    elif is_new or row.status not in OPEN:
        await Taken(SYSTEM, "alarm", row, rules.SYSTEM_LINE, at).done(note=_ALARM)
    await notices.call_for_danger(row)
    if row.status is GrievanceStatus.MERGED:
        lead = await Grievance.select_for_update().get(id=row.duplicate_of_id)  # type: ignore[attr-defined]
        await heed_danger(lead, words, at)
    return row


async def _raise_level(row: Grievance, at: datetime) -> None:
    taken = Taken(SYSTEM, "change_level", row, rules.SYSTEM_LINE, at)
    category = await named.category_of(row.category_id)
    promise = await named.promise_of(Urgency.CRITICAL, category.code, row.division_id)
    changes = changes_of(row, Urgency.CRITICAL, category, promise)
    row.update_from_dict({"urgency": Urgency.CRITICAL, **columns_of(promise)})
    await taken.done(note=_WHY, changes=changes)


async def lock_lead(**named_by: Any) -> None:
    """Lock what a report was joined with before the report itself: so do the steps that lead from the one to the other."""
    joined = await Grievance.filter(**named_by, status=GrievanceStatus.MERGED).values_list("duplicate_of_id", flat=True)
    if joined:
        await Grievance.select_for_update().filter(id__in=list(joined))
