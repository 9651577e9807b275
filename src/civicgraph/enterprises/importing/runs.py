"""Files on their way into the register, batch by batch.

The command line reads its file itself. A file that staff send is kept in parts, encrypted, until the leading
process has checked and entered them. Either way a process that is killed loses nothing: a batch and the position
after it become durable together, and the next run goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from civicgraph import clock, crypto, db
from civicgraph.accounts.models import Grant, Person
from civicgraph.enterprises.importing import sources
from civicgraph.enterprises.importing.codes import PassingCodes
from civicgraph.enterprises.importing.upsert import BATCH, Batch, Outcome
from civicgraph.enterprises.models import EnterpriseImport, EnterpriseImportPart, ImportState
from civicgraph.enterprises.operations.enter_batch import begin_import, enter_batch, finish_import
from civicgraph.permissions import SYSTEM, Actor, Held
from civicgraph.web.forms import MAX_BYTES

PART = 2_000
"""Rows of a part that is kept."""
MANY = 1_000
"""Rows that were entered or changed, from which on what the database knows of the register is taken anew."""
SECONDS_A_TICK = 2.0
MAX_UPLOAD = 100 * MAX_BYTES
Row = dict[str, Any]


async def import_file(path: Path, *, told: Callable[[EnterpriseImport], None]) -> EnterpriseImport:
    """Enter a file from the command line, or go on with it where it was interrupted."""
    with path.open("rb") as file:
        of = await begin_import(SYSTEM, {"name": path.name, "digest": sources.digest(file)})
        headings, unread = sources.headings(file, path.name)
        rows = islice(sources.rows(file, path.name), of.position, None)
        while found := list(islice(rows, BATCH)):
            batch = {"id": of.id, "position": of.position, "rows": found, "headings": headings, "unread": unread}
            of = await enter_batch(SYSTEM, batch)
            told(of)
        return await _finished(SYSTEM, of.id)


async def check_file(path: Path, *, told: Callable[[int], None]) -> Outcome:
    """What would become of a file's rows; nothing is entered."""
    whole = Outcome()
    with path.open("rb") as file, closing(PassingCodes()) as codes:
        headings, unread = sources.headings(file, path.name)
        whole.pass_over(unread)
        rows, position = sources.rows(file, path.name), 0
        while found := list(islice(rows, BATCH)):
            numbered = [(position + index, row) for index, row in enumerate(found, 2)]
            one = await Batch(SYSTEM, is_dry_run=True, codes=codes, headings=headings).enter(numbered)
            position += len(found)
            whole.created += one.created
            whole.updated += one.updated
            whole.unchanged += one.unchanged
            whole.refused += one.refused
            whole.errors = (whole.errors + one.errors)[:BATCH]
            told(position)
    return whole


async def stage(actor: Actor, name: str, file: BinaryIO) -> EnterpriseImport:
    """Keep a file that somebody sent, to be checked. Raises what `sources.rows` raises."""
    parts = _parts(sources.rows(file, name))
    first = next(parts, [])  # what cannot be read is told before anything is kept
    of = await begin_import(actor, {"name": name[-120:], "digest": sources.digest(file), "is_staged": True})
    number = total = 0
    headings, unread = sources.headings(file, name)
    parts = _parts(sources.rows(file, name)) if first else iter(())
    for number, rows in enumerate(parts, 1):
        sealed = crypto.encrypt(orjson.dumps({"headings": headings, "unread": unread, "rows": rows}).decode())
        await EnterpriseImportPart.create(of_id=of.id, number=number, count=len(rows), rows=sealed)
        total += len(rows)
    await EnterpriseImport.filter(id=of.id).update(total=total)
    of.total = total
    return await finish_import(actor, {"id": of.id}) if not number else of


def _parts(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while found := list(islice(rows, PART)):
        yield found


async def go_on(seconds: float = SECONDS_A_TICK) -> int:
    """Check and enter parts that wait, for some seconds at most; how many were."""
    until, done = clock.monotonic() + seconds, 0
    waiting = EnterpriseImport.filter(state__in=[ImportState.CHECKING, ImportState.RUNNING], total__gt=0)
    for of in await waiting.order_by("id"):
        while clock.monotonic() < until and await _next_part(of.id):
            done += 1
    return done


async def _next_part(number: int) -> bool:
    """Enter the next part of a file; False when none is left."""
    of = await EnterpriseImport.get(id=number)
    actor = await _actor(of)
    if of.position >= of.total:
        await _finished(actor, of.id)
        return False
    # All parts but the last are of one size.
    part = await EnterpriseImportPart.get(of_id=of.id, number=of.position // PART + 1)
    kept = orjson.loads(crypto.decrypt(part.rows))
    if isinstance(kept, list):  # as an earlier version kept them
        kept = {"rows": kept}
    await enter_batch(actor, {"id": of.id, "position": of.position, "part": part.number, **kept})
    return True


async def _finished(actor: Actor, number: int) -> EnterpriseImport:
    """A file of which nothing is left. After a big one, who looks up the register should not pay for what it was before."""
    of = await finish_import(actor, {"id": number})
    if of.state is ImportState.DONE and of.created_count + of.updated_count >= MANY:
        await db.refresh_statistics()
    return of


async def _actor(of: EnterpriseImport) -> Actor:
    """Who sent the file, with the grants of this moment."""
    person = await Person.get_or_none(id=of.person_id)  # type: ignore[attr-defined]
    if person is None or not person.is_active:
        return Actor(kind="person")
    grants = await Grant.filter(person_id=person.id)
    held = tuple(Held(one.role, one.division_id) for one in grants)  # type: ignore[attr-defined]
    return Actor(kind="person", person_id=person.id, name=person.name, grants=held)
