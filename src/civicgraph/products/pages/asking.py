"""A buyer asks the maker of a product: no account, no JavaScript needed."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph.i18n import N_, gettext
from civicgraph.products import operations
from civicgraph.web import Form, page, read, redirect, require, submit
from civicgraph.web.keys import new_key, renew_key

_DOCUMENT = "products/inquiry"


async def inquiry(request: Request) -> Response:
    """The form; sent, it leads back to the product."""
    variables = {"number": request.path_params["number"]}
    found = await read(request, _DOCUMENT, variables)
    row = require(found, "product")
    form = Form(operations.InquireProduct, {"idempotency_key": new_key()}, leave_out=["id"])
    if request.method == "POST":
        if await submit(request, form, operations.inquire_product, id=row["number"]) is not None:
            said = gettext(N_("Your inquiry is on its way to the maker, who answers you directly."))
            return redirect(request, "product", said=said, number=row["number"])
        renew_key(form)
    status = 422 if form.is_refused else 200
    return await page(request, _DOCUMENT, variables, {"form": form}, data=found, status=status)


ROUTES = [Route("/products/{number:int}/inquiry", inquiry, name="product_inquiry", methods=["GET", "POST"])]
