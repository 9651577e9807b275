"""A product in its maker's own words: texts and the contact for buyers. Amounts and places are the staff's to enter."""

from __future__ import annotations

from typing import Any

from civicgraph import clock
from civicgraph.enterprises.claims.acting import acts_for
from civicgraph.operations import NotFound, audit, check_version, operation
from civicgraph.permissions import Actor
from civicgraph.products.models import Product
from civicgraph.products.operations.inputs import OwnWords
from civicgraph.products.operations.listing import product_values, trace_of, words_of


class DescribeProduct(OwnWords):
    """What a maker says of its product."""


@operation()
async def describe_product(actor: Actor, data: DescribeProduct) -> Product:
    """Describe a product as the enterprise that makes it. A contact that it names for buyers is public from today on;
    without one there is none."""
    row = await Product.select_for_update().get_or_none(id=data.id)
    if row is None or not await acts_for(actor, row.enterprise_id):
        raise NotFound
    before = await product_values(row)
    check_version(row, data.version, lambda: before)
    columns: dict[str, Any] = data.model_dump(exclude={"id", "version", "months"})
    row.update_from_dict({**columns, "months": [one.name for one in data.months], "version": row.version + 1})
    given, known = (data.contact_name, data.contact_phone), (before["contact_name"], before["contact_phone"])
    if given != known:
        row.contact_agreed_on = clock.today() if any(given) else None
    after = await product_values(row)
    row.search_terms = words_of(after)
    await row.save()
    await audit(actor, row, trace_of(before, after))
    return row
