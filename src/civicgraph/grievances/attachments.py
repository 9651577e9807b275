"""Files of a grievance and of its notes: photos and documents that belong to its words, for those who may read these."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from civicgraph.enterprises.claims.acting import acts_for, reads_for
from civicgraph.grievances.models import Grievance, GrievanceUpdate
from civicgraph.grievances.workflow import UNFINISHED
from civicgraph.i18n import N_
from civicgraph.operations import InvalidInput, Unavailable
from civicgraph.permissions import READ_GRIEVANCES, Actor
from civicgraph.uploads import operations as uploads
from civicgraph.uploads.models import Purpose
from civicgraph.uploads.owners import owner
from civicgraph.uploads.private import seen_by, send, taken_back_from

MAX_FILES = 5
FILES: Any = {"widget": "files"}


@owner("Grievance")
async def _is_public(key: int) -> bool:
    """Photos of what is hidden are hidden with it."""
    return await Grievance.exists(id=key, is_public=True)


@owner("GrievanceUpdate")
async def _is_public_step(key: int) -> bool:
    return await GrievanceUpdate.exists(id=key, grievance__is_public=True)


@seen_by("Grievance")
async def _sees_documents(actor: Actor, key: int) -> Grievance | None:
    """The documents of an enterprise's problem are for its accounts, and for staff who read what is not public there."""
    row = await Grievance.get(id=key)
    enterprise = row.enterprise_id  # type: ignore[attr-defined]
    is_own = enterprise is not None and await reads_for(actor, enterprise)
    return row if is_own or actor.may(READ_GRIEVANCES, row.division_id) else None


@taken_back_from("Grievance")
async def _takes_back(actor: Actor, key: int) -> Grievance | None:
    """The enterprise takes back documents of its problem while somebody still has to do something about it."""
    row = await Grievance.select_for_update().get(id=key)
    enterprise = row.enterprise_id  # type: ignore[attr-defined]
    if enterprise is None or not await acts_for(actor, enterprise):
        return None
    if row.status not in UNFINISHED:
        raise Unavailable(N_("That is not possible any more: it is %(status)s."), status=row.status.words)
    return row


def check_documents(names: Sequence[str], is_enterprise: bool) -> None:
    """Raise `InvalidInput` for documents that no enterprise sends."""
    if names and not is_enterprise:
        message = N_("Documents can be sent for an enterprise only. Please take them out, or take photos of them.")
        raise InvalidInput.at("documents", "no_enterprise", message)


async def send_documents(names: Sequence[str], row: Grievance) -> None:
    """Give an enterprise's problem documents that came later, in the transaction of the reporter's step."""
    check_documents(names, row.enterprise_id is not None)  # type: ignore[attr-defined]
    await send(names, row, division_code=row.division_id)


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
