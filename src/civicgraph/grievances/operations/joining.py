"""Reports of one problem that were joined 并案: who asks for the later comes along, and when the first is withdrawn none is lost."""

from __future__ import annotations

from tortoise.expressions import F

from civicgraph.grievances import notices
from civicgraph.grievances.intake.models import GrievanceSupporter
from civicgraph.grievances.models import Grievance, GrievanceFollower, GrievanceStatus
from civicgraph.grievances.operations.history import Taken, begin_anew, in_words
from civicgraph.grievances.rules import SYSTEM_LINE
from civicgraph.operations import audit
from civicgraph.permissions import SYSTEM, Actor

_SUCCEEDS = "并案的 {number} 已由反映人撤回，本件继续办理。"
"""Why a joined report is worked on again, in its history."""


async def bring_along(actor: Actor, row: Grievance, other: Grievance) -> None:
    """Let whatever asks for a report, which nobody works on any longer, ask for another of the same problem."""
    for one in await _joined_with(row):
        if one.id != other.id:
            await _join(actor, one, other)
    await _move_supporters(row, other)
    await _move_followers(row, other)


async def go_on_without(row: Grievance) -> None:
    """Its reporter has withdrawn it: the oldest report that was joined with it takes its place, and the others follow that."""
    joined = await _joined_with(row)
    if not joined:
        return
    taken = Taken(SYSTEM, "take_place", joined[0], SYSTEM_LINE)
    begin_anew(taken.row)
    taken.row.update_from_dict({"duplicate_of_id": None, "reason": "", "outcome": ""})
    heir = await taken.done(note=_SUCCEEDS.format(number=row.number))
    await bring_along(SYSTEM, row, heir)
    await notices.tell_duplicates(heir)
    await notices.call_for_transfer(heir)


async def _joined_with(row: Grievance) -> list[Grievance]:
    joined = Grievance.filter(duplicate_of_id=row.id, status=GrievanceStatus.MERGED)
    return await joined.order_by("id").select_for_update()


async def _join(actor: Actor, row: Grievance, other: Grievance) -> None:
    before, row.duplicate_of_id = row.duplicate_of_id, other.id  # type: ignore[attr-defined]
    row.version += 1
    await row.save(update_fields=["duplicate_of_id", "version", "updated_at"])
    await audit(actor, row, await in_words({"duplicate_of_id": [before, other.id]}))


async def _move_supporters(row: Grievance, other: Grievance) -> None:
    """Who said of both that they have the problem counts once, where their address tells."""
    known = GrievanceSupporter.filter(grievance_id=other.id).exclude(address_key="")
    keys = await known.values_list("address_key", flat=True)
    twice = await GrievanceSupporter.filter(grievance_id=row.id, address_key__in=list(keys)).delete() if keys else 0
    await GrievanceSupporter.filter(grievance_id=row.id).update(grievance_id=other.id)
    more = row.supporter_count - twice
    await Grievance.filter(id=other.id).update(supporter_count=F("supporter_count") + more)
    await Grievance.filter(id=row.id).update(supporter_count=0)
    other.supporter_count, row.supporter_count = other.supporter_count + more, 0


async def _move_followers(row: Grievance, other: Grievance) -> None:
    """Who came with a report's tracking secret stays with it: they hear as its reporter does."""
    known = {one.address_key: one for one in await GrievanceFollower.filter(grievance_id=other.id)}
    for one in await GrievanceFollower.filter(grievance_id=row.id, is_reporter=False):
        twin = known.get(one.address_key)
        if twin is None:
            one.grievance_id = other.id
            await one.save(update_fields=["grievance_id"])
            continue
        if one.confirmed_at is not None and twin.confirmed_at is None:
            twin.confirmed_at = one.confirmed_at
            await twin.save(update_fields=["confirmed_at"])
        await one.delete()
