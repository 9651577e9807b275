"""Going through a file of enterprises: begin, enter a batch, stop. The file's row says where it stands."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from civicgraph import clock, settings
from civicgraph.enterprises.importing.codes import ImportCodes
from civicgraph.enterprises.importing.upsert import HEAD, Batch
from civicgraph.enterprises.models import EnterpriseImport, EnterpriseImportPart, ImportState
from civicgraph.enterprises.operations.import_enterprises import record
from civicgraph.i18n import N_
from civicgraph.operations import Forbidden, Input, NotFound, Unavailable, audit, operation
from civicgraph.permissions import EDIT_ENTERPRISES, Actor

MAX_ERRORS = 200
"""Rows that do not fit, of which it is said what is wrong; the others are counted."""
_COUNTS = ("position", "created_count", "updated_count", "unchanged_count", "refused_count")


class BeginImport(Input):
    """A file."""

    name: str = Field(title=N_("File"), max_length=120)
    digest: str = Field(title=N_("Its hash"), min_length=64, max_length=64)
    is_staged: bool = Field(False, title=N_("Its rows are kept until they are entered"))


@operation()
async def begin_import(actor: Actor, data: BeginImport) -> EnterpriseImport:
    """Begin with a file, or go on with one that was interrupted."""
    if not actor.may_anywhere(EDIT_ENTERPRISES):
        raise Forbidden
    if not data.is_staged:
        mine = EnterpriseImport.filter(digest=data.digest, state=ImportState.RUNNING, person_id=actor.person_id)
        found = await mine.order_by("-id").first()
        if found and not await EnterpriseImportPart.filter(of_id=found.id).exists():
            await audit(actor, found, {"position": [None, found.position]})
            return found
    row = await EnterpriseImport.create(
        name=data.name,
        digest=data.digest,
        state=ImportState.CHECKING if data.is_staged else ImportState.RUNNING,
        person_id=actor.person_id,
        division_code=(actor.prefixes(EDIT_ENTERPRISES) or (settings.current().city_code,))[0],
    )
    await audit(actor, row, {"name": [None, data.name]}, division_code=row.division_code)
    return row


class EnterBatch(Input):
    """The next rows of a file."""

    id: int = Field(title=N_("Number"), ge=1)
    position: int = Field(title=N_("Rows before them"), ge=0)
    rows: list[dict[str, Any]] = Field(title=N_("Rows"))
    headings: dict[str, str] = Field(default_factory=dict, title=N_("How the file heads its columns"))
    unread: list[str] = Field(default_factory=list, title=N_("Its columns that are not read"))
    part: int | None = Field(None, title=N_("The part that holds them"))


@operation()
async def enter_batch(actor: Actor, data: EnterBatch) -> EnterpriseImport:
    """Enter the next rows of a file, or check them. Rows and position become durable together, and with them the part
    that held the rows is gone: what is entered is kept sealed no longer."""
    of = await EnterpriseImport.select_for_update().get(id=data.id)
    if of.position != data.position or of.state not in (ImportState.RUNNING, ImportState.CHECKING):
        raise Unavailable(N_("Somebody else goes through this file."))
    is_dry_run = of.state is ImportState.CHECKING
    batch = Batch(actor, is_dry_run=is_dry_run, codes=ImportCodes(of.id), headings=data.headings)
    if not of.position:
        batch.outcome.pass_over(data.unread)
    outcome = await batch.enter([(of.position + index, row) for index, row in enumerate(data.rows, HEAD + 1)])
    of.position += len(data.rows)
    of.created_count += outcome.created
    of.updated_count += len(outcome.updated)
    of.unchanged_count += outcome.unchanged
    of.refused_count += outcome.refused
    of.errors = [*of.errors, *outcome.errors][:MAX_ERRORS]
    await of.save()
    if data.part is not None and of.state is ImportState.RUNNING:
        await EnterpriseImportPart.filter(of_id=of.id, number=data.part).delete()
    await record(actor, outcome, f"{of.name} {data.position}+{len(data.rows)}")
    return of


class ImportNumber(Input):
    """Which file."""

    id: int = Field(title=N_("Number"), ge=1)


async def _mine(actor: Actor, number: int) -> EnterpriseImport:
    row = await EnterpriseImport.select_for_update().get_or_none(id=number)
    if row is None or not actor.may(EDIT_ENTERPRISES, row.division_code):
        raise NotFound
    return row


@operation()
async def start_import(actor: Actor, data: ImportNumber) -> EnterpriseImport:
    """Enter the rows of a file that has been checked."""
    row = await _mine(actor, data.id)
    if row.state is not ImportState.CHECKED:
        raise Unavailable(N_("This file does not wait to be entered."))
    row.update_from_dict({**dict.fromkeys(_COUNTS, 0), "state": ImportState.RUNNING, "errors": []})
    row.update_from_dict({"person_id": actor.person_id})  # whose grants decide which rows fit
    await row.save()
    await audit(actor, row, {"state": [ImportState.CHECKED, row.state]}, division_code=row.division_code)
    return row


@operation()
async def stop_import(actor: Actor, data: ImportNumber) -> EnterpriseImport:
    """Put a file aside: its remaining rows are thrown away, what was entered stays."""
    row = await _mine(actor, data.id)
    if row.state in (ImportState.DONE, ImportState.STOPPED):
        raise Unavailable(N_("This file is done with already."))
    before, row.state, row.finished_at = row.state, ImportState.STOPPED, clock.now()
    await row.save()
    await EnterpriseImportPart.filter(of_id=row.id).delete()
    await ImportCodes(row.id).forget()
    await audit(actor, row, {"state": [before, row.state]}, division_code=row.division_code)
    return row


@operation()
async def finish_import(actor: Actor, data: ImportNumber) -> EnterpriseImport:
    """Nothing is left of a file: it is checked, or entered."""
    row = await EnterpriseImport.select_for_update().get(id=data.id)
    before = row.state
    row.total = row.position
    row.state = ImportState.CHECKED if before is ImportState.CHECKING else ImportState.DONE
    row.finished_at = clock.now() if row.state is ImportState.DONE else None
    await row.save()
    await ImportCodes(row.id).forget()
    if row.state is ImportState.DONE:  # what an earlier version was killed over may have left parts behind
        await EnterpriseImportPart.filter(of_id=row.id).delete()
    await audit(actor, row, {"state": [before, row.state]}, division_code=row.division_code)
    return row
