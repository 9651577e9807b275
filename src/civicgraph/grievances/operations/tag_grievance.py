"""Put words on a grievance by which staff find it again."""

from __future__ import annotations

from pydantic import Field

from civicgraph.grievances.desk.models import GrievanceTag
from civicgraph.grievances.desk.rules import MAX_TAG, MAX_TAGS, tag_name
from civicgraph.grievances.models import Grievance
from civicgraph.grievances.operations.history import take
from civicgraph.grievances.operations.inputs import PublicName, Step, Words
from civicgraph.i18n import N_
from civicgraph.operations import InvalidInput, operation
from civicgraph.permissions import Actor


class TagGrievance(Step):
    """Words to put on it, and words to take off."""

    add: PublicName = Field(
        "",
        title=N_("Tags to add"),
        max_length=200,
        description=N_("Words of at most 20 characters with spaces between, for instance 高空坠物 汛期. Never public."),
    )
    remove: Words = Field("", title=N_("Tags to take off"), max_length=200)


@operation()
async def tag_grievance(actor: Actor, data: TagGrievance) -> Grievance:
    """Put tags on a grievance or take them off; staff of its place see them and find it by them."""
    add, remove = _names(data.add), _names(data.remove)
    if not add and not remove:
        raise InvalidInput.at("add", "missing", N_("Please fill this in."))
    if too_long := sorted(name for name in add if len(name) > MAX_TAG):
        words = N_("A tag has at most %(most)s characters, and “%(tag)s” has %(count)s.")
        raise InvalidInput.at("add", "too_long", words, most=MAX_TAG, tag=too_long[0], count=len(too_long[0]))
    taken = await take(actor, "tag", data)
    row = taken.row
    before = sorted(str(one) for one in await GrievanceTag.filter(grievance_id=row.id).values_list("name", flat=True))
    after = sorted((set(before) | add) - remove)
    if len(after) > MAX_TAGS:
        raise InvalidInput.at("add", "too_many", N_("At most %(most)s tags on one grievance."), most=MAX_TAGS)
    await GrievanceTag.filter(grievance_id=row.id, name__in=sorted(set(before) - set(after))).delete()
    for name in sorted(set(after) - set(before)):
        await GrievanceTag.create(grievance_id=row.id, name=name)
    return await taken.done(also={"tags": [before, after]})


def _names(text: str) -> set[str]:
    return {name for part in text.split() if (name := tag_name(part))}
