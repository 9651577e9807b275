"""Full-text search over `search_terms`: character bigrams, since most Chinese words have two characters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from civicgraph.graph.limits import searched
from civicgraph.graph.rows import Row
from civicgraph.graph.selection import Given
from civicgraph.text import bigrams

if TYPE_CHECKING:
    from civicgraph.graph.plan import Compiler


def condition(c: Compiler, table: str, row: Row, given: Given) -> str:
    """Whether the row's search terms hold the given words.

    In the order of ids SQLite's index gives the newest hits first, and a frequent word ends after a page
    of them; in another order all hits are looked at.
    """
    if c.dialect.name == "sqlite":
        words = given.sql(c, "text", _fts_phrases)
        if row.drive(table, f"{table}_fts", f"{table}_fts.rowid"):
            return f"{row.alias}.id = {row.driving_key} AND {table}_fts MATCH {words}"
        return f"{row['id']} IN (SELECT rowid FROM {table}_fts WHERE {table}_fts MATCH {words})"
    pairs = given.sql(c, "texts", lambda text: [term for term in _terms(text) if len(term) > 1])
    singles = given.sql(c, "texts", lambda text: [f"%{term}%" for term in _terms(text) if len(term) == 1])
    return (
        f"{row['id']} IN (WITH hits AS MATERIALIZED (SELECT id FROM {table} WHERE "
        f"string_to_array(search_terms, ' ') @> {pairs} AND search_terms LIKE ALL ({singles})) SELECT id FROM hits)"
    )


def _terms(text: Any) -> list[str]:
    """The terms of a search; text that holds none finds nothing."""
    return bigrams(searched(text)) or ["\x01none"]


def _fts_phrases(text: Any) -> str:
    """An FTS5 query: each run of the words as a phrase of its bigrams; one character finds its beginnings."""
    phrases = []
    for word in searched(text).split():
        grams = bigrams(word)
        if grams:
            phrases.append('"' + " ".join(grams) + '"' + ("*" if len(grams) == 1 and len(grams[0]) == 1 else ""))
    return " ".join(phrases) or '""'
