"""What comes in is looked at by its content and, where it is a picture, drawn anew by a process of its own."""

from __future__ import annotations

import asyncio
import hashlib
import sys
from asyncio.subprocess import PIPE
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from civicgraph import settings
from civicgraph.i18n import N_
from civicgraph.operations import InvalidInput, TooMany
from civicgraph.uploads.documents import PDF, HasMacros, document_of
from civicgraph.uploads.rules import IMAGE, is_heic, is_picture

_SCRIPT = Path(__file__).with_name("reencode.py")
_SECONDS = 30
"""For one picture, with the wait for a processor that is busy."""
_AT_ONCE = 2
_WAITING = 40
"""Pictures that wait to be cleaned; the next sender is told to come again."""

Region = tuple[int, int, int, int]
"""Left, top, width and height of a part of a picture, in thousandths of its sides."""

_WORDS = {
    "kind": N_(
        "This is no picture that we can show. Please send a photo as JPEG, PNG or WebP, or a PDF document. If you have the photo in another format, open it, make a screenshot and send that."
    ),
    "heic": N_(
        "This photo has the iPhone’s own format HEIC, which we cannot show. Please open it, make a screenshot and send that. For other photos choose “Most Compatible” under Settings, Camera, Formats."
    ),
    "document": N_(
        "This file cannot be attached. Please take a photo, a PDF, or a document of Word, Excel, PowerPoint, WPS or OpenDocument."
    ),
    "macros": N_("This document holds macros, which could do harm. Please save it without them, or as a PDF."),
    "bytes": N_(
        "This file is larger than %(megabytes)s MB. Please send a smaller one: of a photo, a screenshot is enough."
    ),
    "together": N_(
        "This is more than the %(together)s MB that can be sent at once. Please send fewer or smaller files: of a photo, a screenshot is enough."
    ),
    "empty": N_("This file is empty. Please choose it again."),
    "pixels": N_(
        "This picture has more than 25 million pixels. Please send a smaller one: a screenshot of it is enough."
    ),
    "broken": N_("This picture cannot be read; it may be cut off. Please choose it again or take another."),
}


@dataclass(frozen=True)
class Cleaned:
    """A file as it may be kept: what it is, and its contents by size (`""` where there is one alone)."""

    media_type: str
    contents: dict[str, bytes]
    width: int | None = None
    height: int | None = None

    @property
    def whole(self) -> bytes:
        """The largest of its contents."""
        return next(iter(self.contents.values()))

    @property
    def digest(self) -> str:
        """What it is stored under."""
        return hashlib.sha256(self.whole).hexdigest()


class _Queue:
    """Those who wait for one of the two that clean at a time; one a loop, since tests have many."""

    def __init__(self) -> None:
        self.loop: asyncio.AbstractEventLoop | None = None
        self.turns = asyncio.Semaphore(_AT_ONCE)
        self.waiting = 0

    def here(self) -> asyncio.Semaphore:
        if self.loop is not asyncio.get_running_loop():
            self.loop, self.turns, self.waiting = asyncio.get_running_loop(), asyncio.Semaphore(_AT_ONCE), 0
        return self.turns


_queue = _Queue()


def refused(reason: str, field: str = "file") -> InvalidInput:
    """Why a file is not taken, in words."""
    known = settings.current()
    limits = {"megabytes": known.upload_megabytes, "together": known.upload_form_megabytes}
    return InvalidInput.at(field, f"upload_{reason}", _WORDS[reason], **limits)


async def clean(data: bytes, *, takes_office: bool = False) -> Cleaned:
    """The file as it may be kept. Raises `InvalidInput` for what is too large, broken or of another kind.

    Strangers send pictures and PDF; who has an account, of the staff or of an enterprise, other documents as well.
    """
    if not data:
        raise refused("empty")
    if len(data) > settings.current().upload_megabytes * 1_000_000:
        raise refused("bytes")
    if is_picture(data):
        return await redraw(data)
    if is_heic(data):
        raise refused("heic")
    try:
        document = document_of(data)
    except HasMacros:
        raise refused("macros" if takes_office else "kind") from None
    if document is None or (document != PDF and not takes_office):
        raise refused("document" if takes_office else "kind")
    return Cleaned(document, {"": data})


async def redraw(data: bytes, blurred: Sequence[Region] = ()) -> Cleaned:
    """A picture drawn anew in its sizes, with regions of it made unrecognisable."""
    turns = _queue.here()
    if _queue.waiting >= _WAITING:
        raise TooMany(N_("Many pictures are coming in just now. Please send yours again in a minute."))
    _queue.waiting += 1
    try:
        async with turns:
            answer = await _run(data, ";".join(",".join(map(str, one)) for one in blurred))
    finally:
        _queue.waiting -= 1
    head, _, body = answer.partition(b"\n")
    found: dict[str, Any] = orjson.loads(head) if head else {"refused": "broken"}
    if "refused" in found:
        raise refused(found["refused"])
    contents, start = {}, 0
    for name, size in zip(("large", "page", "list"), found["sizes"], strict=True):
        contents[name] = body[start : start + size]
        start += size
    return Cleaned(IMAGE, contents, found["width"], found["height"])


async def _run(data: bytes, argument: str) -> bytes:
    """What the process answers; nothing where it was ended for its memory or its time."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", str(_SCRIPT), argument), stdin=PIPE, stdout=PIPE, stderr=PIPE, env={}
    )
    try:
        async with asyncio.timeout(_SECONDS):
            answer, _ = await process.communicate(data)
    except TimeoutError:
        answer = b""
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return answer if process.returncode == 0 else b""
