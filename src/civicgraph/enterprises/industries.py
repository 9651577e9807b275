"""The industries of GB/T 4754-2017 (sections and two-digit divisions), read from `industries.csv`."""

from __future__ import annotations

import csv
from pathlib import Path

from civicgraph.enterprises.models import Industry


async def load_industries() -> None:
    """Enter the industries, or bring their names up to date; a second time changes nothing."""
    with (Path(__file__).parent / "industries.csv").open(newline="", encoding="utf-8") as file:
        rows = [
            Industry(code=row["code"], name=row["name"], name_en=row["name_en"], parent_id=row["parent"] or None)
            for row in csv.DictReader(file)
        ]
    sections = [row for row in rows if row.parent_id is None]  # type: ignore[attr-defined]
    for part in (sections, [row for row in rows if row not in sections]):
        await Industry.bulk_create(part, on_conflict=["code"], update_fields=["name", "name_en", "parent_id"])
