"""Tables for spreadsheets: CSV line by line, in UTF-8 with a byte order mark, and workbooks; no cell taken for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils import get_column_letter

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What makes a spreadsheet run a cell that begins with it."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def plain(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) or is_guarded(text) else text


def is_guarded(text: str) -> bool:
    """Whether a text begins as those do that `plain` has guarded; without its first character it is the text itself."""
    return text[:1] == "'" and text[1:].startswith((*FORMULA, "'"))


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


def workbook(sheets: Mapping[str, Iterable[Sequence[Any]]], *, width: int = 18) -> bytes:
    """Sheets by their names, each with its headings first, as a workbook whose texts stay texts."""
    book = Workbook(write_only=True)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        sheet.freeze_panes = "A2"
        for number in range(1, 61):
            sheet.column_dimensions[get_column_letter(number)].width = width
        for row in rows:
            sheet.append([_cell(sheet, one) for one in row])
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def _cell(sheet: Any, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, plain(value))
    cell.number_format = "@"  # long codes and leading noughts stay as they are
    return cell
