"""Files of enterprises, read row by row: memory does not grow with them."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook

from civicgraph.enterprises.importing.headings import fields_of, is_empty, row_of

MAX_UNPACKED = 2_000_000_000
"""Bytes that a workbook may unpack to: the whole city's register is a fifth of that."""
MAX_CELL = 4_000
_SAMPLE = 1 << 20


class UnreadableFile(ValueError):
    """Neither CSV nor a workbook; the message says why."""


def digest(file: BinaryIO) -> str:
    """SHA-256 of a file, which is at its beginning again afterwards."""
    file.seek(0)
    found = hashlib.sha256()
    while block := file.read(_SAMPLE):
        found.update(block)
    file.seek(0)
    return found.hexdigest()


def rows(file: BinaryIO, name: str) -> Iterator[dict[str, Any]]:
    """The rows of a CSV file (UTF-8 or GB 18030) or of a workbook's first sheet, as inputs of the API.

    Raises `UnreadableFile` and `UnknownHeadings`.
    """
    cells = _workbook(file) if Path(name).suffix.lower() == ".xlsx" else _csv(file)
    try:
        fields = fields_of([str(one) if one is not None else "" for one in next(cells)])
        for row in cells:
            found = row_of(fields, row)
            if not is_empty(found):
                yield found
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


def _workbook(file: BinaryIO) -> Iterator[tuple[Any, ...]]:
    try:
        with zipfile.ZipFile(file) as packed:
            if sum(one.file_size for one in packed.infolist()) > MAX_UNPACKED:
                raise UnreadableFile("the workbook is too large")
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
    except (zipfile.BadZipFile, KeyError, ParseError) as error:
        raise UnreadableFile(str(error)) from error
    try:
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what a writer says of its size is often wrong
        yield from sheet.iter_rows(values_only=True, max_col=100)
    finally:
        book.close()
