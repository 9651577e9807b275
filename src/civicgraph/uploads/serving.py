"""Giving a file out: never as anything but what it is, never able to act in our name."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response

from civicgraph.uploads import store
from civicgraph.uploads.models import Purpose, Upload
from civicgraph.uploads.rules import IMAGE, ending_of

FOR_GOOD = "public, max-age=31536000, immutable"
"""For what everyone may see: another content has another name."""
LOCKED = "default-src 'none'; sandbox; frame-ancestors 'none'"


def served(row: Upload, size: str, *, is_shared: bool, is_original: bool = False) -> Response:
    """A file's content: a picture to be shown, a document to be saved. The caller has decided that it may be seen."""
    digest = row.original_hash if is_original else row.content_hash
    try:
        path = store.path_of(digest, row.media_type, size)
    except ValueError as error:
        raise HTTPException(404) from error
    if not path.is_file():
        raise HTTPException(404)
    is_image = row.media_type == IMAGE
    return FileResponse(
        path,
        media_type=row.media_type,
        filename=_name(row, is_shared=is_shared),
        content_disposition_type="inline" if is_image else "attachment",
        headers={
            "cache-control": FOR_GOOD if is_shared else "private, no-store",
            "content-security-policy": LOCKED,
            "x-content-type-options": "nosniff",
        },
    )


def _name(row: Upload, *, is_shared: bool) -> str:
    """What its sender called it, for those who may know who that was; of what is there to be read everybody may."""
    ending = ending_of(row.media_type)
    is_image = row.media_type == IMAGE
    if row.filename and row.purpose is Purpose.MATERIAL:
        return f"{row.filename.rpartition('.')[0] or row.filename}.{ending}" if is_image else row.filename
    if row.filename and not is_image and not is_shared:
        return row.filename
    return f"{'photo' if is_image else 'document'}.{ending}"
