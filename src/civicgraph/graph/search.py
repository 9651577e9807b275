"""Full-text search over `search_terms`: character bigrams, since most Chinese words have two characters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from civicgraph.graph.limits import searched
from civicgraph.graph.rows import Row
from civicgraph.graph.selection import Given
from civicgraph.text import runs

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
    terms = given.sql(c, "texts", _whole_terms)
    places = given.sql(c, "texts", _places)
    return (
        f"{row['id']} IN (WITH hits AS MATERIALIZED (SELECT id FROM {table} WHERE "
        f"string_to_array(search_terms, ' ') @> {terms} AND ' ' || search_terms || ' ' LIKE ALL ({places}))"
        " SELECT id FROM hits)"
    )


def _whole_terms(text: Any) -> list[str]:
    """The terms by which an index finds rows; text that holds none finds nothing."""
    found = runs(searched(text))
    return [term for run in found for term in run if len(term) > 1] if found else ["\x01none"]


def _places(text: Any) -> list[str]:
    """How the terms of each run stand in a row: one after another; one character where a term begins with it."""
    return [f"% {' '.join(run)}{'%' if len(run[0]) == 1 else ' %'}" for run in runs(searched(text))]


def _fts_phrases(text: Any) -> str:
    """The same as an FTS5 query: each run a phrase of its terms."""
    return " ".join(f'"{" ".join(run)}"{"*" if len(run[0]) == 1 else ""}' for run in runs(searched(text))) or '""'
