"""Photos of a grievance: the reporter's own view of them, and the office's look before they are public."""

from __future__ import annotations

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph.grievances import operations
from civicgraph.i18n import N_, gettext
from civicgraph.uploads.models import Upload
from civicgraph.uploads.serving import served
from civicgraph.web import page, read, redirect, require, staff_only, submit, throttle
from civicgraph.web.forms import Form


async def tracked_photo(request: Request) -> Response:
    """A photo of one's own report, by its number and tracking secret."""
    path = request.path_params
    throttle.count_try(request)
    found = await read(request, "grievances/tracked", {"number": path["number"], "secret": path["secret"]})
    row = require(found, "trackedGrievance")
    throttle.was_right(request)
    if path["file"] not in {one["name"] for one in row["photos"]}:
        raise HTTPException(404)
    return served(await Upload.get(name=path["file"]), path["size"], is_shared=False)


async def photo(request: Request) -> Response:
    """One photo, and what can be done with it."""
    return await _photo(request)


async def _photo(request: Request, refused: Form | None = None) -> Response:
    number, name = request.path_params["number"], request.path_params["file"]
    found = await read(request, "staff/grievances/photo", {"number": number})
    row = require(found, "grievance")
    shown = next((one for one in row["photos"] if one["name"] == name), None)
    if shown is None or not row["mayDispatch"]:
        raise HTTPException(404)
    forms: dict[str, Any] = {
        "blur": Form(operations.blur_grievance_photo.input, leave_out=["number", "name"]),
        "hide": Form(operations.hide_grievance_photo.input, leave_out=["number", "name"]),
    }
    if refused is not None:
        forms["blur" if refused.model is operations.blur_grievance_photo.input else "hide"] = refused
    values = {"number": number, "photo": shown, "errors": refused.errors if refused else [], **forms}
    status = 422 if refused else 200
    return await page(request, "staff/grievances/photo", {"number": number}, values, data=found, status=status)


def _named(request: Request) -> dict[str, str]:
    """The input fields that the address decides."""
    return {"number": request.path_params["number"], "name": request.path_params["file"]}


async def photo_publish(request: Request) -> Response:
    """Show it to everyone."""
    path = _named(request)
    await submit(request, Form(operations.publish_grievance_photo.input), operations.publish_grievance_photo, **path)
    return redirect(
        request, "staff_grievance", said=gettext(N_("Everyone can see the photo now.")), number=path["number"]
    )


async def photo_hide(request: Request) -> Response:
    """Take it from the public."""
    path = _named(request)
    form = Form(operations.hide_grievance_photo.input, leave_out=["number", "name"])
    if await submit(request, form, operations.hide_grievance_photo, **path) is None:
        return await _photo(request, form)
    return redirect(request, "staff_grievance", said=gettext(N_("The photo is hidden.")), number=path["number"])


async def photo_blur(request: Request) -> Response:
    """Blur parts of it."""
    path = _named(request)
    form = Form(operations.blur_grievance_photo.input, leave_out=["number", "name"])
    if await submit(request, form, operations.blur_grievance_photo, **path) is None:
        return await _photo(request, form)
    said = gettext(N_("The parts are blurred. Please look at it again before you publish it."))
    return redirect(request, "staff_grievance", said=said, number=path["number"])


_AT = "/staff/grievances/{number}/photos/{file}"
ROUTES = [
    Route("/track/{number}/{secret}/photos/{file}/{size}", tracked_photo, name="tracked_photo"),
    Route(_AT, staff_only(photo), name="staff_grievance_photo"),
    Route(f"{_AT}/publication", staff_only(photo_publish), name="staff_grievance_photo_publish", methods=["POST"]),
    Route(f"{_AT}/hiding", staff_only(photo_hide), name="staff_grievance_photo_hide", methods=["POST"]),
    Route(f"{_AT}/blurring", staff_only(photo_blur), name="staff_grievance_photo_blur", methods=["POST"]),
]
