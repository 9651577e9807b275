"""Which document a file is, by its content: PDF, Office and OpenDocument, without macros. Pure.

Documents are kept as they are: nothing here opens them further than to the list of what is inside.
"""

from __future__ import annotations

import io
import zipfile

PDF = "application/pdf"
_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."
ENDINGS = {
    PDF: "pdf",
    f"{_OFFICE}wordprocessingml.document": "docx",
    f"{_OFFICE}spreadsheetml.sheet": "xlsx",
    f"{_OFFICE}presentationml.presentation": "pptx",
    f"{_OPEN}text": "odt",
    f"{_OPEN}spreadsheet": "ods",
    f"{_OPEN}presentation": "odp",
    "application/msword": "doc",
    "application/vnd.ms-excel": "xls",
    "application/vnd.ms-powerpoint": "ppt",
}
"""The documents that are taken, with the ending of their names. What WPS writes are those of Office."""
_TYPES = {ending: kind for kind, ending in ENDINGS.items()}
_MAIN_PARTS = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx", "ppt/presentation.xml": "pptx"}
_STREAMS = {"WordDocument": "doc", "Workbook": "xls", "Book": "xls", "PowerPoint Document": "ppt"}
_MACROS = ("vbaproject.bin", "basic/", "scripts/")
_MOST_PARTS = 10_000


class HasMacros(Exception):
    """A document that could run something on the computer of whoever opens it."""


def document_of(data: bytes) -> str | None:
    """The media type of a document; None for whatever else it is. Raises `HasMacros`."""
    if data.startswith(b"%PDF-"):
        return PDF
    if data.startswith(b"PK\x03\x04"):
        return _in_package(data)
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _in_compound(data)
    return None


def _in_package(data: bytes) -> str | None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = package.namelist()
            named = _written_in(package)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, RuntimeError):
        return None
    if len(parts) > _MOST_PARTS:
        return None
    ending = next((_MAIN_PARTS[part] for part in parts if part in _MAIN_PARTS), None)
    found = _TYPES[ending] if ending and "[Content_Types].xml" in parts else named if named in ENDINGS else None
    if found and any(part.lower().startswith(_MACROS) or part.lower().endswith(_MACROS[0]) for part in parts):
        raise HasMacros
    return found


def _written_in(package: zipfile.ZipFile) -> str | None:
    """What an OpenDocument says of itself in its first part."""
    first = next(iter(package.infolist()), None)
    if first is None or first.filename != "mimetype" or first.file_size > 100:
        return None
    return package.read(first).decode("ascii", "replace").strip()


def _in_compound(data: bytes) -> str | None:
    """The older Office: its streams stand by name in a directory."""
    found = next((ending for name, ending in _STREAMS.items() if name.encode("utf-16-le") in data), None)
    if found and "_VBA_PROJECT".encode("utf-16-le") in data:
        raise HasMacros
    return _TYPES[found] if found else None
