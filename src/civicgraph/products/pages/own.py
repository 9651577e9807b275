"""A product described by who acts for the enterprise that makes it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph.i18n import N_, gettext
from civicgraph.products import operations
from civicgraph.web import Form, page, read, redirect, require, signed_in, submit
from civicgraph.web.listing import from_graphql

_DOCUMENT = "products/my/one"


async def own_product(request: Request) -> Response:
    """The maker's own words of its product, and the contact that it names for buyers."""
    variables = {"number": request.path_params["number"]}
    found = await read(request, _DOCUMENT, variables)
    row = require(found, "product")
    if not (row["enterprise"] and row["enterprise"]["isMine"]):
        require({}, "product")
    form = Form(operations.DescribeProduct, from_graphql(operations.DescribeProduct, row), leave_out=["id"])
    if request.method == "POST":
        result = await submit(request, form, operations.describe_product, id=row["number"])
        if result is not None:
            return redirect(request, "product", said=gettext(N_("Your words are kept.")), number=row["number"])
    status = 409 if form.conflict else 422 if form.is_refused else 200
    return await page(request, _DOCUMENT, variables, {"form": form}, data=found, status=status)


ROUTES = [Route("/my/products/{number:int}", signed_in(own_product), name="my_product", methods=["GET", "POST"])]
