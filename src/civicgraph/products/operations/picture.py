"""The picture of a product: one, with words for those who do not see it."""

from __future__ import annotations

from civicgraph.i18n import N_
from civicgraph.operations import Unavailable, audit, check_version, operation
from civicgraph.permissions import EDIT_PRODUCTS, Actor
from civicgraph.products.models import Product
from civicgraph.products.operations.inputs import ProductVersion, SetProductPicture
from civicgraph.products.operations.listing import editable
from civicgraph.uploads import operations as uploads
from civicgraph.uploads.models import Purpose
from civicgraph.uploads.owners import owner


@owner("Product")
async def _is_public(key: int) -> bool:
    """A product's picture is withdrawn with its maker's entry of the register."""
    return await Product.exists(id=key, is_published=True, enterprise__is_published=True)


@operation()
async def set_product_picture(actor: Actor, data: SetProductPicture) -> Product:
    """Give a product its picture, in place of the one that it has."""
    row = await editable(actor, data.id)
    check_version(row, data.version, dict)
    await uploads.give_up(uploads.of(Product, [row.id]))
    await uploads.claim(
        [data.picture],
        row,
        purpose=Purpose.PICTURE,
        division_code=row.division_id,
        capability=EDIT_PRODUCTS,
        is_public=row.is_published,
        field="picture",
    )
    before = row.picture_alt
    row.update_from_dict({"picture_alt": data.picture_alt, "version": row.version + 1})
    await row.save()
    await audit(actor, row, {"picture": [None, None], "picture_alt": [before, data.picture_alt]})
    return row


@operation()
async def remove_product_picture(actor: Actor, data: ProductVersion) -> Product:
    """Take a product's picture away."""
    row = await editable(actor, data.id)
    check_version(row, data.version, dict)
    if not await uploads.give_up(uploads.of(Product, [row.id])):
        raise Unavailable(N_("It has no picture."))
    before = row.picture_alt
    row.update_from_dict({"picture_alt": "", "version": row.version + 1})
    await row.save()
    await audit(actor, row, {"picture": [None, None], "picture_alt": [before, ""]})
    return row
