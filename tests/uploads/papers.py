"""Documents for tests: honest ones, and those that mean harm."""

from __future__ import annotations

import io
import zipfile

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n%%EOF"


def office(main: str = "word/document.xml", *more: str) -> bytes:
    """A document as Word writes it, or Excel with `xl/workbook.xml`; `more` names further parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name in ("[Content_Types].xml", main, *more):
            package.writestr(name, "<x/>")
    return out.getvalue()
