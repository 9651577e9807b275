"""Full-text search over `search_terms`: character bigrams, since most Chinese words have two characters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from civicgraph.graph.hits import MOST_LED, PostgreSQLHits, SQLiteHits
from civicgraph.graph.limits import searched
from civicgraph.graph.rows import Row, Search
from civicgraph.graph.selection import Given
from civicgraph.text import near_words, runs, sound_runs

if TYPE_CHECKING:
    from civicgraph.graph.plan import Compiler


NEAR = 3_000
"""Ids that are looked through first: a word in every hundredth row fills a page there, in less than a millisecond."""
MOST = 101
"""Rows that a list or a total asks for at most."""
ENOUGH = 3
"""Rows that hold the words as they are written, from which on nothing else is looked for."""
FEW = 600
"""Hits of an index that are fetched whole: some milliseconds at most."""


_NONE = "\x01none"
"""What stands in no row: text without a term finds nothing."""


@dataclass(frozen=True)
class Listed:
    """What a list asks for beside its words."""

    columns: str
    conditions: list[str]
    limit: str
    is_descending: bool
    start: str = ""
    """SQL of the id behind which the page begins, if it does not begin at the list's own end."""
    most: int | None = None
    """Rows that are asked for at most, where they are more than `MOST`; `FEW` grows with it."""


def condition(c: Compiler, table: str, row: Row, given: Given, *, is_by_ear: bool = False) -> str:
    """Whether the row's search terms hold the given words; empty when the list looks for them by `steps`.

    In the order of ids SQLite's index gives the newest hits first, and a frequent word ends after a page
    of them; in another order hits lead to the rows while they are few, and else the rows are walked. By ear: where fewer than `ENOUGH` rows hold the words as they
    are written, those that sound like them are found as well, in the same statement.
    """
    if c.dialect.name == "sqlite":
        words = given.sql(c, "text", _fts_phrases)
        if is_by_ear:
            exact = f"SELECT 1 FROM {table}_fts WHERE {table}_fts MATCH {words} LIMIT {ENOUGH}"
            heard = given.sql(c, "text", _fts_sounds)
            words = f"(CASE WHEN (SELECT count(*) FROM ({exact})) < {ENOUGH} THEN {heard} ELSE {words} END)"
        if row.drive(table, f"{table}_fts", f"{table}_fts.rowid"):
            return f"{row.alias}.id = {row.driving_key} AND {table}_fts MATCH {words}"
        matched = f"SELECT rowid FROM {table}_fts WHERE {table}_fts MATCH {words}"
        row.hits = SQLiteHits(f"{row['id']} IN ({matched})", matched)
        return row.hits.condition
    places, terms = given.sql(c, "texts", _places), given.sql(c, "texts", _whole_terms)
    if is_by_ear:
        few = f"(SELECT count(*) FROM ({_few(table, places, terms)}) enough) < {ENOUGH}"
        places = f"(CASE WHEN {few} THEN {given.sql(c, 'texts', _heard_places)} ELSE {places} END)"
        terms = f"(CASE WHEN {few} THEN {given.sql(c, 'texts', _heard_terms)} ELSE {terms} END)"
    if row.is_by_id and row.search is None:
        row.search = _search(places, terms)
        return ""
    # Through a select the planner does not see the words: what it thinks of them would make it plan anew at each run.
    found = _search(f"(SELECT {places})::text[]", f"(SELECT {terms})")
    hits = f"SELECT id FROM {table} WHERE {found.terms} AND {found.places}"
    whole = f"{row['id']} IN (WITH hits AS MATERIALIZED ({hits}) SELECT id FROM hits)"
    row.hits = PostgreSQLHits(whole, table, found, MOST)
    return whole


def _search(places: str, terms: str) -> Search:
    return Search(
        places=f"' ' || search_terms || ' ' LIKE ALL ({places})",
        terms=f"string_to_array(search_terms, ' ') @> {terms}",
    )


def _few(table: str, places: str, terms: str) -> str:
    """The first rows that hold the words as they are written. Columns by an alias: `Search` names its own."""
    whole = f"string_to_array(w.search_terms, ' ') @> {terms} AND ' ' || w.search_terms || ' ' LIKE ALL ({places})"
    return f"SELECT 1 FROM {table} w WHERE {whole} LIMIT {ENOUGH}"


def nearly(c: Compiler, table: str, row: Row, given: Given) -> str:
    """Whether the row's search terms hold the words but for one character: missing, too many, another, or two swapped.

    Each way to mend the words is looked up in the index, and all of them give `MOST_LED` rows at most.
    """
    if c.dialect.name == "sqlite":
        words = given.sql(c, "text", _fts_nearly)
        hits = f"SELECT rowid FROM {table}_fts WHERE {table}_fts MATCH {words} ORDER BY rowid DESC LIMIT {MOST_LED}"
        return f"{row['id']} IN (SELECT rowid FROM ({hits}) near)"
    ways = given.sql(c, "texts", _ways_to_mend)
    # A way is its terms and, behind a bar, how they stand: an array of arrays would have to have one width.
    hits = (
        f"SELECT w.id FROM unnest({ways}) way CROSS JOIN LATERAL (SELECT one.id FROM {table} one"
        " WHERE string_to_array(one.search_terms, ' ') @> string_to_array(split_part(way, '|', 1), ' ')"
        " AND ' ' || one.search_terms || ' ' LIKE ALL (string_to_array(split_part(way, '|', 2), ','))"
        f" LIMIT {MOST_LED}) w"
    )
    return f"{row['id']} IN (WITH hits AS MATERIALIZED ({hits} LIMIT {MOST_LED}) SELECT id FROM hits)"


