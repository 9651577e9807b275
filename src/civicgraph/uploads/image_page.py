"""The staff's page of a listing's image: looked at, given, replaced, taken away."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph.i18n import N_, gettext
from civicgraph.operations import Operation
from civicgraph.uploads.forms import submit_with_files
from civicgraph.web import Form, page, read, redirect, require, staff_only, submit
from civicgraph.web.listing import Listing, from_graphql


@dataclass(frozen=True)
class ImagePage:
    """The page for listings of a kind: their operations, and the field by which people know one."""

    listing: Listing
    give: Operation[Any, Any]
    remove: Operation[Any, Any]
    called: str
    words: str
    """What such listings are called together."""

    @property
    def document(self) -> str:
        """The document and template of the page."""
        return f"{self.listing.folder}/image"


def routes(it: ImagePage, path: str) -> list[Route]:
    """The routes of the image under `path` of the listings."""
    name, one = it.listing.name, f"{path}/{{slug}}/image"
    return [
        Route(one, staff_only(_bound(_shown, it)), name=f"{name}_image", methods=["GET", "POST"]),
        Route(f"{one}/removal", staff_only(_bound(_removed, it)), name=f"{name}_image_removal", methods=["POST"]),
    ]


def _bound(
    handler: Callable[[ImagePage, Request], Awaitable[Response]], it: ImagePage
) -> Callable[[Request], Awaitable[Response]]:
    async def handle(request: Request) -> Response:
        return await handler(it, request)

    return handle


async def _row(it: ImagePage, request: Request) -> tuple[Any, Any]:
    """What the page shows, and the listing of it, for those who may change it."""
    found = await read(request, it.document, {"slug": request.path_params["slug"]})
    row = require(found, it.listing.root)
    if not row["mayEdit"]:
        raise HTTPException(403)
    return found, row


def _form(it: ImagePage, row: Any) -> Form:
    shown = from_graphql(it.give.input, row["image"]) if row["image"] else {"focal_point": "centre"}
    return Form(it.give.input, {**shown, "version": row["version"]}, leave_out=["slug"])


async def _shown(it: ImagePage, request: Request) -> Response:
    found, row = await _row(it, request)
    form = _form(it, row)
    if request.method == "POST":
        result = await submit_with_files(request, form, it.give, "image", slug=row["slug"])
        if result is not None:
            return redirect(
                request, f"{it.listing.name}_image", said=gettext(N_("The image is kept.")), slug=row["slug"]
            )
    return await _drawn(it, request, found, row, form)


async def _removed(it: ImagePage, request: Request) -> Response:
    found, row = await _row(it, request)
    form = Form(it.remove.input, leave_out=["slug"])
    if await submit(request, form, it.remove, slug=row["slug"]) is not None:
        return redirect(request, f"{it.listing.name}_image", said=gettext(N_("The image is gone.")), slug=row["slug"])
    shown = _form(it, row)
    shown.found, shown.is_refused = form.found, True
    return await _drawn(it, request, found, row, shown)


async def _drawn(it: ImagePage, request: Request, found: Any, row: Any, form: Form) -> Response:
    """The page; what was sent and refused for another reason stays chosen."""
    sent = form.values.get("image") if form.is_refused else None
    values = {
        "form": form,
        "row": row,
        "called": row[it.called],
        "kind_words": gettext(it.words),
        "listing": it.listing,
        "sent": sent,
        "shown": sent or (row["image"]["name"] if row["image"] else None),
    }
    status = 409 if form.conflict else 422 if form.is_refused else 200
    return await page(request, it.document, {"slug": row["slug"]}, values, data=found, status=status)
