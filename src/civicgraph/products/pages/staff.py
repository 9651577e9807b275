"""The staff's pages of products: list, editor, picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph import settings
from civicgraph.divisions.choosing import editable, granted, staff_choices
from civicgraph.i18n import N_, gettext
from civicgraph.permissions import EDIT_PRODUCTS
from civicgraph.products import operations
from civicgraph.products.models import ProductKind
from civicgraph.products.operations.inputs import SupplyLinkFields
from civicgraph.products.pages.listed import search
from civicgraph.uploads.forms import submit_with_files
from civicgraph.web import Form, listing, page, read, redirect, require, staff_only
from civicgraph.web.query import kinds, one_of, paging, text


def _filter(request: Request) -> dict[str, Any]:
    filters = {
        **editable(request, EDIT_PRODUCTS),
        "text": text(request),
        "kind": kinds(request, "kind", ProductKind),
    }
    return {
        "filter": {key: value for key, value in filters.items() if value},
        "granted": granted(request, EDIT_PRODUCTS),
        **paging(request, 30),
    }


def _values(request: Request) -> dict[str, Any]:
    asked = {
        "q": text(request) or "",
        "kind": one_of(request, "kind", ProductKind) or "",
        **editable(request, EDIT_PRODUCTS),
    }
    return {"fields": search(request), "asked": asked}


async def _choices(request: Request) -> dict[str, Any]:
    """Where it is made: what the actor's grants cover. Where its bases and buyers are: that, and the other counties."""
    own = await staff_choices(request, EDIT_PRODUCTS)
    found = await read(request, "staff/products/choices", {"code": settings.current().city_code})
    codes = {one[0] for one in own}
    counties = [
        (one["code"], one["shortName"], gettext("Counties"))
        for one in found["division"]["children"]["nodes"]
        if one["code"] not in codes
    ]
    return {"division_code": own, "place_code": [*own, *counties]}


def _more(row: Mapping[str, Any]) -> dict[str, Any]:
    """Sales as the form shows them: the buyer by code, and the market in words only where it lies outside the city."""
    shown = []
    for one in row["links"]:
        buyer, is_inside = one["buyer"], one["place"] is not None
        more = {"buyer_credit_code": buyer["creditCode"] if buyer else "", "market": "" if is_inside else one["market"]}
        shown.append({**listing.from_graphql(SupplyLinkFields, one), **more})
    return {"links": shown}


_DOCUMENT = "staff/products/picture"


async def picture(request: Request) -> Response:
    """The picture of a product: looked at, replaced."""
    number = request.path_params["number"]
    found = await read(request, _DOCUMENT, {"number": number})
    row = require(found, "product")
    if not row["mayEdit"]:
        raise HTTPException(403)
    shown = {"version": row["version"], "picture_alt": row["pictureAlt"]}
    form = Form(operations.SetProductPicture, shown, leave_out=["id"])
    if request.method == "POST":
        result = await submit_with_files(request, form, operations.set_product_picture, "picture", id=number)
        if result is not None:
            return redirect(request, "staff_products_edit", said=gettext(N_("The picture is kept.")), number=number)
    status = 409 if form.conflict else 422 if form.is_refused else 200
    return await page(request, _DOCUMENT, {"number": number}, {"form": form}, data=found, status=status)


STAFF = listing.Listing(
    name="staff_products",
    folder="staff/products",
    root="product",
    key="number",
    key_type=int,
    subject="Product",
    create=operations.create_product,
    drafter=EDIT_PRODUCTS,
    update=operations.update_product,
    variables=_filter,
    values=_values,
    choices=_choices,
    verbs=(
        listing.Verb("publication", operations.publish_product, N_("Show to the public"), N_("Everyone sees it.")),
        listing.Verb(
            "withdrawal",
            operations.withdraw_product,
            N_("Take from the public"),
            N_("Only staff and its maker see it."),
        ),
        listing.Verb(
            "removal", operations.remove_product_picture, N_("Take the picture away"), N_("The picture is gone.")
        ),
    ),
    row_key="id",
    number_key="id",
    more=_more,
)
ROUTES = [
    *listing.routes(STAFF, "/staff/products"),
    Route(
        "/staff/products/{number:int}/picture",
        staff_only(picture),
        name="staff_products_picture",
        methods=["GET", "POST"],
    ),
]