def _mended(text: Any) -> list[list[list[str]]]:
    """The runs of each way to mend the words."""
    return [runs(one) for one in near_words(searched(text))]


def _fts_nearly(text: Any) -> str:
    """All ways as one FTS5 query."""
    return " OR ".join(f"({_phrases(one)})" for one in _mended(text)) or '""'


def _ways_to_mend(text: Any) -> list[str]:
    """Each way as its whole terms and the places of its runs."""
    found = []
    for one in _mended(text):
        terms = " ".join(term for run in one for term in run if len(term) > 1)
        found.append(f"{terms}|{','.join(_standing(one))}")
    return found or [f"{_NONE}|{_NONE}"]


def steps(table: str, row: Row, found: Search, listed: Listed) -> str:
    """A page of hits on PostgreSQL in the order of ids, looked for where it costs least, in one statement.

    1. Among the latest rows from where the page begins: frequent words end here.
    2. By the index, if that gives few hits: rare words end here.
    3. In the order of the list: what is neither is met soon enough.

    What comes later is not executed when a step before it was enough. The index alone would fetch every
    hit of a frequent word, the order alone every row for a rare one, and the planner knows neither: its
    statistics hold no pairs of characters that are met rarely.
    """
    most = listed.most or MOST
    few = FEW * max(most // MOST, 1)
    alias, way, limit = row.alias, " DESC" if listed.is_descending else "", listed.limit
    edge = listed.start or f"(SELECT {'max' if listed.is_descending else 'min'}(id) FROM {table})"
    window = f"{alias}.id > {edge} - {NEAR}" if listed.is_descending else f"{alias}.id < {edge} + {NEAR}"
    exact = found.exact(row)

    def page(*conditions: str) -> str:
        where = " AND ".join((*conditions, *listed.conditions))
        return cut(f'SELECT {listed.columns} FROM "{table}" {alias} WHERE {where}')

    def walk(gate: str, *bounds: str) -> str:
        # Behind OFFSET 0 the planner does not see the words, of which it thinks that hardly a row holds them: it would
        # read the whole table in parallel and sort what it finds, where the first page of the walk is enough.
        where = " AND ".join((*bounds, *listed.conditions)) or "true"
        rows = f'SELECT * FROM "{table}" {alias} WHERE {where} ORDER BY {alias}.id{way} OFFSET 0'
        return cut(f"SELECT {listed.columns} FROM ({rows}) {alias} WHERE {gate} AND {exact}")

    def cut(found: str) -> str:
        return f"SELECT * FROM ({found} ORDER BY {alias}.id{way} LIMIT {most}) p LIMIT {limit}"  # as `PostgreSQL.limited` says why

    is_short = f"(SELECT count(*) FROM near) < {limit}"
    return (
        f"WITH near AS MATERIALIZED ({walk('true', window)}),"
        f" few AS MATERIALIZED (SELECT id FROM {table}"
        f" WHERE {is_short} AND {found.terms} AND {found.places} LIMIT {few + 1})"
        f" SELECT * FROM near WHERE NOT {is_short}"
        f" UNION ALL ({page(is_short, f'(SELECT count(*) FROM few) <= {few}', f'{alias}.id IN (SELECT id FROM few)')})"
        f" UNION ALL ({walk(f'(SELECT count(*) FROM few) > {few}')})"
    )


def _whole_terms(text: Any) -> list[str]:
    """The terms by which an index finds rows; text that holds none finds nothing."""
    found = runs(searched(text))
    return [term for run in found for term in run if len(term) > 1] if found else [_NONE]


def _places(text: Any) -> list[str]:
    """How the terms of each run stand in a row: one after another; one character where a term begins with it."""
    return _standing(runs(searched(text)))


def _standing(found: list[list[str]]) -> list[str]:
    return [f"% {' '.join(run)}{'%' if len(run[0]) == 1 else ' %'}" for run in found] or [_NONE]


def _heard_terms(text: Any) -> list[str]:
    """The same by ear."""
    found = sound_runs(searched(text))
    return [term for run in found for term in run if len(term) > 1] if found else [_NONE]


def _heard_places(text: Any) -> list[str]:
    """The same by ear."""
    return _standing(sound_runs(searched(text)))


def _fts_phrases(text: Any) -> str:
    """The same as an FTS5 query: each run a phrase of its terms."""
    return _phrases(runs(searched(text)))


def _fts_sounds(text: Any) -> str:
    """The same by ear."""
    return _phrases(sound_runs(searched(text)))


def _phrases(found: list[list[str]]) -> str:
    return " ".join(f'"{" ".join(run)}"{"*" if len(run[0]) == 1 else ""}' for run in found) or '""'
