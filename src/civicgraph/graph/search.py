"""Full-text search over `search_terms`: character bigrams, since most Chinese words have two characters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from civicgraph.graph.hits import MOST_LED, SAMPLE, PostgreSQLHits, SQLiteHits, Words
from civicgraph.graph.limits import searched
from civicgraph.graph.rows import Row
from civicgraph.graph.selection import Given
from civicgraph.text import near_words, runs, sound_runs

if TYPE_CHECKING:
    from civicgraph.graph.plan import Compiler


ENOUGH = 3
"""Rows that hold the words as they are written, from which on nothing else is looked for."""
_NONE = "\x01none"
"""What stands in no row: text without a term finds nothing."""


def condition(c: Compiler, table: str, row: Row, given: Given, *, is_by_ear: bool = False) -> str:
    """Whether the row's search terms hold the given words; see `hits` for how a list looks for them.

    In the order of ids SQLite's index gives the newest hits first, and a frequent word ends after a page of them. By ear:
    where fewer than `ENOUGH` rows hold the words as they are written, those that sound like them are found as well, in
    the same statement.
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
        whole = f"{row['id']} IN ({matched})"
        row.hits = row.hits or SQLiteHits(whole, table, matched, lambda: given.sql(c, "texts", _places))
        return whole
    places, terms = given.sql(c, "texts", _places), given.sql(c, "texts", _whole_terms)
    if is_by_ear:
        few = _are_few(table, places, terms)
        places = f"(CASE WHEN {few} THEN {given.sql(c, 'texts', _heard_places)} ELSE {places} END)"
        terms = f"(CASE WHEN {few} THEN {given.sql(c, 'texts', _heard_terms)} ELSE {terms} END)"
    found = Words(places, terms)
    hits = f"SELECT w.id FROM {table} w WHERE {found.by_terms('w')} AND {found.exact('w')}"
    whole = f"{row['id']} IN (WITH {found.made}, hits AS MATERIALIZED ({hits}) SELECT id FROM hits)"
    row.hits = row.hits or PostgreSQLHits(whole, table, found)
    return whole


def _are_few(table: str, places: str, terms: str) -> str:
    """Whether fewer than `ENOUGH` rows hold the words as they are written: by the latest rows, then by the index."""
    latest = f"SELECT l.search_terms FROM {table} l ORDER BY l.id DESC LIMIT {SAMPLE}"
    exact = f"' ' || w.search_terms || ' ' LIKE ALL ({places})"
    ways = (
        f"SELECT 1 FROM ({latest}) w WHERE {exact}",
        f"SELECT 1 FROM {table} w WHERE string_to_array(w.search_terms, ' ') @> {terms} AND {exact}",
    )
    return " AND ".join(f"(SELECT count(*) FROM ({one} LIMIT {ENOUGH}) f) < {ENOUGH}" for one in ways)


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
