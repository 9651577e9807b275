"""The industries of GB/T 4754-2017 (sections and two-digit divisions), read from `industries.csv`."""

from __future__ import annotations

import csv
from pathlib import Path

from civicgraph.enterprises.models import Industry


async def load_industries() -> None:
    """Enter the industries; a second time changes nothing."""
    with (Path(__file__).parent / "industries.csv").open(newline="") as file:
        rows = [
            Industry(code=row["code"], name=row["name"], name_en=row["name_en"], parent_id=row["parent"] or None)
            for row in csv.DictReader(file)
        ]
    sections = [row for row in rows if row.parent_id is None]  # type: ignore[attr-defined]
    await Industry.bulk_create(sections, ignore_conflicts=True)
    await Industry.bulk_create([row for row in rows if row not in sections], ignore_conflicts=True)
