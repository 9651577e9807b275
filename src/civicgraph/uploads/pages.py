"""Addresses of files: taking them in beforehand, giving them out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from civicgraph.i18n import gettext
from civicgraph.operations import FieldError, NotFound, OperationError
from civicgraph.uploads.cleaning import refused
from civicgraph.uploads.models import Purpose, Upload
from civicgraph.uploads.operations import receive
from civicgraph.uploads.owners import is_shown_to_all
from civicgraph.uploads.private import look_at_document
from civicgraph.uploads.rules import may_see_private
from civicgraph.uploads.serving import served
from civicgraph.web.csrf import is_same_origin
from civicgraph.web.multipart import bytes_of, read_parts


async def uploads(request: Request) -> Response:
    """Take files in (multipart/form-data, any field name); answers the names by which a report claims them."""
    if not is_same_origin(request):
        raise HTTPException(403)
    try:
        body = await read_parts(request)
    except HTTPException as error:
        if error.status_code != 413:
            raise
        return _answered([], refused("together").errors, 413)
    found, errors = list[dict[str, Any]](), list[FieldError]()
    try:
        for _, sent in body.files:
            try:
                row = await receive(request.state.actor, sent.filename or "", await bytes_of(sent))
            except OperationError as error:
                errors += error.errors
                continue
            found.append({"name": row.name, "mediaType": row.media_type, "width": row.width, "height": row.height})
    finally:
        await body.close()
    if not body.files:
        errors.append(FieldError("file", "missing", gettext("Please choose a file.")))
    return _answered(found, errors, 422 if errors and not found else 201)


def _answered(found: Sequence[Mapping[str, Any]], errors: Sequence[FieldError], status: int) -> Response:
    told = [{"code": one.code, "message": one.message} for one in errors]
    return JSONResponse({"uploads": found, "errors": told}, status, {"cache-control": "no-store"})


async def upload(request: Request) -> Response:
    """A file in one of its sizes; what one may not see does not exist. A look at an enterprise's document is recorded."""
    row = await Upload.get_or_none(name=request.path_params["file"])
    if row is None:
        raise HTTPException(404)
    if row.purpose is Purpose.DOCUMENT and row.subject_type:
        try:
            await look_at_document(request.state.actor, {"name": row.name})
        except NotFound as error:
            raise HTTPException(404) from error
        return served(row, "large", is_shared=False)
    is_shared = await is_shown_to_all(row)
    if not (is_shared or row.subject_type == "" or may_see_private(request.state.actor, row)):
        raise HTTPException(404)
    return served(row, request.path_params["size"], is_shared=is_shared)


async def original(request: Request) -> Response:
    """A picture as it was before parts of it were blurred, for those whose grants cover it."""
    row = await Upload.get_or_none(name=request.path_params["file"])
    if row is None or not may_see_private(request.state.actor, row):
        raise HTTPException(404)
    return served(row, "large", is_shared=False, is_original=True)


ROUTES = [
    Route("/uploads", uploads, name="uploads", methods=["POST"]),
    Route("/uploads/{file}/original", original, name="upload_original"),
    Route("/uploads/{file}/{size}", upload, name="upload"),
]
