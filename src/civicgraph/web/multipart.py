"""Forms with files: bounded while they come, spooled to disk, and the fields as other forms give them."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from civicgraph import settings

MAX_FILES = 6
MAX_FIELDS = 300
MAX_FIELD_BYTES = 100_000
_FRAMING = 1_000_000
"""Bytes of all that is no file."""


@dataclass
class Body:
    """What a form sent: its fields in order, and the files that were chosen, by the field's name."""

    pairs: list[tuple[str, str]]
    files: list[tuple[str, UploadFile]] = field(default_factory=list)

    async def close(self) -> None:
        """Forget the files."""
        for _, sent in self.files:
            await sent.close()


def is_multipart(request: Request) -> bool:
    """Whether a form comes with files."""
    return request.headers.get("content-type", "").lower().startswith("multipart/form-data")


async def read_parts(request: Request) -> Body:
    """The fields and files of a form. Refuses what is larger than the settings allow as soon as it is."""
    if not is_multipart(request):
        raise HTTPException(415)
    parser = MultiPartParser(
        request.headers,
        _bounded(request),
        max_files=MAX_FILES + 4,  # empty controls count as well
        max_fields=MAX_FIELDS,
        max_part_size=MAX_FIELD_BYTES,
    )
    try:
        found = await parser.parse()
    except MultiPartException as error:
        raise HTTPException(400) from error
    body = Body([])
    for name, value in found.multi_items():
        if isinstance(value, str):
            body.pairs.append((name, value))
        elif value.filename:
            body.files.append((name, value))
        else:
            await value.close()  # a control that nothing was chosen in
    return body


async def _bounded(request: Request) -> AsyncGenerator[bytes, None]:
    left = settings.current().upload_form_megabytes * 1_000_000 + _FRAMING
    async for chunk in request.stream():
        left -= len(chunk)
        if left < 0:
            raise HTTPException(413)
        yield chunk


async def bytes_of(sent: UploadFile) -> bytes:
    """A file's content, one byte more than allowed where it has more: its size is then refused in words."""
    return await sent.read(settings.current().upload_megabytes * 1_000_000 + 1)
