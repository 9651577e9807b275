"""What the command line does with the register."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console

from civicgraph import clock
from civicgraph.enterprises import operations
from civicgraph.enterprises.importing import runs
from civicgraph.enterprises.importing.headings import UnknownHeadings
from civicgraph.permissions import SYSTEM
from civicgraph.web.cells import UnreadableFile

MOST_ERRORS = 20


async def import_file(path: Path, console: Console, *, is_dry_run: bool) -> None:
    """Enter a file, or only check it, and say how it goes."""
    started = clock.monotonic()
    try:
        with console.status("Reading") as status:
            if is_dry_run:
                found = await runs.check_file(path, told=lambda rows: status.update(f"{rows:,} rows looked at"))
                _tell(console, (found.created, len(found.updated), found.unchanged, found.refused), found.errors)
                console.print("Nothing was entered.")
                return
            of = await runs.import_file(path, told=lambda row: status.update(f"{row.position:,} rows entered"))
    except (UnknownHeadings, UnreadableFile) as error:
        console.print(f"[red]This file cannot be read: {error}[/red]", highlight=False)
        raise SystemExit(1) from None
    _tell(console, (of.created_count, of.updated_count, of.unchanged_count, of.refused_count), of.errors)
    console.print(f"{of.position:,} rows in {clock.monotonic() - started:.1f} s.")


async def derive_scales(console: Console) -> None:
    """Bring the scales of the whole register to what its figures say, some at a time."""
    last, changed = 0, 0
    while True:
        found = await operations.derive_scales(SYSTEM, {"after": last})
        changed += found["changed"]
        if not found["last"]:
            break
        last = found["last"]
    console.print(f"{changed:,} scales became others.")


def _tell(console: Console, counts: tuple[int, int, int, int], errors: Iterable[Mapping[str, Any]]) -> None:
    words = ("new", "changed", "unchanged", "refused")
    console.print(", ".join(f"{count:,} {word}" for count, word in zip(counts, words, strict=True)))
    for one in list(errors)[:MOST_ERRORS]:
        console.print(
            f"  row {one['row']} {one['code']} {one['heading'] or one['field']}: {one['message']}", highlight=False
        )
