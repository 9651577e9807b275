"""Files of enterprises, read row by row: memory does not grow with them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from civicgraph.enterprises.importing.headings import fields_of, is_empty, row_of, typed, unread
from civicgraph.web.cells import lines_of

_BLOCK = 1 << 20


def digest(file: BinaryIO) -> str:
    """SHA-256 of a file, which is at its beginning again afterwards."""
    file.seek(0)
    found = hashlib.sha256()
    while block := file.read(_BLOCK):
        found.update(block)
    file.seek(0)
    return found.hexdigest()


def headings(file: BinaryIO, name: str) -> tuple[dict[str, str], list[str]]:
    """How a file heads the column of each field, and the columns that are not read. Raises what `rows` raises."""
    texts = _texts(next(lines_of(file, name)))
    return typed(texts), unread(texts)


def _texts(cells: Sequence[Any]) -> list[str]:
    return [str(one) if one is not None else "" for one in cells]


def rows(file: BinaryIO, name: str) -> Iterator[dict[str, Any]]:
    """The rows of a CSV file (UTF-8 or GB 18030) or of a workbook's first sheet, as inputs of the API.

    Raises `UnreadableFile` and `UnknownHeadings`.
    """
    lines = lines_of(file, name)
    fields = fields_of(_texts(next(lines)))
    for row in lines:
        found = row_of(fields, row)
        if not is_empty(found):
            yield found
