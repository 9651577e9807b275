"""The industries of GB/T 4754-2017, all four levels, read from `industries.csv`.

Sections 门类 have a letter, divisions 大类 two digits, groups 中类 three, classes 小类 four; a code begins with that of
what it is part of, but for divisions, whose sections are in `rules.SECTION_ENDS`. A group that is one class has both
codes. Where the file has no English name, the Chinese one stands for it: none of them is made up.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import NamedTuple

from civicgraph.enterprises.models import Industry
from civicgraph.i18n import current
from civicgraph.web.narrowing import Searched

SIZE = 400
"""Rows entered at once."""


class Entry(NamedTuple):
    """One industry."""

    code: str
    name: str
    name_en: str
    parent: str

    @property
    def words(self) -> str:
        """Its code and its name in the reader's language."""
        return f"{self.code} {self.name if current.get() == 'zh' else self.name_en}"


@cache
def classification() -> tuple[Entry, ...]:
    """Every industry, in the order of the standard."""
    with (Path(__file__).parent / "industries.csv").open(newline="", encoding="utf-8") as file:
        rows = csv.DictReader(file)
        return tuple(Entry(row["code"], row["name"], row["name_en"] or row["name"], row["parent"]) for row in rows)


async def load_industries() -> int:
    """Enter the industries, or bring their names up to date; a second time changes nothing. Says how many there are."""
    rows = [
        Industry(code=one.code, name=one.name, name_en=one.name_en, parent_id=one.parent or None)
        for one in sorted(classification(), key=lambda one: (one.code.isdigit(), len(one.code), one.code))
    ]
    for first in range(0, len(rows), SIZE):
        part = rows[first : first + SIZE]
        await Industry.bulk_create(part, on_conflict=["code"], update_fields=["name", "name_en", "parent_id"])
    return len(rows)


def choices() -> Searched:
    """What a form offers: sections and their divisions at once, groups and classes to whoever looks for them."""
    words = {one.code: one.words for one in classification()}
    offered: list[tuple[str, ...]] = []
    more: list[tuple[str, ...]] = []
    section = ""
    for one in classification():
        section = section if one.parent else one.words
        if len(one.code) < 3:
            offered.append((one.code, one.words, section))
        else:
            more.append((one.code, one.words, words[one.code[:2]]))
    return Searched(offered, more)
