"""A condition of a list that holds in several ways, each led by an index of its own in the list's order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from civicgraph.graph.hits import Asked

if TYPE_CHECKING:
    from civicgraph.graph.dialects import Dialect


@dataclass(frozen=True)
class Ways:
    """`condition` is the whole, where the ways lead nowhere; no row fits two of them, and each that fits it fits one.

    The ways are walked side by side and merged, so that a page ends the walks. Of an `OR` the databases would gather all
    rows and sort them; one index for all ways would pass over what only the longest of them needs.
    """

    condition: str
    ways: Sequence[str]

    def rows(self, asked: Asked, dialect: Dialect) -> str:
        """The list with this among its conditions, without its limit."""
        if asked.is_driven:
            return asked.select(asked.conditions)
        others = [one for one in asked.conditions if one != self.condition]
        apart = replace(asked, is_ordered=False)
        # What several selects have in common is ordered by columns of theirs.
        keys = {f"k{number}": key for number, key in enumerate(asked.keys, 1)} if asked.is_ordered else {}
        columns = ", ".join([asked.columns, *(f"{key} AS {name}" for name, key in keys.items())])
        found = [apart.select([*others, way], columns) for way in self.ways]
        return dialect.merged(found, replace(asked, keys=list(keys)).order, asked.most)
