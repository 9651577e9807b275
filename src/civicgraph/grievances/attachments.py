"""Files of a note: photos and documents that belong to its words, for those who may read these."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from civicgraph.grievances.models import Grievance, GrievanceUpdate
from civicgraph.permissions import READ_GRIEVANCES
from civicgraph.uploads import operations as uploads
from civicgraph.uploads.models import Purpose

MAX_FILES = 5
FILES: Any = {"widget": "files"}


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
