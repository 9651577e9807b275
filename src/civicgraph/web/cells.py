"""CSV files and workbooks that people send, cell by cell; and what cells mean in every table."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook

from civicgraph.i18n import Labelled, translations
from civicgraph.web.sheets import is_guarded

SUFFIXES = (".csv", ".xlsx")
"""The files that are taken, by the end of their names."""
MAX_UNPACKED = 2_000_000_000
"""Bytes that a workbook may unpack to: the whole city's register of enterprises is a fifth of that."""
_SAMPLE = 1 << 20
_MOST_COLUMNS = 100


class UnreadableFile(ValueError):
    """Neither CSV nor a workbook; the message says why."""


def lines_of(file: BinaryIO, name: str, *, unpacked: int = MAX_UNPACKED) -> Iterator[Sequence[Any]]:
    """The lines of a CSV file (UTF-8 or GB 18030) or of a workbook's first sheet, the headings first.

    Memory does not grow with them. Raises `UnreadableFile`, also for a file without a line.
    """
    found = _workbook(file, unpacked) if Path(name).suffix.lower() == ".xlsx" else _csv(file)
    try:
        yield next(found)
        yield from found
    except StopIteration:
        raise UnreadableFile("the file is empty") from None
    except (UnicodeDecodeError, csv.Error, ParseError, zipfile.BadZipFile) as error:
        raise UnreadableFile(str(error)) from error


def _csv(file: BinaryIO) -> Iterator[list[str]]:
    file.seek(0)
    encoding = _encoding(file.read(_SAMPLE))
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        yield from csv.reader(text)
    finally:
        if not file.closed:
            text.detach()


def _encoding(sample: bytes) -> str:
    """Offices' spreadsheets save CSV as GB 18030; a sample cut inside a character is no proof against UTF-8."""
    try:
        sample.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(sample) - 4:
            return "gb18030"
    return "utf-8-sig"


def _workbook(file: BinaryIO, unpacked: int) -> Iterator[tuple[Any, ...]]:
    try:
        with zipfile.ZipFile(file) as packed:
            if sum(one.file_size for one in packed.infolist()) > unpacked:
                raise UnreadableFile("the workbook is too large")
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
    except (zipfile.BadZipFile, KeyError, ParseError) as error:
        raise UnreadableFile(str(error)) from error
    try:
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what a writer says of its size is often wrong
        yield from sheet.iter_rows(values_only=True, max_col=_MOST_COLUMNS)
    finally:
        book.close()


# What cells mean -------------------------------------------------------------------------------


def heading_of(cell: Any) -> str:
    """A heading however it is spaced and written: what two of them are compared by."""
    return re.sub(r"\s", "", str(cell if cell is not None else "")).lower().lstrip("\ufeff")


def text_of(cell: Any) -> str:
    """What stands in a cell, as somebody would type it: days and times by ISO 8601, whole numbers without a point."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):  # sheets keep fractions of days: a minute may lack a millisecond
        return f"{cell + timedelta(seconds=30):%Y-%m-%d %H:%M}"
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, time):
        return f"{cell:%H:%M}"
    text = str(int(cell) if isinstance(cell, float) and cell.is_integer() else cell).strip()
    return text[1:] if is_guarded(text) else text


_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(.*)", re.DOTALL)


def iso_day(text: str) -> str:
    """A day in any of the ways that sheets write it, and what stands behind it, by ISO 8601; other words as they are."""
    match = _DAY.fullmatch(text)
    return f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}{match[4]}" if match else text


@cache
def words_of(enum: type[Labelled]) -> dict[str, str]:
    """The values of an enumeration by all that they are called: the value, the words in English and in Chinese."""
    chinese = translations("zh")
    return {
        **{one.value: one.value for one in enum},
        **{one.label.lower(): one.value for one in enum},
        **{chinese.gettext(one.label).lower(): one.value for one in enum},
    }
