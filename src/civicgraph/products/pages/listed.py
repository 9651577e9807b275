"""The list of products, and a product: what a buyer wants to know."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph import settings
from civicgraph.divisions.choosing import place_field
from civicgraph.events.feeds.linked import script
from civicgraph.i18n import gettext
from civicgraph.products import wording
from civicgraph.products.linked import product_of
from civicgraph.products.models import Month, ProductKind
from civicgraph.web import page, read, require
from civicgraph.web.query import one_of, paging, place, search_field, select_field, text


async def products(request: Request) -> Response:
    """The list: by kind, place, month and words."""
    asked = {
        "q": text(request) or "",
        "kind": one_of(request, "kind", ProductKind) or "",
        "month": one_of(request, "month", Month) or "",
        "within": place(request) or "",
    }
    filters: dict[str, Any] = {
        "text": asked["q"],
        "kind": [asked["kind"]] if asked["kind"] else None,
        "month": asked["month"],
        "within": asked["within"],
        "isPublished": True,
    }
    variables = {
        "place": asked["within"] or settings.current().city_code,
        "filter": {key: value for key, value in filters.items() if value},
        **paging(request, 24),
    }
    found = await read(request, "products/list", variables)
    fields = [
        *search(request),
        select_field(request, "month", gettext("On sale in"), Month),
        place_field(request, require(found, "division"), asked["within"]),
    ]
    values = {"asked": asked, "fields": fields, "quantity": wording.quantity}
    return await page(request, "products/list", variables, values, fragment="products/_results", data=found)


def search(request: Request) -> list[dict[str, Any]]:
    """The controls for words and kind."""
    return [search_field(request), select_field(request, "kind", gettext("Kind"), ProductKind)]


async def product(request: Request) -> Response:
    """One product: what it is, how much there is of it, where it is grown and sold, whom to ask."""
    variables = {"number": request.path_params["number"]}
    found = await read(request, "products/product", variables)
    row = require(found, "product")
    years = wording.years(row)
    outputs = [{"label": one["year"], "value": one["value"], "text": one["text"]} for one in reversed(years)]
    values = {
        "years": years,
        "outputs": outputs if wording.is_one_kind(years, row) else [],
        "quantity": wording.quantity,
        "linked": script(product_of(row)) if row["isPublished"] else "",
    }
    return await page(request, "products/product", variables, values, data=found)


ROUTES = [
    Route("/products", products, name="products"),
    Route("/products/{number:int}", product, name="product"),
]
