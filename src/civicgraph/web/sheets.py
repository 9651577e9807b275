"""Tables for spreadsheets as CSV: UTF-8 with a byte order mark, line by line, no cell taken for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What makes a spreadsheet run a cell that begins with it."""


def plain(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def lines(rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The rows as lines of a file."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    yield "\ufeff"
    for row in rows:
        writer.writerow([plain(one) if isinstance(one, str) else "" if one is None else one for one in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
