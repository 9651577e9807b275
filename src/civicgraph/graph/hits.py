"""Words in a list: led by their hits, or met on the way.

Few hits lead to their rows, which are sorted. Many stand so close in the list that walking it in its order meets
a page of them soon, where sorting all of them would cost the more the more frequent the word is. Which of the two it
is the statement itself finds out; what it does not need is not executed. The planners of the databases know neither:
SQLite has no statistics of words, PostgreSQL none of pairs of characters that are met rarely.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

MOST_LED = 300
"""Hits that SQLite looks up one by one: more of them stand so close in a list that walking it is shorter."""
SAMPLE = 1_000
"""The latest rows, of which PostgreSQL reads as many as it takes to see that hits are many."""
DENSE_SAMPLE = 200
"""The same where rows are counted and in no order: then the index gives them without being sorted."""
DENSER_SAMPLE, PAGE = 100, 101
"""The same where more are counted than a page and one has: the walk to so many is worth it only where every tenth row is a hit."""
MANY = 10
"""Hits among them from which on the list is walked first."""
WALKED = 50
"""Rows that PostgreSQL walks at most for each that may be asked for: a page of twenty of a hundred is met within half."""


@dataclass(frozen=True)
class Asked:
    """A list beside its words."""

    columns: str
    source: str
    """What the rows come from: a table with its alias."""
    alias: str
    conditions: Sequence[str]
    keys: Sequence[str]
    """The columns of its order."""
    is_descending: bool
    is_ordered: bool
    """Whether its rows are wanted in this order; else any will do, and the order is one by which they can be walked."""
    limit: str
    most: int
    """What the limit is at most."""
    is_driven: bool = False
    """Whether the source is more than the table: other rows lead to those of the list."""

    @property
    def order(self) -> str:
        """Its order as SQL; empty where any will do."""
        way = " DESC" if self.is_descending else ""
        return f" ORDER BY {', '.join(key + way for key in self.keys)}" if self.is_ordered else ""

    def select(self, conditions: Sequence[str], columns: str = "") -> str:
        """The rows that fit, in their order, as many as there are."""
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        return f"SELECT {columns or self.columns} FROM {self.source}{where}{self.order}"

    def walked(self, conditions: Sequence[str], columns: str) -> str:
        """The same in its order, whether that is wanted or not."""
        return replace(self, is_ordered=True).select(conditions, columns)


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
    """`matched` selects the ids of hits by the index of `table`; `places` makes the array in JSON that tells words of a row."""

    table: str
    matched: str
    places: Callable[[], str]

    def _rows(self, asked: Asked, others: list[str]) -> str:
        are_few = f"(SELECT count(*) FROM ({self.matched} LIMIT {MOST_LED + 1})) <= {MOST_LED}"
        # One of these has the limit 0: as a condition, SQLite would decide it anew at each row.
        led = f"{asked.select([*others, self.condition])} LIMIT CASE WHEN {are_few} THEN {asked.limit} ELSE 0 END"
        walked = (
            f"{asked.select([*others, f'+{self.condition}'])} LIMIT CASE WHEN {are_few} THEN 0 ELSE {asked.limit} END"
        )
        found = f"SELECT * FROM ({led}) UNION ALL SELECT * FROM ({walked})"
        return found if asked.is_driven else self._met_first(asked, others, found)

    def _met_first(self, asked: Asked, others: list[str], found: str) -> str:
        """Words that a good part of the rows hold are met soon, where even to gather their hits would take longer."""
        places, times = self.places(), 1 + asked.is_ordered
        sample = f"(SELECT min({SAMPLE}, {times} * (40 + coalesce(max(l.id), 0) / 3000)) FROM {self.table} l)"
        latest = f"SELECT l.search_terms FROM {self.table} l ORDER BY l.id DESC LIMIT {sample}"
        hits = f"SELECT 1 FROM ({latest}) s WHERE {_holds('s', places)} LIMIT {MANY}"
        most = f"CASE WHEN (SELECT count(*) FROM ({hits})) = {MANY} THEN {WALKED * asked.most} ELSE 0 END"
        rows = f"SELECT * FROM ({asked.walked(others, f'{asked.alias}.*')} LIMIT {most}) {asked.alias}"
        met = f"SELECT {asked.columns} FROM ({rows}) {asked.alias} WHERE {_holds(asked.alias, places)} LIMIT {asked.limit}"
        is_page = f"(SELECT count(*) FROM met) = {asked.limit}"
        return (
            f"WITH met AS MATERIALIZED ({met}) SELECT * FROM met WHERE {is_page}"
            f" UNION ALL SELECT * FROM ({found}) WHERE NOT {is_page}"
        )


def _holds(row: str, places: str) -> str:
    """The first word is looked at by itself: to open the array for each row would cost more than to look for it."""
    terms = f"' ' || {row}.search_terms || ' '"
    return (
        f"{terms} LIKE {places} ->> '$[0]'"
        f" AND NOT EXISTS (SELECT 1 FROM json_each({places}) p WHERE {terms} NOT LIKE p.value)"
    )


@dataclass(frozen=True)
class Words:
    """Words as PostgreSQL looks for them: `places` is exact and tells them of a row, `terms` finds a superset by an index.

    Both are SQL of arrays, of which statements read a copy (`made`): the planner does not see the words then, and what
    costs something to find out about them is found out once.
    """

    places: str
    terms: str

    @property
    def made(self) -> str:
        """The words, for a `WITH` around what asks for them."""
        return f"words AS MATERIALIZED (SELECT {self.places} AS places, {self.terms} AS terms)"

    def exact(self, row: str) -> str:
        """Whether the row of this alias holds them."""
        return f"' ' || {row}.search_terms || ' ' LIKE ALL ((SELECT places FROM words)::text[])"

    def in_place(self, row: str) -> str:
        """Whether it holds them, where no copy is made."""
        exact = f"' ' || {row}.search_terms || ' ' LIKE ALL ((SELECT {self.places})::text[])"
        return f"string_to_array({row}.search_terms, ' ') @> (SELECT {self.terms}) AND {exact}"

    def by_terms(self, row: str) -> str:
        """Whether it holds their terms, by the index."""
        return f"string_to_array({row}.search_terms, ' ') @> (SELECT terms FROM words)"


@dataclass(frozen=True)
class PostgreSQLHits(Hits):
    """The `words` in the rows of `table`."""

    table: str
    words: Words

    def _rows(self, asked: Asked, others: list[str]) -> str:
        if asked.is_driven:  # the words are looked for in the rows that something else leads to
            return asked.select([*others, self.words.in_place(asked.alias)])
        if not asked.is_ordered:
            return self._found(asked, others, f"{asked.alias}.*", DENSE_SAMPLE if asked.most <= PAGE else DENSER_SAMPLE)
        # Sorted are ids and words only: rows are wide.
        ids = replace(asked, columns=f'{asked.alias}."id"')
        read = dict.fromkeys([ids.columns, f'{asked.alias}."search_terms"', *asked.keys])
        found = self._found(ids, others, ", ".join(read), SAMPLE)
        return asked.select([f"{asked.alias}.id IN ({found})"])

    def _found(self, asked: Asked, others: list[str], read: str, sample: int) -> str:
        """The first of the list on the way; or, if these are no whole page and it has more, of what the index finds."""
        latest = f"SELECT l.search_terms FROM {self.table} l ORDER BY l.id DESC LIMIT {sample}"
        hits = f"SELECT 1 FROM ({latest}) s WHERE {self.words.exact('s')} LIMIT {MANY}"
        walked = WALKED * asked.most
        met = self._first(asked, f"{asked.walked(others, read)} LIMIT {walked}", "(SELECT are_many FROM many)")
        has_more = f"EXISTS ({asked.walked(others, '1')} LIMIT 1 OFFSET {walked})"
        is_short = f"(SELECT count(*) FROM met) < {asked.limit} AND (SELECT NOT are_many OR {has_more} FROM many)"
        led = self._first(asked, self._led(asked, others, read), "(SELECT is_so FROM short)")
        return (
            f"WITH {self.words.made}, many AS MATERIALIZED (SELECT count(*) = {MANY} AS are_many FROM ({hits}) h),"
            f" met AS MATERIALIZED ({met}), short AS MATERIALIZED (SELECT {is_short} AS is_so)"
            f" SELECT * FROM met WHERE (SELECT NOT is_so FROM short) UNION ALL ({led})"
        )

    def _led(self, asked: Asked, others: list[str], read: str) -> str:
        """The rows that hold the terms, of them those of the list, and these sorted: step by step, behind OFFSET 0.

        For PostgreSQL would walk the list's order, in which they may be far, or read the index of a whole county besides.
        """
        hits = f"SELECT {asked.alias}.* FROM {asked.source} WHERE {self.words.by_terms(asked.alias)} OFFSET 0"
        rows = replace(asked, is_ordered=False, source=f"({hits}) {asked.alias}").select(others, read)
        return f"SELECT * FROM ({rows} OFFSET 0) {asked.alias}{asked.order} OFFSET 0"

    def _first(self, asked: Asked, rows: str, gate: str) -> str:
        """The first of these rows that hold the words, if `gate` holds.

        They are read for their words one by one, as they come, behind a limit and in a CASE: PostgreSQL would think that
        hardly a row holds them, read all for their words and sort what is left.
        """
        exact = f"CASE WHEN {self.words.exact(asked.alias)} THEN true ELSE false END"
        first = f"SELECT {asked.columns} FROM ({rows}) {asked.alias} WHERE {gate} AND {exact} LIMIT {asked.most}"
        # A limit that it cannot see it takes for a tenth: then it walks an order instead of sorting all rows beforehand.
        return f"SELECT * FROM ({first}) p LIMIT (SELECT {asked.limit})"
