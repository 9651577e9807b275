"""Files of a grievance and of its notes: photos and documents that belong to its words, for those who may read these."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from civicgraph.grievances.models import Grievance, GrievanceUpdate
from civicgraph.permissions import READ_GRIEVANCES
from civicgraph.uploads import operations as uploads
from civicgraph.uploads.models import Purpose
from civicgraph.uploads.owners import owner

MAX_FILES = 5
FILES: Any = {"widget": "files"}


@owner("Grievance")
async def _is_public(key: int) -> bool:
    """Photos of what is hidden are hidden with it."""
    return await Grievance.exists(id=key, is_public=True)


@owner("GrievanceUpdate")
async def _is_public_step(key: int) -> bool:
    return await GrievanceUpdate.exists(id=key, grievance__is_public=True)


async def rename(row: Grievance) -> None:
    """Give all its files other names: no address of before leads to them."""
    await uploads.rename(uploads.of(Grievance, [row.id]))
    await uploads.rename(uploads.of(GrievanceUpdate, await _steps(row)))


async def attach(names: Sequence[str], entry: GrievanceUpdate, row: Grievance) -> None:
    """Give files to a step of the history, in its transaction: public where its words are, else among staff."""
    await uploads.claim(
        names,
        entry,
        purpose=Purpose.ATTACHMENT,
        division_code=row.division_id,
        capability=READ_GRIEVANCES,
        is_public=not entry.internal_note,
        field="files",
        only_pictures=False,
    )


async def move(row: Grievance) -> None:
    """The files of its notes follow a grievance to another place."""
    await uploads.move(GrievanceUpdate, await _steps(row), row.division_id)


async def give_up_internal(row: Grievance) -> int:
    """Let go of the files of its notes among staff: nothing in them can be masked. Gives their number."""
    return await uploads.give_up(uploads.of(GrievanceUpdate, await _steps(row)).filter(is_public=False))


async def _steps(row: Grievance) -> list[int]:
    return [int(str(one)) for one in await GrievanceUpdate.filter(grievance_id=row.id).values_list("id", flat=True)]
