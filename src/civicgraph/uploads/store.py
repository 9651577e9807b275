"""Where contents are kept: files by the hash of what they hold, in the folder of the settings."""

from __future__ import annotations

import asyncio
import os
import re
import secrets
from pathlib import Path

from civicgraph import settings
from civicgraph.uploads.cleaning import Cleaned
from civicgraph.uploads.rules import IMAGE, ending_of

SIZES = ("large", "page", "list")


def path_of(digest: str, media_type: str, size: str) -> Path:
    """The file of a content; `size` is one of a picture's, and of no meaning for others."""
    if not re.fullmatch(r"[0-9a-f]{64}", digest) or (media_type == IMAGE and size not in SIZES):
        raise ValueError("no such content")
    shown = f".{size}" if media_type == IMAGE else ""
    return Path(settings.current().uploads_folder) / digest[:2] / f"{digest}{shown}.{ending_of(media_type)}"


async def keep(cleaned: Cleaned) -> str:
    """Keep a content durably; gives its hash. What is there already is not written again."""
    digest = cleaned.digest
    await asyncio.to_thread(_write_all, cleaned, digest)
    return digest


async def read(digest: str, media_type: str) -> bytes:
    """The largest content that is kept under a hash."""
    return await asyncio.to_thread(path_of(digest, media_type, "large").read_bytes)


async def drop(digest: str, media_type: str) -> None:
    """Remove a content that nothing names any more."""
    sizes = SIZES if media_type == IMAGE else ("",)
    for size in sizes:
        await asyncio.to_thread(path_of(digest, media_type, size).unlink, missing_ok=True)


def _write_all(cleaned: Cleaned, digest: str) -> None:
    for size, content in cleaned.contents.items():
        path = path_of(digest, cleaned.media_type, size)
        if not path.exists():
            _write(path, content)


def _write(path: Path, content: bytes) -> None:
    """A file is there whole or not at all, also after a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{secrets.token_hex(8)}")
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    finally:
        draft.unlink(missing_ok=True)
