"""Words that are looked for beside another order than that of ids: led by their hits, or met on the way.

Few hits lead to their rows, which are sorted. Many stand so close in the list that walking it in its order meets
a page of them soon, where sorting all of them would cost the more the more frequent the word is. Which of the two it
is the statement itself finds out; the other way is not executed.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from civicgraph.graph.rows import Search

MOST_LED = 300
"""Hits that SQLite looks up one by one: more of them stand so close in a list that walking it is shorter."""
SAMPLE = 1_000
"""The latest rows, of which PostgreSQL reads as many as it takes to see that hits are many."""
MANY = 10
"""Hits among them from which on the list is walked first."""
WALKED = 5_000
"""Rows that PostgreSQL walks at most: where hits are many, a page of twenty is met within half of them."""
DENSE = 3
"""Rows that it looks at for each that is counted, in no order: for less dense hits the index is shorter."""


@dataclass(frozen=True)
class Asked:
    """A list beside its words."""

    columns: str
    source: str
    """What the rows come from: a table with its alias."""
    alias: str
    conditions: Sequence[str]
    order: str
    """` ORDER BY …`; empty where any rows will do."""
    limit: str

    def select(self, conditions: Sequence[str], columns: str = "") -> str:
        """The rows that fit, in their order, as many as there are."""
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        return f"SELECT {columns or self.columns} FROM {self.source}{where}{self.order}"


@dataclass(frozen=True)
class Hits(ABC):
    """Words of a row in scope. `condition` tells whether it holds them, where nothing better is at hand."""

    condition: str

    def rows(self, asked: Asked) -> str:
        """The list with these words among its conditions, without its limit."""
        return self._rows(asked, [one for one in asked.conditions if one != self.condition])

    @abstractmethod
    def _rows(self, asked: Asked, others: list[str]) -> str: ...


@dataclass(frozen=True)
class SQLiteHits(Hits):
    """`matched` gives the hits: a select of one column."""

    matched: str

    def _rows(self, asked: Asked, others: list[str]) -> str:
        # One of the two has the limit 0: as a condition, SQLite would decide it anew at each row.
        are_few = f"(SELECT count(*) FROM ({self.matched} LIMIT {MOST_LED + 1})) <= {MOST_LED}"
        led = f"{asked.select([*others, self.condition])} LIMIT CASE WHEN {are_few} THEN {asked.limit} ELSE 0 END"
        walked = (
            f"{asked.select([*others, f'+{self.condition}'])} LIMIT CASE WHEN {are_few} THEN 0 ELSE {asked.limit} END"
        )
        return f"SELECT * FROM ({led}) UNION ALL SELECT * FROM ({walked})"


@dataclass(frozen=True)
class _Walk:
    """Whether a list is walked before its terms lead, and how far: SQL of both."""

    are_many: str
    most: str


@dataclass(frozen=True)
class PostgreSQLHits(Hits):
    """`found` has the conditions of the words, `table` the rows, of which a page has `most`: a limit that is planned for."""

    table: str
    found: Search
    most: int

    def _rows(self, asked: Asked, others: list[str]) -> str:
        if not asked.order:
            dense = _Walk(self._are_many(DENSE * MANY), f"{DENSE} * {asked.limit}")
            return self._found(asked, others, f"{asked.alias}.*", asked.limit, dense)
        # Sorted are ids and words only: rows are wide.
        ids = replace(asked, columns=f"{asked.alias}.id")
        walk = _Walk(self._are_many(SAMPLE), str(WALKED))
        found = self._found(ids, others, f"{asked.alias}.id, {asked.alias}.search_terms", str(self.most), walk)
        return asked.select([f"{asked.alias}.id IN ({found})"])

    def _found(self, asked: Asked, others: list[str], read: str, most: str, walk: _Walk) -> str:
        """The first of the list on the way; or, where these are no whole page, of the rows to which its terms lead."""
        is_short = f"(SELECT count(*) FROM near) < {asked.limit}"
        near = self._first(
            asked, f"{asked.select(others, read)} LIMIT {walk.most}", "(SELECT are_many FROM many)", most
        )
        terms = self.found.of(asked.alias, self.found.terms)
        led = self._first(asked, f"{asked.select([*others, terms], read)} OFFSET 0", is_short, most)
        return (
            f"WITH many AS MATERIALIZED ({walk.are_many}), near AS MATERIALIZED ({near})"
            f" SELECT * FROM near WHERE NOT {is_short} UNION ALL ({led})"
        )

    def _are_many(self, sample: int) -> str:
        latest = f"SELECT search_terms FROM {self.table} ORDER BY id DESC LIMIT {sample}"
        hits = f"SELECT 1 FROM ({latest}) l WHERE {self.found.places} LIMIT {MANY}"
        return f"SELECT count(*) = {MANY} AS are_many FROM ({hits}) h"

    def _first(self, asked: Asked, rows: str, gate: str, most: str) -> str:
        """The first of these rows that hold the words, if `gate` holds.

        They are read for their words one by one, as they come, behind a limit and in a CASE: PostgreSQL would think that
        hardly a row holds them, read all for their words and sort what is left.
        """
        exact = f"CASE WHEN {self.found.of(asked.alias, self.found.places)} THEN true ELSE false END"
        first = f"SELECT {asked.columns} FROM ({rows}) {asked.alias} WHERE {gate} AND {exact} LIMIT {most}"
        return f"SELECT * FROM ({first}) p LIMIT {asked.limit}"
